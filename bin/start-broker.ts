import type { LinkTransport } from '../shared/link.ts'
import { createMemoryBroker } from '../shared/memory-link.ts'

export interface Broker {
  connect(): LinkTransport
  close(): Promise<void> | void
}

export async function openBroker(_host: string, _port: number): Promise<Broker> {
  const broker = createMemoryBroker()
  return { connect: () => broker.connect(), close() {} }
}
