import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type DownMessage, type Person, type Place, person, place } from '../../shared/link.ts'
import type { NextSite, Staging, Store } from '../store/contract.ts'

type Part = Extract<DownMessage, { kind: 'configuration-part' }>

export interface ConfigurationWant {
  readonly have: string | null
  readonly want: string
  readonly part: number
  readonly after: string | null
}

export interface ConfigurationPorts {
  readonly store: Store
  readonly ask: (want: ConfigurationWant) => void
  readonly apply: (next: NextSite, done: (problem: string | undefined) => void) => void
  readonly tell: (revision: string, checksum: string | null, problems: readonly string[]) => void
}

/** Fetches a site part by part, writes it beside the one in force, and puts it in force in one step. */
export interface Fetching {
  offered(revision: string): void
  part(part: Part): void
  /** Asks again for what does not come. */
  again(): void
  abandon(): void
}

interface Fetch {
  readonly want: string
  part: number
  after: string | null
  checksum: string
  place: Place | undefined
  staging: Staging | undefined
}

const people = z.array(person)
const mostProblems = 20

export function createFetching({ store, ask, apply, tell }: ConfigurationPorts): Fetching {
  let fetch: Fetch | undefined

  function wanted(): void {
    if (fetch === undefined) return
    ask({ have: store.inForce?.revision ?? null, want: fetch.want, part: fetch.part, after: fetch.after })
  }
  function abandon(): void {
    fetch?.staging?.abandon()
    fetch = undefined
  }
  function reject(revision: string, problems: readonly string[]): void {
    abandon()
    tell(revision, store.inForce?.checksum ?? null, problems.slice(0, mostProblems))
  }

  /** Takes a part in; what is whole is put in force. @returns what is wrong with it */
  function take(current: Fetch, message: Part): readonly string[] {
    const { revision, from, last, removed } = message
    const read = readPart(message)
    if ('problems' in read) return read.problems
    current.checksum = chained(current.checksum, message)
    if (last && message.checksum !== current.checksum) return ['the checksum does not match: some of it was lost or altered on the way']
    if (from !== null) {
      if (from !== store.inForce?.revision) return [`it builds on revision ${from}, which is not in force here`]
      finish(current, revision, { place: read.place, people: { put: read.people, removed } })
      return []
    }
    if (message.part === 0) {
      if (read.place === undefined) return ['its first part says nothing of the site']
      current.staging?.abandon()
      current.staging = store.stage()
    }
    current.place = read.place ?? current.place
    const staging = current.staging!
    const fault = staging.put(read.people, removed)
    if (fault !== undefined) return [`it cannot be stored: ${fault}`]
    if (last) finish(current, revision, { place: current.place, people: { staged: staging.generation } })
    else {
      current.part++
      current.after = read.people.at(-1)?.id ?? current.after
      wanted()
    }
    return []
  }

  function finish({ checksum }: Fetch, revision: string, next: Pick<NextSite, 'place' | 'people'>): void {
    fetch = undefined
    apply({ revision, checksum, ...next }, problem => {
      if (problem === undefined) tell(revision, checksum, [])
      else tell(revision, store.inForce?.checksum ?? null, [problem])
    })
  }

  return {
    offered(revision) {
      if (fetch?.want === revision) return
      abandon()
      if (store.inForce?.revision === revision) {
        tell(revision, store.inForce.checksum, [])
        return
      }
      fetch = { want: revision, part: 0, after: null, checksum: '', place: undefined, staging: undefined }
      wanted()
    },
    part(message) {
      if (fetch === undefined || message.want !== fetch.want || message.part !== fetch.part) return
      const problems = take(fetch, message)
      if (problems.length > 0) reject(message.revision, problems)
    },
    again: wanted,
    abandon,
  }
}

/** Covers everything since part 0. Both ends write JSON with the keys in the order they came in. */
function chained(before: string, { place, people, removed }: Part): string {
  return createHash('sha256')
    .update(JSON.stringify([before, place ?? null, people, removed]))
    .digest('hex')
}

function readPart(message: Part): { readonly place: Place | undefined; readonly people: Person[] } | { readonly problems: string[] } {
  const readPlace = place.optional().safeParse(message.place)
  const readPeople = people.safeParse(message.people)
  if (readPlace.success && readPeople.success) return { place: readPlace.data, people: readPeople.data }
  const issues = [...(readPlace.error?.issues ?? []), ...(readPeople.error?.issues ?? [])]
  return { problems: issues.map(issue => `${issue.path.map(String).join('.')}: ${issue.message}`) }
}
