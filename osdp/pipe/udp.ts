import { createSocket, type Socket } from 'node:dgram'
import type { Pipe } from './pipe.ts'
import { networkGapMs } from './tcp.ts'

/**
 * A line over UDP, a frame or part of one in each datagram. With `peer` it speaks to that address and hears nobody else; without, it answers whoever spoke last.
 * `host` is loopback unless said, `port` 0 takes a free one. `onListening` gets the port.
 */
export function udpPipe({
  port = 0,
  host = '127.0.0.1',
  peer,
  gapMs = networkGapMs,
  onListening,
}: {
  readonly port?: number
  readonly host?: string
  readonly peer?: { readonly host: string; readonly port: number }
  readonly gapMs?: number
  readonly onListening?: (port: number) => void
}): Pipe {
  let socket: Socket | null = null
  let last = peer ?? null
  return {
    gapMs,
    open(listener) {
      socket?.close()
      const opened = createSocket('udp4')
      socket = opened
      opened.on('message', (bytes, from) => {
        if (peer !== undefined && (from.port !== peer.port || from.address !== peer.host)) return
        last = { host: from.address, port: from.port }
        listener.data(bytes)
      })
      opened.on('error', error => {
        if (socket !== opened) return
        socket = null
        opened.close()
        listener.down(error.message)
      })
      opened.bind(port, host, () => {
        onListening?.(opened.address().port)
        listener.up()
      })
    },
    write(bytes) {
      if (socket !== null && last !== null) socket.send(bytes, last.port, last.host, () => {})
    },
    close() {
      const opened = socket
      socket = null
      opened?.close()
    },
  }
}
