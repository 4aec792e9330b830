import { describe, expect, it } from 'vitest'
import { site as siteSchema } from '../../shared/site.ts'
import type { ElementState } from '../../shared/state.ts'
import { openStates } from './states.ts'
import { treeOf } from './tree.ts'

/** Two controllers with a door each into one guarded zone; another zone has a door at the first alone. */
const site = siteSchema.parse({
  portunus: 1,
  site: { name: 'House' },
  controllers: ['1', '2'].map(n => ({ id: `ctrl-${n}`, board: 'two-door' })),
  doors: ['1', '2'].map(n => ({
    id: `door-${n}`,
    controller: `ctrl-${n}`,
    locks: { primary: { relay: 'relay-1' } },
    doorMonitor: { port: 'door-1' },
    a: { reader: { id: `in-${n}`, type: 'wiegand', port: 'reader-1' } },
  })),
  zones: [
    { id: 'office', doors: [{ door: 'door-1' }, { door: 'door-2' }], antiPassback: { mode: 'soft' }, occupancyLimit: 2 },
    { id: 'yard', doors: [{ door: 'door-1', role: 'perimeter', sideA: 'leave' }], antiPassback: { mode: 'soft' } },
  ],
})
const zone = (id: string, present: number, more: Partial<Extract<ElementState, { kind: 'zone' }>> = {}): ElementState => ({
  kind: 'zone',
  id,
  present,
  limit: null,
  full: false,
  antiPassbackSuspended: false,
  ...more,
})

function openZones() {
  const own = { elements: [], eventTypes: [], categories: [] }
  const states = openStates(() => treeOf({ site, own } as never, 'system'))
  const changed: string[] = []
  states.onChange(ids => changed.push(...ids))
  for (const id of ['ctrl-1', 'ctrl-2']) states.reach(id, true)
  changed.length = 0
  return { states, changed, of: (id: string) => states.read(id, 'zone') }
}

describe('states of a zone', () => {
  it('are unknown until a controller has told, then how many are in it', () => {
    const { states, changed, of } = openZones()
    expect(of('office')).toMatchObject({ states: ['unknown'], detail: null })
    states.update('ctrl-1', [zone('office', 0, { limit: 2 })], [], false)
    expect(of('office').states).toEqual(['empty'])
    states.update('ctrl-1', [zone('office', 2, { limit: 2, full: true })], [], false)
    expect(of('office')).toMatchObject({ states: ['occupied', 'full'], detail: { present: 2, limit: 2 } })
    expect(changed).toEqual(['office', 'office'])
  })

  it('are those of the controller that told last, whoever else has the zone', () => {
    const { states, of } = openZones()
    states.update('ctrl-1', [zone('office', 1), zone('yard', 3)], [], true)
    states.update('ctrl-2', [zone('office', 2)], [], true)
    expect(of('office')).toMatchObject({ detail: { present: 2 } })
    expect(of('yard')).toMatchObject({ detail: { present: 3 } })
    states.update('ctrl-2', [], ['office'], false)
    expect(of('office')).toMatchObject({ detail: { present: 1 } })
  })

  it('say that anti-passback rests while a controller of the zone cannot be reached, and who is in it as far as can be known [I12]', () => {
    const { states, changed, of } = openZones()
    states.update('ctrl-1', [zone('office', 1), zone('yard', 1)], [], true)
    states.update('ctrl-2', [zone('office', 1)], [], true)
    changed.length = 0
    states.reach('ctrl-2', false)
    expect(changed).toContain('office')
    expect(changed).not.toContain('yard')
    expect(of('office')).toMatchObject({ states: ['occupied', 'anti-passback-suspended'], detail: { antiPassbackSuspended: true } })
    expect(of('yard').states).toEqual(['occupied'])
    states.reach('ctrl-1', false)
    expect(of('office').states).toEqual(['unknown', 'anti-passback-suspended'])
    expect(of('yard').states).toEqual(['unknown'])
    states.reach('ctrl-1', true)
    states.reach('ctrl-2', true)
    expect(of('office').states).toEqual(['occupied'])
  })
})
