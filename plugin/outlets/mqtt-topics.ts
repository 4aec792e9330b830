import type { Message } from './outlet.ts'

/*
 * The topics of one outlet (docs/outlets.md): `<prefix>/<system>/…`. An element's id stands in them as it is, the slash of `DOOR/a` or
 * `CONTROLLER/PORT` included, so that `element/DOOR/#` is a door with all that belongs to it.
 */

export interface MqttTopics {
  /** Retained: `online` or `offline`; the last will is the latter. */
  readonly status: string
  /** Where an event goes: once for each of its categories; under `none` where it has none. */
  events(message: Message): readonly string[]
  /** Where events of one type and category go. */
  event(category: string | undefined, type: string): string
  state(element: string): string
  command(element: string): string
  result(element: string): string
  /** The element a command is for; undefined where the topic is none of a command. */
  commanded(topic: string): string | undefined
  /** Filters that cover every command. */
  readonly commands: readonly string[]
  /** Filters that cover every retained state. */
  readonly states: readonly string[]
  /** What ONVIF events are below. */
  readonly onvif: string
  /** Where a test goes. */
  readonly test: string
  /** Everything but ONVIF events is below this. */
  readonly base: string
}

/** @param prefix without wildcards and slashes at its ends */
export function topicsFor(prefix: string, systemId: string): MqttTopics {
  const base = `${prefix}/${systemId}`
  const element = (id: string, what: string) => `${base}/element/${id}/${what}`
  const event = (category: string | undefined, type: string) =>
    `${base}/event/${category === undefined ? 'none' : levelOf(category)}/${type}`
  const before = `${base}/element/`
  const after = '/command'
  return {
    base,
    status: `${base}/status`,
    event,
    events({ categories = [], type }) {
      return categories.length === 0 ? [event(undefined, type)] : [...new Set(categories.map(category => event(category, type)))]
    },
    state: id => element(id, 'state'),
    command: id => element(id, 'command'),
    result: id => element(id, 'result'),
    commanded(topic) {
      if (!topic.startsWith(before) || !topic.endsWith(after)) return undefined
      const id = topic.slice(before.length, -after.length)
      return id === '' || topic.length < before.length + after.length ? undefined : id
    },
    commands: [element('+', 'command'), element('+/+', 'command')],
    states: [element('+', 'state'), element('+/+', 'state')],
    onvif: `${prefix}/onvif-ej`,
    test: `${base}/test`,
  }
}

/** A category as a level of a topic: `Access granted` → `access-granted`. */
function levelOf(category: string): string {
  return (
    category
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || '-'
  )
}

/** Whether a filter can match topics below `base` only, itself included. */
export function isBelow(filter: string, base: string): boolean {
  return filter === base || filter.startsWith(`${base}/`)
}
