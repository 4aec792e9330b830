import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createFetching } from '../../controller/link/configuration.ts'
import { openMemoryStore } from '../../controller/store/open.ts'
import { type Cardholder, cardholder } from '../../shared/site.ts'
import { type Edit, openBook } from '../site/book.ts'
import { openStore } from '../store/open.ts'
import { createPush } from './push.ts'
import { bookSource } from './source.ts'

const directories: string[] = []
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
  for (const made of directories.splice(0)) rmSync(made, { recursive: true, force: true })
})

const note = { author: { user: 'test', location: 'local' }, category: 'configuration' as const, message: 'test' }
const holder = (id: string, more: object = {}): Cardholder =>
  cardholder.parse({ id, firstName: 'Ann', credentials: [{ id: `${id}-card`, type: 'card', cardNumber: '7', bitLength: 26 }], ...more })

function opened() {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-source-'))
  directories.push(directory)
  const result = openStore(directory, { serve: true })
  if (!result.ok) throw new Error(result.message)
  closing.push(() => result.store.close())
  const book = openBook(result.store, { check: () => [], now: () => 0 })
  const edit = (...edits: Edit[]) => expect(book.edit(edits, note)).toMatchObject({ ok: true })
  edit({
    kind: 'controllers',
    id: 'ctrl-1',
    body: { id: 'ctrl-1', board: 'two-door', emulated: true, inputs: [], outputs: [], serial: {}, ports: {} },
  })
  return { edit, source: bookSource(result.store, book) }
}

/** A controller that fetches from the book directly; `between` runs before each part. */
function controller(source: ReturnType<typeof opened>['source'], between: (part: number) => void = () => {}) {
  const store = openMemoryStore({ controller: 'ctrl-1', wall: 0 })
  store.begin()
  const push = createPush(source)
  const asked: { part: number; from: string | null }[] = []
  const told: { revision: string; problems: readonly string[] }[] = []
  const fetching = createFetching({
    store,
    ask(want) {
      between(want.part)
      const part = push.answer({ ...want, kind: 'configuration-wanted', protocol: 1, session: '' })
      if (part === undefined) fetching.offered(source.revision())
      else {
        asked.push({ part: part.part, from: part.from })
        fetching.part(JSON.parse(JSON.stringify({ ...part, protocol: 1, session: '' })))
      }
    },
    apply: (next, done) => done(store.replace(next, () => ({ events: [], changes: [], shares: [] }), 0).fault),
    tell: (revision, _checksum, problems) => told.push({ revision, problems }),
  })
  return { store, asked, told, fetch: () => fetching.offered(source.revision()) }
}

describe('the site of the book at a controller', () => {
  it('comes whole at first, then as what has changed', () => {
    const { edit, source } = opened()
    edit(
      { kind: 'cardholders', id: 'ann', body: holder('ann') },
      { kind: 'cardholders', id: 'bob', body: holder('bob') },
      { kind: 'groups', id: 'staff', body: { id: 'staff', members: ['ann'], global: false } },
    )
    const { store, asked, told, fetch } = controller(source)
    fetch()
    expect(store.directory.cards('7', 26).map(({ cardholder }) => cardholder)).toEqual(['ann', 'bob'])
    expect(store.directory.groupsOf('ann')).toEqual(['staff'])
    expect(store.directory.cardholder('ann')?.firstName).toBe('')

    edit({ kind: 'cardholders', id: 'bob', body: null }, { kind: 'groups', id: 'staff', body: { id: 'staff', members: [], global: false } })
    fetch()
    expect(asked).toEqual([
      { part: 0, from: null },
      { part: 0, from: told[0]?.revision },
    ])
    expect(store.directory.cardholder('bob')).toBeUndefined()
    expect(store.directory.groupsOf('ann')).toEqual([])
    expect(told.map(({ problems }) => problems)).toEqual([[], []])
    expect(store.inForce?.revision).toBe(source.revision())
  })

  it('has in it what was edited while it was on its way', () => {
    const { edit, source } = opened()
    edit(...Array.from({ length: 350 }, (_, n): Edit => ({ kind: 'cardholders', id: `p-${n}`, body: holder(`p-${n}`) })))
    const { store, asked, fetch } = controller(source, part => {
      if (part === 2)
        edit(
          { kind: 'cardholders', id: 'p-0', body: null },
          { kind: 'cardholders', id: 'a-new', body: holder('a-new') },
          { kind: 'cardholders', id: 'p-99', body: holder('p-99', { suspended: true }) },
        )
    })
    fetch()
    expect(asked.length).toBe(4)
    expect(store.directory.cards('7', 26)).toHaveLength(350)
    expect(store.directory.cardholder('p-0')).toBeUndefined()
    expect(store.directory.cardholder('a-new')).toBeDefined()
    expect(store.directory.cardholder('p-99')?.suspended).toBe(true)
    expect(store.inForce?.revision).toBe(source.revision())
  })

  it('begins anew where too much was edited meanwhile, and comes whole where too much has changed', () => {
    const { edit, source } = opened()
    edit(...Array.from({ length: 150 }, (_, n): Edit => ({ kind: 'cardholders', id: `p-${n}`, body: holder(`p-${n}`) })))
    let once = true
    const { store, asked, told, fetch } = controller(source, part => {
      if (part !== 1 || !once) return
      once = false
      edit(...Array.from({ length: 300 }, (_, n): Edit => ({ kind: 'cardholders', id: `q-${n}`, body: holder(`q-${n}`) })))
    })
    fetch()
    expect(told).toEqual([{ revision: source.revision(), problems: [] }])
    expect(store.directory.cards('7', 26)).toHaveLength(450)
    const before = asked.length
    edit(...Array.from({ length: 300 }, (_, n): Edit => ({ kind: 'cardholders', id: `q-${n}`, body: null })))
    fetch()
    expect(asked[before]).toEqual({ part: 0, from: null })
    expect(store.directory.cards('7', 26)).toHaveLength(150)
  })

  it('of another history is not taken for a change', () => {
    const { source } = opened()
    expect(source.changesSince('1-000000000000', 200)).toBeUndefined()
    expect(source.changesSince('99-abc', 200)).toBeUndefined()
    expect(source.changesSince('nonsense', 200)).toBeUndefined()
    expect(source.changesSince(source.revision(), 200)).toEqual({ place: undefined, put: [], removed: [] })
  })
})
