import { v7 as uuid } from 'uuid'
import type { Clock } from '../../shared/clock.ts'
import type { Action, Command, CommandResult, Refusal } from '../../shared/command.ts'
import { refusals } from '../../shared/command.ts'
import type { Tree } from './tree.ts'
import type { ElementType } from './types.ts'

/** A command is refused by the controller when it is older than this, in ms: nothing acts later than 5 s after it was asked. */
export const validForMs = 4_000

/** How the plugin reaches controllers; the link provides it. */
export interface Controllers {
  isOnline(controller: string): boolean
  /** What the controller says it did; undefined when no answer came within {@link validForMs} and a little. */
  command(controller: string, command: Command): Promise<readonly CommandResult[] | undefined>
  /** Asks for anything else a controller can do, by name. */
  ask(controller: string, name: string, body: unknown): Promise<Answer>
  /** The same, hearing every answer as it comes. */
  request(controller: string, name: string, body: unknown, answered: (answer: Answer, last: boolean) => void): void
  /** What is known of a controller that has been there since this server started. */
  status(controller: string): ControllerStatus | undefined
  /** The name of the revision on offer to controllers. */
  revision(): string
  /** Keys in the vault have changed: controllers have to be told. */
  keysChanged(): void
  /** A pairing has ended and nobody knows which key the reader has: the controller is asked until it does. */
  pairingsOpen(controller: string): void
}
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: 'unreachable' | 'refused'; readonly message: string }

/** How a controller stands, as its link tells. */
export interface ControllerStatus {
  readonly online: boolean
  readonly version: string
  readonly revision: string | null
  readonly appliedAt: number | null
  readonly problems: readonly string[]
  readonly skewMs: number
  readonly heardAt: number
}

export interface Asked {
  readonly action: Action
  /** A door, access point, zone, controller, or the whole system. */
  readonly element: string
  readonly seconds?: number | undefined
  readonly operator: string
  readonly onBehalfOf?: string | undefined
  /** Less than {@link validForMs} for what was asked a while ago, in ms. */
  readonly validForMs?: number | undefined
}

export interface Outcome {
  readonly id: string
  readonly results: readonly (CommandResult & { readonly detail: string })[]
}

/** Sends one action to every controller it concerns and gathers what each door did, within five seconds. */
export async function carryOut(asked: Asked, tree: Tree, controllers: Controllers, clock: Clock): Promise<Outcome> {
  const id = uuid()
  const doors = tree.doorsOf(asked.element) ?? []
  const element = tree.element(asked.element)
  const byController = new Map<string, string[]>()
  for (const door of doors) {
    const controller = tree.controllerOf(door)
    if (controller !== undefined) byController.set(controller, [...(byController.get(controller) ?? []), door])
  }
  const command: Command = {
    id,
    action: asked.action,
    target: { kind: targetOf(element?.type), id: asked.element },
    ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
    operator: asked.operator,
    ...(asked.onBehalfOf === undefined ? {} : { onBehalfOf: asked.onBehalfOf }),
    issuedAt: new Date(clock.wall()).toISOString(),
    validForMs: Math.min(validForMs, asked.validForMs ?? validForMs),
  }
  const gathered = await Promise.all(
    [...byController].map(async ([controller, own]) => {
      const results = controllers.isOnline(controller) ? await inTime(controllers.command(controller, command), clock) : undefined
      if (!results)
        return own
          .filter(door => lockable(tree, door, own))
          .map((door): CommandResult => ({ door, outcome: 'unreachable', reason: 'unreachable' }))
      const told = new Set(results.map(r => r.door))
      const silent = own.filter(door => !told.has(door) && lockable(tree, door, own))
      const without = silent.map((door): CommandResult => {
        return { door, outcome: 'refused', reason: hasLock(tree, door) ? 'unknown-element' : 'monitoring-door' }
      })
      return [...results, ...without]
    }),
  )
  const results = gathered.flat().map(result => ({ ...result, detail: explain(result, asked) }))
  return { id, results }
}

/** What has not answered by then is told as unreachable, so that whoever asked knows within five seconds. */
const answerMs = 4_700

function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T | undefined> {
  return new Promise(resolve => {
    const cancel = clock.at(clock.now() + answerMs, () => resolve(undefined))
    void answer.then(value => {
      cancel()
      resolve(value)
    })
  })
}

/** A door without a lock answers only when it is asked alone. */
function lockable(tree: Tree, door: string, asked: readonly string[]): boolean {
  return asked.length === 1 || hasLock(tree, door)
}

const hasLock = (tree: Tree, door: string): boolean => tree.of.site.doors.some(d => d.id === door && d.type === 'door')

function targetOf(type: ElementType | undefined): Command['target']['kind'] {
  return type === 'door' || type === 'access-point' || type === 'zone' || type === 'controller' ? type : 'system'
}

function explain({ outcome, reason }: CommandResult, { action, seconds }: Asked): string {
  if (outcome !== 'done')
    return refusals[reason ?? (outcome === 'unreachable' ? 'unreachable' : 'unknown-element')] satisfies (typeof refusals)[Refusal]
  switch (action) {
    case 'grant':
      return `Unlocked for ${seconds ?? 7} s.`
    case 'unlock':
      return 'Unlocked until Reset, Lock or Lockdown.'
    case 'lock':
      return 'Locked until Reset, Unlock or Lockdown.'
    case 'lockdown':
      return 'In lockdown until Reset or Unlock.'
    case 'reset':
      return 'Back to the configured rules.'
  }
}
