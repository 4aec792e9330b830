import type { Action } from '../../shared/command.ts'

/** What a history of the door is played with. Times in ms. */
export interface Settings {
  readonly relock: 'after-closing' | 'after-opening'
  readonly relockDelayMs: number
  readonly access: number
  readonly longAccess: number
  readonly tooLong: number
  readonly longTooLong: number
}

/**
 * The door once more, told in ten fields and as plainly as can be: what the real one is held against. Instants are monotonic ms; whoever plays
 * calls `pass` before each input.
 */
export class Oracle {
  position: 'open' | 'closed' | 'unknown' = 'closed'
  manual: 'locked' | 'unlocked' | 'lockdown' | null = null
  fire = false
  /** Who may pass, until when; a name with a capital has the long times. */
  grants = new Map<string, number>()
  /** The bolt waits for the leaf to close; the instant counts while the position is unknown. */
  held: number | null = null
  relockAt: number | null = null
  shieldUntil = 0
  forced = false
  long = false
  tooLongAt: number | 'raised' | null = null

  readonly #settings: Settings
  constructor(settings: Settings) {
    this.#settings = settings
  }

  get rests(): boolean {
    return this.fire || this.manual === 'unlocked'
  }

  get mode(): string {
    return this.fire ? 'emergency' : (this.manual ?? 'scheduled')
  }

  get unlocked(): boolean {
    return this.rests || this.grants.size > 0 || this.held !== null || this.relockAt !== null
  }

  /** The next instant at which something happens by itself. */
  get due(): number | null {
    const all = [...this.grants.values(), this.relockAt, this.tooLongAt, this.position === 'unknown' ? this.held : null]
    const instants = all.filter(instant => typeof instant === 'number')
    return instants.length === 0 ? null : Math.min(...instants)
  }

  /** Everything that has happened by itself by `now`. */
  pass(now: number): void {
    for (let due = this.due; due !== null && due <= now; due = this.due) {
      for (const [who, until] of this.grants)
        if (until <= due) {
          this.grants.delete(who)
          if (this.position === 'open' && this.#settings.relock === 'after-closing') this.held ??= until
        }
      if (this.position === 'unknown' && this.held !== null && this.held <= due) this.held = null
      if (this.relockAt === due) this.relockAt = null
      if (this.tooLongAt === due) this.tooLongAt = 'raised'
    }
  }

  swipe(who: string, now: number): void {
    if (this.mode !== 'lockdown')
      this.grants.set(who, now + (who === who.toLowerCase() ? this.#settings.access : this.#settings.longAccess))
  }

  press(now: number): void {
    if (this.mode === 'lockdown') this.shieldUntil = now + this.#settings.access
    else this.grants.set('rex', now + this.#settings.access)
  }

  leaf(position: 'open' | 'closed' | 'unknown', now: number): void {
    const before = this.position
    this.position = position
    if (position === before) return
    if (position === 'unknown') {
      if (this.tooLongAt !== 'raised') this.tooLongAt = null
      this.pass(now)
    } else if (position === 'closed') {
      if (this.held !== null) this.#relock(now)
      Object.assign(this, { held: null, forced: false, tooLongAt: null, long: false })
    } else if (before === 'unknown') this.#time(now)
    else {
      this.forced = !this.unlocked && now >= this.shieldUntil
      this.long = [...this.grants.keys()].some(who => who !== who.toLowerCase())
      if (this.grants.size > 0) {
        if (this.#settings.relock === 'after-opening') this.#relock(now)
        else this.held = Math.max(...this.grants.values())
      }
      this.grants.clear()
      this.#time(now)
    }
  }

  act(action: Action, now: number): void {
    if (this.manual === 'lockdown' && (action === 'grant' || action === 'lock')) return
    if (action === 'grant') {
      this.grants.set('operator', now + 7000)
      return
    }
    this.#rest(now, () => {
      this.manual = ({ unlock: 'unlocked', lock: 'locked', lockdown: 'lockdown', reset: null } as const)[action]
    })
    if (action !== 'reset' && !this.rests) this.#end()
  }

  alarm(on: boolean, now: number): void {
    if (this.fire === on) return
    this.#rest(now, () => {
      this.fire = on
    })
    if (!on && (this.manual === 'locked' || this.manual === 'lockdown')) this.#end()
  }

  restart(now: number): void {
    this.#end()
    Object.assign(this, { shieldUntil: 0, forced: false, long: false, tooLongAt: null })
    if (this.position === 'open') this.#time(now)
  }

  #rest(now: number, change: () => void): void {
    const before = this.rests
    change()
    if (before === this.rests) return
    if (this.rests) this.tooLongAt = this.tooLongAt === 'raised' ? 'raised' : null
    else {
      this.held = null
      this.relockAt = null
      if (this.position === 'open') this.#time(now)
    }
  }

  #end(): void {
    this.grants.clear()
    this.held = null
    this.relockAt = null
  }

  #relock(now: number): void {
    this.relockAt = this.#settings.relockDelayMs === 0 ? null : now + this.#settings.relockDelayMs
  }

  #time(now: number): void {
    if (this.tooLongAt === 'raised' || this.rests) return
    this.tooLongAt = now + (this.long ? this.#settings.longTooLong : this.#settings.tooLong)
  }
}
