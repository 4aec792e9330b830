import { createHash } from 'node:crypto'
import { changeLimit, type DownMessage, type Person, type Place, type UpMessage } from '../../shared/link.ts'

/** Where the site for a controller comes from. Revisions are names: equal ones are the same site. */
export interface ConfigurationSource {
  revision(): string
  place(): Place
  /** People after an id, in the order of ids. */
  people(after: string | null, limit: number): readonly Person[]
  /** What has changed since a revision; undefined where that is not known, or where it is more people than `limit`. */
  changesSince(revision: string, limit: number): SiteChanges | undefined
}

export interface SiteChanges {
  /** Undefined where the place is as it was. */
  readonly place: Place | undefined
  readonly put: readonly Person[]
  readonly removed: readonly string[]
}

type Wanted = Extract<UpMessage, { kind: 'configuration-wanted' }>
type Part = Omit<Extract<DownMessage, { kind: 'configuration-part' }>, 'protocol' | 'session'>

/** People in one message. */
const partSize = 100

/** Hands a site over to one controller, part by part, as it asks. */
export interface Push {
  /** The next part; undefined where what is wanted is not on offer any more: then the newest is offered. */
  answer(wanted: Wanted): Part | undefined
}

export function createPush(source: ConfigurationSource): Push {
  /** The whole site under way: what was in force here when it began. */
  let whole: { readonly want: string; readonly began: string; part: number; checksum: string; sent: Part | undefined } | undefined

  function change(have: string, want: string, revision: string): Part | undefined {
    const changes = source.changesSince(have, changeLimit)
    if (changes === undefined) return undefined
    const { place, put, removed } = changes
    const part = body(want, revision, {
      from: have,
      part: 0,
      last: true,
      people: put.map(lean),
      removed: [...removed],
      ...(place ? { place } : {}),
    })
    return { ...part, checksum: chained('', part) }
  }

  return {
    answer({ have, want, part, after }) {
      const revision = source.revision()
      if (part === 0) {
        const changed = have === null ? undefined : change(have, want, revision)
        if (changed !== undefined) return changed
        whole = { want, began: revision, part: 0, checksum: '', sent: undefined }
      }
      if (whole === undefined || whole.want !== want) return undefined
      if (whole.sent !== undefined && part === whole.part - 1) return whole.sent
      if (part !== whole.part) return undefined
      const people = source.people(after, partSize)
      const last = people.length < partSize
      const since = last && revision !== whole.began ? source.changesSince(whole.began, changeLimit) : undefined
      if (last && revision !== whole.began && since === undefined) return undefined
      const place = since?.place ?? (part === 0 ? source.place() : undefined)
      const sent = body(want, last ? revision : whole.began, {
        from: null,
        part,
        last,
        people: [...people, ...(since?.put ?? [])].map(lean),
        removed: [...(since?.removed ?? [])],
        ...(place ? { place } : {}),
      })
      whole.checksum = chained(whole.checksum, sent)
      whole.part++
      whole.sent = last ? { ...sent, checksum: whole.checksum } : sent
      return whole.sent
    },
  }
}

function body(want: string, revision: string, rest: Omit<Part, 'kind' | 'want' | 'revision'>): Part {
  return { kind: 'configuration-part', want, revision, ...rest }
}

/** Covers everything since part 0, as the controller reckons it. */
function chained(before: string, { place, people, removed }: Part): string {
  return createHash('sha256')
    .update(JSON.stringify([before, place ?? null, people, removed]))
    .digest('hex')
}

/** What a door needs to know of a person: a controller that is stolen tells no names. */
export function lean({ cardholderId: _, ...person }: Person): Person {
  return {
    ...person,
    firstName: '',
    lastName: '',
    email: null,
    custom: {},
    credentials: person.credentials.map(({ name: _, ...credential }) => credential as Person['credentials'][number]),
  }
}
