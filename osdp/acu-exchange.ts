import { keyTaken } from './acu-secure.ts'
import type { Exchange, PdView, Purpose, Queued, SecureFault } from './acu-state.ts'
import { dropSession, loseSecure, probeMs, requeue, type Told, tell } from './acu-told.ts'
import { type CommandName, commands } from './codes.ts'
import { encode, frameLimit, leastFrameLimit } from './frame.ts'
import { decodeCommand, type Reply } from './message.ts'
import { type HandshakeMessage, seal } from './secure-channel.ts'

/** `answered`: the turn is over · `ignored`: not an answer, the right one may still come. */
export type Heard = 'answered' | 'ignored'

/** A queued command that found no turn for so long is not sent any more. */
export const commandPatienceMs = 5000

export function pollInterval(view: PdView): number {
  return Math.min(Math.max(view.policy.pollIntervalMs ?? 200, 0), 4000)
}

/** The longest frame the PD takes (capability 10), as far as it is known. */
export function receiveLimit(view: PdView): number {
  const record = view.capabilities?.find(({ function: fn }) => fn === 10)
  const said = record === undefined ? 0 : record.compliance | (record.count << 8)
  return Math.min(Math.max(said, leastFrameLimit), frameLimit)
}

export function say(
  view: PdView,
  purpose: Purpose,
  name: string,
  data: Uint8Array,
  sealed: boolean,
  handshake: HandshakeMessage | null = null,
  command: Queued | null = null,
) {
  const { address, sequence } = view
  const code = command?.code ?? commands[name as CommandName].code
  const frame = { address, direction: 'command', sequence, check: 'crc', code, data } as const
  if (sealed && view.session === null) return
  const bytes =
    sealed && view.session !== null ? seal(view.session, frame) : encode({ ...frame, security: handshake?.security ?? null, mac: null })
  view.exchange = { purpose, name, bytes, sequence, sealed, command, tries: 0, busy: 0, busySince: 0, strays: 0 }
}

// ---------------------------------------------------------------- starting over

/** Everything from sequence 0 on, with ID. */
export function startOver(view: PdView) {
  view.exchange = null
  view.sequence = 0
  view.stage = 'identify'
}

/** NAK 4, or an answer with sequence 0: the count starts over, and with it the session. */
export function lostCount(view: PdView, out: Told, reason: SecureFault, now: number): Heard {
  view.lastReply = now
  view.statistics.replies++
  const { exchange } = view
  confirmMove(view, out)
  if (view.session !== null) return lostSession(view, out, reason, now)
  requeue(view, out)
  startOver(view)
  // Refused even at sequence 0: later, and in time with a POLL before.
  const refused = exchange !== null && exchange.sequence === 0
  view.tries = refused ? view.tries + 1 : 0
  view.tryAt = refused ? now + probeMs : now
  return 'answered'
}

export function lostSession(view: PdView, out: Told, reason: SecureFault, now: number): Heard {
  // What carries no proof is no sign of life; a refusal is one, the handshake that follows shows.
  if (reason === 'sequence' || reason === 'session-refused' || reason === 'pd-restarted') view.lastReply = now
  view.statistics.replies++
  const { pairing } = view
  if (view.session?.underDefaultKey || pairing !== null) {
    // On the way to its key: once more from ID.
    requeue(view, out)
    if (pairing !== null && pairing.stage === 'key-sent') {
      keyTaken(view, out, now)
      return 'answered'
    }
  }
  loseSecure(view, out, reason, now)
  return 'answered'
}

// ---------------------------------------------------------------- COMSET

export function beginMove(view: PdView, command: Queued, reply: Extract<Reply, { name: 'COM' }>, now: number) {
  const from = { address: view.address, baud: view.baud }
  const to = { address: reply.address & 0x7f, baud: reply.baud }
  view.move = { from, to, id: command.id, reply, tries: 0, turns: 0 }
  goTo(view, to)
  // Some PDs carry session and count over: the next POLL shows.
  view.pollAgain = true
  view.pollAt = now
}

/** COMSET was not answered: the PD may have moved all the same, and is looked for at both places. */
export function searchMoved(view: PdView, out: Told, exchange: Exchange, now: number) {
  const { command } = exchange
  const asked = command === null ? null : decodeCommand(command.code, command.data)
  if (command === null || !asked?.ok || asked.message.name !== 'COMSET') return
  const { address, baud } = asked.message
  exchange.command = null
  const from = { address: view.address, baud: view.baud }
  view.move = { from, to: { address, baud }, id: command.id, reply: { name: 'COM', address, baud }, tries: 0, turns: 0 }
  goTo(view, { address, baud })
  elsewhere(view, out, now)
}

function goTo(view: PdView, { address, baud }: { address: number; baud: number }) {
  view.address = address
  view.baud = baud
}

export function confirmMove(view: PdView, out: Told) {
  const { move } = view
  if (move === null) return
  view.move = null
  const moved = view.address === move.to.address && view.baud === move.to.baud
  if (moved && (move.from.address !== view.address || move.from.baud !== view.baud))
    tell(view, out, { kind: 'moved', from: move.from.address, baud: view.baud })
  if (moved) finishMove(view, out, 'reply', move, null)
  else finishMove(view, out, 'time-out', move, 'not-found-at-the-new-settings')
}

function finishMove(view: PdView, out: Told, outcome: 'reply' | 'time-out', move: NonNullable<PdView['move']>, reason: string | null) {
  if (move.id !== 0) tell(view, out, { kind: 'result', id: move.id, command: 'COMSET', outcome, reply: move.reply, reason })
}

/** Not found where COM said: once more from sequence 0, for the PD may have dropped the session, then by turns at the old settings and at the new. */
export function elsewhere(view: PdView, out: Told, now: number) {
  const move = view.move!
  move.tries = 0
  if (++move.turns > 1) goTo(view, move.turns % 2 === 0 ? move.from : move.to)
  if (move.turns === 6) {
    finishMove(view, out, 'time-out', move, 'found-nowhere')
    view.move = { ...move, id: 0 }
  }
  dropSession(view)
  startOver(view)
  view.tryAt = move.turns > 6 ? now + probeMs : now
}
