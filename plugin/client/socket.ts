import { WebSocket } from 'ws'
import type { Refusal } from './client.ts'
import { lasting, type Open } from './connection.ts'

/** Why the server closes for good: what it says as HTTP in the same case. */
const closings: Readonly<Record<number, Pick<Refusal, 'status' | 'code' | 'title'>>> = {
  4400: { status: 400, code: 'validation-failed', title: 'A field is missing or wrong' },
  4401: { status: 401, code: 'unauthenticated', title: 'A token is missing, wrong or expired' },
  4403: { status: 403, code: 'forbidden', title: 'The right to do this is missing' },
}

/** A WebSocket, with the token in a header: in Node. */
export const openSocket: Open = (base, token, wanted, { onMessage, onEnd }) => {
  const url = new URL('api/v1/stream', (base.endsWith('/') ? base : `${base}/`).replace(/^http/, 'ws'))
  const socket = new WebSocket(url, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })
  socket.on('open', () => socket.send(JSON.stringify(wanted)))
  socket.on('message', data => onMessage(String(data)))
  socket.on('unexpected-response', (_, response) => {
    let text = ''
    response.on('data', chunk => {
      text += String(chunk)
    })
    response.on('end', () => onEnd(lasting(response.statusCode ?? 0, text)))
  })
  socket.on('close', (code, reason) => {
    const closing = closings[code]
    onEnd(closing && { type: 'about:blank', ...closing, detail: String(reason) })
  })
  socket.on('error', () => {
    // 'close' follows, and tells.
  })
  return () => socket.terminate()
}
