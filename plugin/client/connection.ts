import type { Refusal } from './client.ts'

export type Topic = 'events' | 'states' | 'alarms' | 'access-requests' | 'configuration' | 'cardholders' | 'terminals'

/** One connection, whatever it speaks. */
export interface Connection {
  onMessage(text: string): void
  /** It is over; `refusal` when another attempt would end the same. */
  onEnd(refusal?: Refusal): void
}
export interface Wanted {
  readonly topics: readonly Topic[]
  readonly after?: string
  readonly epoch?: string
}
/** Opens a connection. @returns a function that ends it */
export type Open = (base: string, token: string | undefined, wanted: Wanted, connection: Connection) => () => void

/** A refusal that another attempt would meet again; undefined where it is worth one. */
export function lasting(status: number, text: string): Refusal | undefined {
  if (status < 400 || status >= 500 || status === 408 || status === 429) return undefined
  const told = { type: 'about:blank', title: 'Refused', status, code: 'unknown', detail: `The server answered ${status}.` } as const
  try {
    return { ...told, ...(JSON.parse(text) as Partial<Refusal>) }
  } catch {
    return told
  }
}
