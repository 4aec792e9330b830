import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Pipe, PipeListener } from './pipe.ts'

/** Behind a network a frame may come in pieces: so long may they be apart, in milliseconds. */
export const networkGapMs = 150

function attach(socket: Socket, listener: PipeListener, isCurrent: () => boolean) {
  socket.setNoDelay(true)
  socket.on('data', bytes => {
    if (isCurrent()) listener.data(bytes)
  })
}

/** A line behind a serial server: connects, and connects again when the other end went away. */
export function tcpClient({
  host,
  port,
  gapMs = networkGapMs,
}: {
  readonly host: string
  readonly port: number
  readonly gapMs?: number
}): Pipe {
  let socket: Socket | null = null
  return {
    gapMs,
    open(listener) {
      socket?.destroy()
      const opened = connect({ host, port })
      socket = opened
      let reason = 'closed by the other end'
      attach(opened, listener, () => socket === opened)
      opened.on('connect', () => listener.up())
      opened.on('error', error => {
        reason = error.message
      })
      opened.on('close', () => {
        if (socket !== opened) return
        socket = null
        listener.down(reason)
      })
    },
    write(bytes) {
      if (socket?.writable) socket.write(bytes)
    },
    close() {
      const opened = socket
      socket = null
      opened?.destroy()
    },
  }
}

/**
 * Waits for the other end on a port; one at a time, the latest wins, so that a peer that vanished without a word keeps nobody out.
 * `host` is loopback unless said, `port` 0 takes a free one. `onListening` gets the port.
 */
export function tcpServer({
  port,
  host = '127.0.0.1',
  gapMs = networkGapMs,
  onListening,
}: {
  readonly port: number
  readonly host?: string
  readonly gapMs?: number
  readonly onListening?: (port: number) => void
}): Pipe {
  let server: Server | null = null
  let peer: Socket | null = null
  let listener: PipeListener | null = null
  return {
    gapMs,
    open(to) {
      listener = to
      // A peer that went away does not end the waiting.
      if (server !== null) return
      const opened = createServer(socket => {
        peer?.destroy()
        peer = socket
        attach(socket, { ...to, data: bytes => listener?.data(bytes) }, () => peer === socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          if (peer !== socket) return
          peer = null
          listener?.down('the other end went away')
        })
        listener?.up()
      })
      server = opened
      opened.on('error', error => {
        server = null
        to.down(error.message)
      })
      opened.listen(port, host, () => {
        const address = opened.address()
        onListening?.(typeof address === 'object' && address !== null ? address.port : port)
      })
    },
    write(bytes) {
      if (peer?.writable) peer.write(bytes)
    },
    close() {
      const opened = server
      server = null
      peer?.destroy()
      peer = null
      opened?.close()
    },
  }
}
