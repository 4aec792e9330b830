import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Command, CommandResult } from '../../shared/command.ts'
import type { LinkTransport, LoggedEvent, Protocols } from '../../shared/link.ts'
import type { ElementState } from '../../shared/state.ts'
import type { ConfigurationSource } from './push.ts'
import type { Answer, Answered } from './requests.ts'

/** What is known of one controller. */
export interface ControllerStatus {
  readonly controller: string
  readonly online: boolean
  /** Of its software. */
  readonly version: string
  readonly boot: string
  readonly logId: string
  /** The site in force there, and since when (Unix ms by its own clock). */
  readonly revision: string | null
  readonly appliedAt: number | null
  /** Why the last site offered was rejected; empty where it was applied. */
  readonly problems: readonly string[]
  /** Its wall clock minus ours, in ms. */
  readonly skewMs: number
  /** When it was last heard (Unix ms). */
  readonly heardAt: number
  /** What it can be asked beside commands. */
  readonly asks: readonly string[]
}

export interface PluginLinkOptions {
  readonly transport: LinkTransport
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly prefix?: string
  /** The sequence wanted next of a log, and the id of the event before it. */
  readonly position: (controller: string, logId: string) => { readonly next: number; readonly last: string | null }
  /** Stores what is new, all or nothing. @returns the sequence wanted next */
  readonly intake: (
    controller: string,
    logId: string,
    events: readonly LoggedEvent[],
    gap: { readonly first: number; readonly last: number } | undefined,
  ) => number
  /** Undefined for a controller that does not belong here: it is not answered. */
  readonly configurationFor: (controller: string) => ConfigurationSource | undefined
  /** Keys for one controller, sealed so that only it can open them. */
  readonly keysFor?: (controller: string) => string | undefined
  readonly onStates?: (controller: string, elements: readonly ElementState[], gone: readonly string[], whole: boolean) => void
  /** A controller has come or gone, or something of its status has changed. */
  readonly onController?: (status: ControllerStatus, before: ControllerStatus | undefined) => void
  /** Controllers of the site: one that has not come ten seconds after the start is told as offline. */
  readonly expected?: () => readonly string[]
  /** Something for a technician: no common protocol, events that cannot be stored, another server at the broker (then without a controller). */
  readonly onTrouble?: (controller: string | undefined, trouble: string) => void
  readonly protocols?: Protocols
}

/** The plugin's end of the link: one session a controller. */
export interface PluginLink {
  start(): void
  stop(): void
  status(controller: string): ControllerStatus | undefined
  statuses(): readonly ControllerStatus[]
  isOnline(controller: string): boolean
  /** Another server at the broker has the controllers. */
  readonly standingBy: boolean
  /** The site has changed: offers it to one controller, or to all. */
  offer(controller?: string): void
  /** Keys have changed: hands them out again. */
  handOutKeys(controller?: string): void
  /** What the controller did about a command; undefined when no answer came in time. */
  command(controller: string, command: Command): Promise<readonly CommandResult[] | undefined>
  ask(controller: string, name: string, body: unknown, validForMs?: number): Promise<Answer>
  /**
   * Asks, and hears every answer as it comes, the last with `last`. What is not answered in time ends with `unreachable`; once there was a first
   * answer, the asked one takes its time.
   */
  request(controller: string, name: string, body: unknown, answered: Answered, validForMs?: number): Cancel
}
