import type { Cardholder, Configuration, LiveEvent } from '../client/client.ts'

export const nameOf = (person: Cardholder | undefined, id: string) => (person ? `${person.firstName} ${person.lastName}`.trim() || id : id)

/** `anti-passback` → `anti-passback`, `no-access-rule` → `no access rule`; the whole sentence is in the trace. */
export const reasonWords = (reason: string) => (reason === 'anti-passback' ? reason : reason.replaceAll('-', ' '))

/** One line about an event: what, and where known who. */
export function headline(event: LiveEvent, configuration: Configuration | null): string {
  const type = configuration?.eventTypes.find(t => t.id === event.type)
  return type?.name ?? event.type
}

export function placeOf(event: LiveEvent, configuration: Configuration | null): string {
  const id = event.door ?? event.source.id
  return configuration?.elements.find(e => e.id === id)?.name ?? id
}

export const idsIn = (event: LiveEvent): readonly string[] => event.cardholders ?? (event.cardholder ? [event.cardholder] : [])

export function whoIn(event: LiveEvent, people: ReadonlyMap<string, Cardholder>): string | null {
  const ids = idsIn(event)
  if (ids.length > 0) return ids.map(id => nameOf(people.get(id), id)).join(' and ')
  return event.operator ?? null
}

/** The time of day, with the date where it is not today's. */
export function timeOf(instant: string): string {
  const moment = new Date(instant)
  const time = moment.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  return moment.toDateString() === new Date().toDateString() ? time : `${moment.toLocaleDateString()} ${time}`
}
