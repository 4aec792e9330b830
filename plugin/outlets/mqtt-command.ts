import { z } from 'zod'
import { actions, refusals } from '../../shared/command.ts'
import { explain } from '../../shared/issue.ts'
import { formatPath } from '../../shared/problem.ts'

/** Why a command over MQTT was not passed on to a door; what a door then says is told door by door. */
export const commandRefusals = {
  retained: 'A retained command would act again at every connection; send it without the retain flag.',
  unreadable: 'The command is no JSON object of the form that is documented.',
  stale: refusals.stale,
  'clock-ahead': 'The command is from the future: set the clock of whoever sent it.',
  'unknown-element': 'There is no such element, or it takes no commands.',
  forbidden: 'The right to operate these doors is missing; ask an administrator for it.',
  busy: 'Too many commands are under way; send it again.',
  failed: 'The server failed; look at the state of the door before you send it again, and tell an administrator.',
} as const
export type CommandRefusal = keyof typeof commandRefusals

/** What stands in the payload of a command. */
const commandBody = z.strictObject({
  action: z.enum(actions),
  /** How long a grant unlocks, s. */
  seconds: z.number().min(0.1).max(86_400).optional(),
  /** For the audit log. */
  reason: z.string().max(1000).optional(),
  /** The person behind whoever sent it. */
  onBehalfOf: z.string().trim().min(1).max(200).optional(),
  /** Comes back in the result. */
  correlation: z.string().max(200).optional(),
  /** When it was asked for, by the sender's clock, which has to be right. */
  issuedAt: z.iso.datetime({ offset: true, error: 'must be an instant with its offset, as 2026-11-30T12:00:00Z' }),
})
export type MqttCommand = z.output<typeof commandBody>

/** From asking to acting nothing takes longer than 5 s; so much of it is kept for the way to the controller and there, in ms. */
const latestMs = 4_000
const wholeMs = 4_500
/** A sender's clock may be ahead by this. */
const aheadMs = 1_000
const longest = 16_384

export type ReadCommand =
  | { readonly ok: true; readonly command: MqttCommand; readonly validForMs: number }
  | { readonly ok: false; readonly reason: CommandRefusal; readonly detail: string; readonly correlation: string | null }

/**
 * Reads a command as it came from a broker. A command that is retained, late or from the future is refused: nothing acts later than 5 s after it
 * was asked for, however long it lay in a queue.
 * @param now Unix ms
 */
export function readCommand(payload: Uint8Array, retained: boolean, now: number): ReadCommand {
  const value = payload.length > longest ? undefined : parse(payload)
  const given = typeof value === 'object' && value !== null ? (value as { correlation?: unknown }).correlation : undefined
  const correlation = typeof given === 'string' && given.length <= 200 ? given : null
  const refuse = (reason: CommandRefusal, detail: string = commandRefusals[reason]): ReadCommand => ({
    ok: false,
    reason,
    detail,
    correlation,
  })
  if (retained) return refuse('retained')
  const read = commandBody.safeParse(value)
  if (!read.success) {
    const [first] = read.error.issues.flatMap(issue => explain(issue, value, commandBody))
    const where = first === undefined ? '' : formatPath(first.path)
    return refuse('unreadable', first && value !== undefined ? `${where === '' ? '' : `${where}: `}${first.message}` : undefined)
  }
  const command = read.data
  if (command.seconds !== undefined && command.action !== 'grant') return refuse('unreadable', 'seconds: only a grant takes seconds')
  const age = now - Date.parse(command.issuedAt)
  if (age < -aheadMs) return refuse('clock-ahead')
  if (age > latestMs) return refuse('stale')
  return { ok: true, command, validForMs: Math.min(latestMs, wholeMs - Math.max(0, age)) }
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return undefined
  }
}
