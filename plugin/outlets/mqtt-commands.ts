import { createHash } from 'node:crypto'
import { summary } from '../api/commands.ts'
import { keepOutcome } from '../api/idempotency.ts'
import { type AuditCategory, writeAudit } from '../store/audit.ts'
import { carryOut, type Outcome } from '../vms/commands.ts'
import type { Bus, Incoming } from './mqtt-bus.ts'
import { type CommandRefusal, commandRefusals, type ReadCommand, readCommand } from './mqtt-command.ts'
import { isBelow, type MqttTopics } from './mqtt-topics.ts'
import type { OutletWorld } from './outlet.ts'

/** What is told about a command, to everybody who may see the element. */
export interface CommandResult {
  /** As it was sent; null where none was. */
  readonly correlation: string | null
  readonly element: string
  /** Why it was not passed on; null where it was: then `results` say what each door did. */
  readonly reason: CommandRefusal | null
  readonly detail: string
  /** Id of the command in the log; null where it was not passed on. */
  readonly id: string | null
  readonly results: readonly Outcome['results'][number][]
  readonly time: string
}

/** As many at once; more are refused. */
const mostUnderWay = 64
/** Refusals a minute that are noted one by one. */
const mostNoted = 20

export interface CommandOptions {
  readonly world: OutletWorld
  readonly topics: MqttTopics
  readonly bus: () => Bus | undefined
  /** Nobody has an answer sent below these. */
  readonly closed: readonly string[]
}

/** Carries out what integrators ask for, as `POST commands` does: with their rights, once, in time, and noted. */
export function createCommands({ world: { plugin, controllers }, topics, bus, closed }: CommandOptions) {
  const once = keepOutcome({ plugin })
  let underWay = 0
  let noted = { minute: 0, count: 0 }

  async function answer(incoming: Incoming, element: string, body: Omit<CommandResult, 'element' | 'time'>): Promise<void> {
    const { from, responseTopic, correlationData } = incoming
    const doors = plugin.tree().doorsOf(element === 'system' ? plugin.systemId : element) ?? []
    const payload = JSON.stringify({ ...body, element, time: new Date(plugin.now()).toISOString() } satisfies CommandResult)
    const wanted = responseTopic === undefined || !isOpen(responseTopic) ? [] : [responseTopic]
    await Promise.all(
      [topics.result(element), ...wanted].map(topic =>
        bus()?.publish({
          topic,
          payload,
          retain: false,
          correlationData,
          hears: each =>
            (each.id === from.id && each.kind === from.kind) ||
            (doors.length > 0 && doors.every(door => each.at('use-access-control', door))),
        }),
      ),
    )
  }

  /** Where an answer may go: nobody makes this server speak in its own name to whoever listens to it. */
  function isOpen(topic: string): boolean {
    return topic.length <= 500 && /^[^$+#\0][^+#\0]*$/.test(topic) && !closed.some(base => isBelow(topic, base))
  }

  function note(
    incoming: Incoming,
    element: string,
    category: AuditCategory,
    permitted: boolean,
    message: string,
    onBehalfOf?: string,
  ): void {
    const { from, location } = incoming
    // What is done, or refused, stays so where the disk takes no line of it, too.
    plugin.tried(() =>
      writeAudit(plugin.store, {
        at: plugin.now(),
        permitted,
        category,
        message,
        sourceType: plugin.tree().element(element)?.type ?? 'mqtt',
        sourceName: element.slice(0, 200),
        author: { user: from.name, location, onBehalfOf },
      }),
    )
  }

  function refuse(
    incoming: Incoming,
    element: string,
    reason: CommandRefusal,
    correlation: string | null,
    detail: string = commandRefusals[reason],
  ) {
    const minute = Math.floor(plugin.now() / 60_000)
    noted = noted.minute === minute ? { minute, count: noted.count + 1 } : { minute, count: 1 }
    const message = `Command over MQTT refused (${reason}): ${detail}`
    const last = 'Further commands over MQTT that are refused this minute are not noted'
    const category = reason === 'forbidden' ? 'security' : 'command'
    if (noted.count <= mostNoted + 1) note(incoming, element, category, false, noted.count > mostNoted ? last : message)
    return answer(incoming, element, { correlation, reason, detail, id: null, results: [] })
  }

  async function handle(incoming: Incoming): Promise<void> {
    const { topic, payload, retained } = incoming
    const element = topics.commanded(topic)
    if (element === undefined || payload.length === 0) return
    const read = readCommand(payload, retained, plugin.now())
    // It would be refused again at every connection.
    if (retained) void bus()?.publish({ topic, payload: '', retain: true, hears: () => false })
    const correlation = read.ok ? (read.command.correlation ?? null) : read.correlation
    try {
      await judge(incoming, element, read, correlation)
    } catch {
      // Whoever asked has to know.
      await answer(incoming, element, { correlation, reason: 'failed', detail: commandRefusals.failed, id: null, results: [] })
    }
  }

  async function judge(incoming: Incoming, element: string, read: ReadCommand, correlation: string | null): Promise<void> {
    if (!read.ok) return refuse(incoming, element, read.reason, correlation, read.detail)
    const { topic, payload, from } = incoming
    const { command, validForMs } = read
    const { action, seconds, reason, onBehalfOf } = command
    const tree = plugin.tree()
    const target = element === 'system' ? plugin.systemId : element
    const doors = tree.doorsOf(target)
    const may = from.has('operate-doors') && (doors ?? []).every(door => from.at('operate-doors', door))
    if (!may) return refuse(incoming, element, 'forbidden', correlation)
    if (!doors) return refuse(incoming, element, 'unknown-element', correlation)
    if (underWay >= mostUnderWay) return refuse(incoming, element, 'busy', correlation)
    underWay++
    try {
      // The same message again, by whatever way it came twice, is the same command.
      const key = `mqtt ${createHash('sha256').update(topic).update('\n').update(payload).digest('base64url')}`
      const { body } = await once(key, from, { element, ...command }, async () => {
        const asked = { action, element: target, seconds, operator: from.name, onBehalfOf, validForMs }
        const result = await carryOut(asked, tree, controllers, plugin.clock)
        const told = `${action}${seconds === undefined ? '' : ` for ${seconds} s`}${reason === undefined ? '' : ` (${reason})`}: ${summary(result)}`
        note(incoming, target, 'command', true, told, onBehalfOf)
        return { status: 200, body: result }
      })
      await answer(incoming, element, { correlation, reason: null, detail: summary(body), id: body.id, results: body.results })
    } finally {
      underWay--
    }
  }

  return handle
}
