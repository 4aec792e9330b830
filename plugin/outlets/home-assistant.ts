import type { Site } from '../../shared/site.ts'
import { version } from '../../shared/version.ts'
import type { Tree } from '../vms/tree.ts'
import type { MqttTopics } from './mqtt-topics.ts'

/*
 * Discovery messages of Home Assistant's MQTT integration: a device for the server and one for each door, with a lock, buttons, binary sensors
 * and events. They are retained; an empty one takes the entity away.
 */

export type SiteDoor = Site['doors'][number]

export interface Discovery {
  /** What discovery topics begin with: `homeassistant`, unless it was changed there. */
  readonly prefix: string
  readonly topics: MqttTopics
  readonly systemId: string
  readonly tree: Tree
  /** The element, where it is a door. */
  readonly door: SiteDoor | undefined
  /** The first category of a type of event, whose topic is listened to. */
  readonly categoryOf: (type: string) => string | undefined
}

/** What covers every discovery message of a system. */
export const discoveryFilter = (prefix: string, systemId: string): string => `${prefix}/+/${systemId}/+/config`

/** The discovery messages of one element, by topic; none for what is neither a door nor the server. */
export function discover(discovery: Discovery, id: string): ReadonlyMap<string, object> {
  const element = discovery.tree.element(id)
  if (element?.type === 'server') return entities(discovery, id, [server(discovery, element.name)])
  const { door } = discovery
  if (element === undefined || door === undefined) return new Map()
  const found = [alarm(discovery, id)]
  if (door.doorMonitor) found.push(position(discovery, id))
  if (door.type === 'door') {
    found.push(lock(discovery, id), button(discovery, id, 'reset', 'Reset'), button(discovery, id, 'lockdown', 'Lockdown'))
    found.push(event(discovery, id, 'access.granted', 'Access granted'), event(discovery, id, 'access.denied', 'Access denied'))
  }
  return entities(
    discovery,
    id,
    found.map(entity => ({ ...entity, body: { ...entity.body, ...ofDoor(discovery, id, element.name) } })),
  )
}

interface Entity {
  readonly component: 'lock' | 'binary_sensor' | 'button' | 'event'
  /** Tells the entities of one device apart. */
  readonly what: string
  readonly body: object
}

function entities({ prefix, systemId }: Discovery, id: string, list: readonly Entity[]): ReadonlyMap<string, object> {
  return new Map(
    list.map(({ component, what, body }) => [
      `${prefix}/${component}/${systemId}/${id}-${what}/config`,
      { unique_id: `${systemId}-${id}-${what}`, ...body, origin: { name: 'Portunus', sw_version: version }, qos: 1 },
    ]),
  )
}

function server({ topics, systemId }: Discovery, name: string): Entity {
  return {
    component: 'binary_sensor',
    what: 'connected',
    body: {
      name: 'Connected',
      device_class: 'connectivity',
      entity_category: 'diagnostic',
      state_topic: topics.status,
      payload_on: 'online',
      payload_off: 'offline',
      device: { identifiers: [systemId], name, manufacturer: 'Portunus', model: 'Site', sw_version: version },
    },
  }
}

/** A door is there while the server is connected and its controller is, too. */
function ofDoor({ topics, systemId }: Discovery, door: string, name: string): object {
  return {
    device: { identifiers: [`${systemId}-${door}`], name, manufacturer: 'Portunus', model: 'Door', via_device: systemId },
    availability_mode: 'all',
    availability: [
      { topic: topics.status },
      { topic: topics.state(door), value_template: "{{ 'offline' if 'controller-offline' in value_json.states else 'online' }}" },
    ],
  }
}

/** Tells when the command was given, without which it is refused. */
const command = (action: string): string => `{"action":"${action}","issuedAt":"{{ utcnow().isoformat() }}"}`

function lock({ topics }: Discovery, door: string): Entity {
  return {
    component: 'lock',
    what: 'lock',
    body: {
      name: null,
      state_topic: topics.state(door),
      value_template: "{{ 'LOCKED' if 'locked' in value_json.states else 'UNLOCKED' if 'unlocked' in value_json.states else 'None' }}",
      command_topic: topics.command(door),
      command_template: command('{{ value }}'),
      payload_lock: 'lock',
      payload_unlock: 'unlock',
      payload_open: 'grant',
      optimistic: false,
      retain: false,
    },
  }
}

function button({ topics }: Discovery, door: string, action: 'reset' | 'lockdown', name: string): Entity {
  return {
    component: 'button',
    what: action,
    body: { name, command_topic: topics.command(door), command_template: command(action), retain: false },
  }
}

function position({ topics }: Discovery, door: string): Entity {
  return {
    component: 'binary_sensor',
    what: 'position',
    body: {
      name: 'Position',
      device_class: 'door',
      state_topic: topics.state(door),
      value_template: "{{ 'ON' if 'open' in value_json.states else 'OFF' if 'closed' in value_json.states else 'None' }}",
    },
  }
}

function alarm({ topics }: Discovery, door: string): Entity {
  return {
    component: 'binary_sensor',
    what: 'alarm',
    body: {
      name: 'Alarm',
      device_class: 'problem',
      state_topic: topics.state(door),
      value_template: "{{ 'ON' if value_json.flags.alarm else 'OFF' }}",
    },
  }
}

/** What happens to others, and what is told late, is left out: Home Assistant acts on what it is told. */
function event({ topics, categoryOf }: Discovery, door: string, type: string, name: string): Entity {
  const told = `{'event_type': '${type}', 'cardholder': value_json.cardholder | default(none), 'reason': value_json.reason | default(none)}`
  return {
    component: 'event',
    what: type.replace('.', '-'),
    body: {
      name,
      event_types: [type],
      state_topic: topics.event(categoryOf(type), type),
      value_template: `{% if value_json.door == '${door}' and not value_json.backlog %}{{ ${told} | tojson }}{% endif %}`,
    },
  }
}
