import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { site as siteSchema } from '../../shared/site.ts'
import type { Configuration } from '../site/kinds.ts'
import { treeOf } from '../vms/tree.ts'
import { discover } from './home-assistant.ts'
import { topicsFor } from './mqtt-topics.ts'

const systemId = '01990000-0000-7000-8000-000000000001'
const site = siteSchema.parse({
  portunus: 1,
  site: { name: 'Amber Street', timeZone: 'Europe/Copenhagen' },
  controllers: [
    { id: 'ctrl-1', board: 'two-door', emulated: true },
    { id: 'io-1', board: 'io-module', parent: 'ctrl-1', emulated: true },
  ],
  doors: [
    { id: 'front', name: 'Front door', controller: 'ctrl-1', locks: { primary: { relay: 'relay-1' } }, doorMonitor: { port: 'door-1' } },
    { id: 'back', name: 'Back door', controller: 'ctrl-1', locks: { primary: { relay: 'relay-2' } } },
    { id: 'exit', name: 'Fire exit', type: 'monitoring-door', controller: 'io-1', doorMonitor: { port: 'in-1' } },
  ],
})
const tree = treeOf({ site, own: { elements: [], eventTypes: [], categories: [] } } as unknown as Configuration, systemId)
const topics = topicsFor('portunus', systemId)
const discovery = {
  prefix: 'homeassistant',
  topics,
  systemId,
  tree,
  categoryOf: (type: string) => (type === 'access.granted' ? 'Access granted' : undefined),
}
const of = (id: string) => discover({ ...discovery, door: site.doors.find(door => door.id === id) }, id)

/** What Home Assistant's MQTT integration takes of a discovery message, as far as it is used here: it drops what it does not know. */
const topic = z.string().regex(/^[^+#]+$/)
const common = {
  name: z.string().nullable(),
  unique_id: z.string(),
  qos: z.literal(1),
  origin: z.strictObject({ name: z.string(), sw_version: z.string() }),
  device: z.strictObject({
    identifiers: z.array(z.string()).min(1),
    name: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    sw_version: z.string().optional(),
    via_device: z.string().optional(),
  }),
  availability_mode: z.enum(['all', 'any', 'latest']).optional(),
  availability: z.array(z.strictObject({ topic, value_template: z.string().optional() })).optional(),
}
const command = { command_topic: topic, command_template: z.string(), retain: z.literal(false) }
const read = { state_topic: topic, value_template: z.string() }
const schemas = {
  lock: z.strictObject({
    ...common,
    ...command,
    ...read,
    payload_lock: z.string(),
    payload_unlock: z.string(),
    payload_open: z.string(),
    optimistic: z.literal(false),
  }),
  button: z.strictObject({ ...common, ...command }),
  event: z.strictObject({ ...common, ...read, event_types: z.array(z.string()).min(1) }),
  binary_sensor: z.strictObject({
    ...common,
    ...read,
    value_template: z.string().optional(),
    device_class: z.enum(['door', 'problem', 'connectivity']),
    entity_category: z.literal('diagnostic').optional(),
    payload_on: z.string().optional(),
    payload_off: z.string().optional(),
  }),
}

describe('discovery by Home Assistant', () => {
  it('has the shape and the topics that its MQTT integration takes', () => {
    const all = tree.vms.elements.flatMap(element => [...of(element.id)])
    expect(all.length).toBeGreaterThan(10)
    for (const [at, body] of all) {
      const [, component] = /^homeassistant\/(lock|button|event|binary_sensor)\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config$/.exec(at) ?? []
      expect(schemas[component as keyof typeof schemas].safeParse(body).error).toBeUndefined()
    }
    const ids = all.map(([, body]) => (body as { unique_id: string }).unique_id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('makes of a door a device with a lock, buttons, sensors and events', () => {
    const kinds = [...of('front').keys()].map(at =>
      at
        .split('/')
        .slice(1)
        .filter(part => part !== systemId)
        .join(' '),
    )
    expect(kinds.sort()).toEqual([
      'binary_sensor front-alarm config',
      'binary_sensor front-position config',
      'button front-lockdown config',
      'button front-reset config',
      'event front-access-denied config',
      'event front-access-granted config',
      'lock front-lock config',
    ])
    expect(of('front').get(`homeassistant/lock/${systemId}/front-lock/config`)).toMatchObject({
      state_topic: `portunus/${systemId}/element/front/state`,
      command_topic: `portunus/${systemId}/element/front/command`,
      command_template: '{"action":"{{ value }}","issuedAt":"{{ utcnow().isoformat() }}"}',
      payload_open: 'grant',
      device: { name: 'Front door', via_device: systemId },
    })
    expect(of('front').get(`homeassistant/event/${systemId}/front-access-granted/config`)).toMatchObject({
      state_topic: `portunus/${systemId}/event/access-granted/access.granted`,
    })
  })

  it('leaves out what a door does not have, and every element that is no door', () => {
    expect([...of('back').keys()].some(at => at.includes('position'))).toBe(false)
    expect([...of('exit').keys()].map(at => at.split('/')[1])).toEqual(['binary_sensor', 'binary_sensor'])
    expect(of('ctrl-1').size).toBe(0)
    expect(of('front/a').size).toBe(0)
    expect(of('nowhere').size).toBe(0)
    expect(of(systemId).size).toBe(1)
  })
})
