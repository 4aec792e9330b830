import { randomBytes } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { merge } from '../../shared/patch.ts'
import type { Entry } from '../store/events.ts'
import { carriers } from './carriers.ts'
import { beginning, createDelivery, type Delivery, type Ledger } from './delivery.ts'
import { leaves } from './mqtt-settings.ts'
import type { CarrierOptions, Outcome, OutletStatus, OutletWorld, Progress } from './outlet.ts'
import { type IncomingOutlet, type OutletKind, type OutletSettings, outletSettings, secretNames } from './settings.ts'

/** How long a place in the log may be unwritten, in ms: what a crash of this process delivers again. */
const saveMs = 1_000

export interface StoredOutlet {
  readonly id: string
  readonly version: number
  readonly created: number
  readonly settings: OutletSettings
  /** Which secrets are set. */
  readonly secrets: Readonly<Record<string, boolean>>
  readonly status: OutletStatus
  readonly dead: number
}

/** An entry of the log that was given up. Instants are Unix ms. */
export interface DeadLetter {
  readonly number: number
  readonly cursor: number
  readonly event: string
  readonly type: string
  readonly door: string | null
  readonly occurred: number
  /** When it was given up. */
  readonly at: number
  readonly attempts: number
  readonly message: string
  /** Waits to be sent again. */
  readonly queued: boolean
}

interface Row {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly created: number
  readonly settings: string
  readonly progress: string
}

/** The site's outlets: what is set, how far each has come, what each gave up. */
export type Outlets = ReturnType<typeof openOutlets>
export type Changed =
  | { readonly ok: true; readonly outlet: StoredOutlet }
  | { readonly ok: false; readonly reason: 'lost-update' | 'name-taken' }

/** They deliver from `start` on. */
export function openOutlets(world: OutletWorld) {
  const { plugin } = world
  const { store, clock, log, now } = plugin
  const { sql, vault } = store
  const running = new Map<string, Delivery>()
  const unsaved = new Map<string, Progress>()
  /** Outlets that may have dead letters to be sent again. */
  const asked = new Set<string>()
  let started = false
  let cancelSave: (() => void) | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const read = sql.prepare<[string], Row>('select * from outlets where id = ?')
  const readAll = sql.prepare<[], Row>('select * from outlets order by created, id')
  const named = sql.prepare<[string], string>('select id from outlets where name = ?').pluck()
  const insert = sql.prepare('insert into outlets (id, kind, name, version, created, settings, progress) values (?, ?, ?, 1, ?, ?, ?)')
  const update = sql.prepare('update outlets set name = ?, settings = ?, version = version + 1 where id = ?')
  const writeProgress = sql.prepare('update outlets set progress = ? where id = ?')
  const storedAt = sql.prepare<[number], number>('select stored from entries where cursor = ?').pluck()
  const countDead = sql
    .prepare<[string], number>('select count(*) from dead_letters where outlet = ? and cursor in (select cursor from entries)')
    .pluck()
  const listDead = sql.prepare<[string, number, number], Omit<DeadLetter, 'queued'> & { queued: number }>(
    `select number, d.cursor, e.id as event, e.type, e.door, e.at as occurred, d.at, attempts, message, queued
     from dead_letters d join entries e on e.cursor = d.cursor where outlet = ? and number > ? order by number limit ?`,
  )
  const oneQueued = sql.prepare<[string], Entry & { number: number }>(
    `select number, e.cursor, e.kind, e.id, e.controller, e.at, e.skew, e.type, e.door, e.source, e.body
     from dead_letters d join entries e on e.cursor = d.cursor where outlet = ? and queued = 1 order by number limit 1`,
  )
  const bury = sql.prepare('insert into dead_letters (outlet, cursor, at, attempts, message, queued) values (?, ?, ?, ?, ?, 0)')
  const raise = sql.prepare('delete from dead_letters where number = ?')
  const leave = sql.prepare('update dead_letters set queued = 0 where outlet = ?')
  const leaveOne = sql.prepare('update dead_letters set at = ?, attempts = attempts + 1, message = ? where number = ?')
  const queueOne = sql.prepare('update dead_letters set queued = 1 where outlet = ? and number = ?')
  const queueAll = sql.prepare('update dead_letters set queued = 1 where outlet = ?')
  const removeOutlet = sql.prepare('delete from outlets where id = ?')
  const removeDead = sql.prepare('delete from dead_letters where outlet = ?')
  const removeGone = sql.prepare('delete from dead_letters where cursor <= ?')

  function save(): void {
    cancelSave = undefined
    try {
      store.transact(() => {
        for (const [id, progress] of unsaved) writeProgress.run(JSON.stringify(progress), id)
      })
      unsaved.clear()
    } catch {
      // A full disk: what is not written would be delivered again after a crash, and is written as soon as it can be.
      saveSoon()
    }
  }
  function saveSoon(): void {
    cancelSave ??= clock.at(clock.now() + saveMs, save)
  }

  const ledgerOf = (id: string): Ledger => ({
    save(progress) {
      unsaved.set(id, progress)
      saveSoon()
    },
    bury(progress, { cursor }, attempts, message) {
      store.transact(() => {
        removeGone.run(log.removedThrough())
        bury.run(id, cursor, now(), attempts, message)
        writeProgress.run(JSON.stringify(progress), id)
      })
    },
    storedAt: cursor => storedAt.get(cursor),
    queued() {
      if (!asked.has(id)) return undefined
      const found = oneQueued.get(id)
      if (!found) asked.delete(id)
      return found && { number: found.number, entry: found }
    },
    raise: number => void raise.run(number),
    leave(number, message) {
      store.transact(() => {
        leaveOne.run(now(), message, number)
        leave.run(id)
      })
    },
  })

  const secretName = (id: string, name: string) => `outlet ${id} ${name}`
  const secretsOf = (id: string, kind: OutletKind): Record<string, string> =>
    Object.fromEntries(
      secretNames(kind).flatMap(name => {
        const secret = vault.get(secretName(id, name))
        return secret ? [[name, secret.toString()]] : []
      }),
    )
  const setSecret = (id: string, name: string, secret: string | null | undefined) => {
    if (secret === null) vault.remove(secretName(id, name))
    else if (secret !== undefined) vault.set(secretName(id, name), Buffer.from(secret))
  }
  const settingsOf = ({ settings }: Row) => outletSettings.parse(JSON.parse(settings))
  const configuredOf = (row: Row) => {
    const settings = settingsOf(row)
    return { settings, secrets: secretsOf(row.id, settings.kind) }
  }

  function play(row: Row): Delivery {
    const open = (options: CarrierOptions) => carriers[options.settings.kind](options as never)
    const kept = JSON.parse(row.progress) as Progress
    const delivery = createDelivery(world, { id: row.id, configured: configuredOf(row), kept, open }, ledgerOf(row.id))
    running.set(row.id, delivery)
    asked.add(row.id)
    return delivery
  }

  function describe(row: Row): StoredOutlet {
    const settings = settingsOf(row)
    const set = new Set(Object.keys(secretsOf(row.id, settings.kind)))
    return {
      id: row.id,
      version: row.version,
      created: row.created,
      settings,
      secrets: Object.fromEntries(secretNames(settings.kind).map(name => [name, set.has(name)])),
      status: running.get(row.id)!.status(),
      dead: countDead.get(row.id) ?? 0,
    }
  }

  const get = (id: string): StoredOutlet | undefined => {
    const row = read.get(id)
    return row && describe(row)
  }
  /** What changes outlets takes its turn, so that none is started while it stops. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act)
    turn = done.catch(() => {})
    return done
  }

  for (const row of readAll.all()) play(row)
  let off = () => {}

  return {
    list: (): readonly StoredOutlet[] => readAll.all().map(describe),
    get,
    /** Settings as a patch of them leaves them, to be judged; secrets are what the patch says of them. */
    patched(id: string, patch: Readonly<Record<string, unknown>>): unknown {
      const settings = settingsOf(read.get(id)!)
      const secrets = secretNames(settings.kind).flatMap(name => (patch[name] === undefined ? [] : [[name, patch[name]]]))
      const plain = Object.entries(patch).filter(([name]) => !secretNames(settings.kind).includes(name))
      return { ...(merge(settings, Object.fromEntries(plain)) as object), ...Object.fromEntries(secrets) }
    },
    /** Begins behind the newest entry of the log, or where it is told to. @returns undefined where the name is taken; the secret that was made */
    add(body: IncomingOutlet): { outlet: StoredOutlet; secret: string | undefined } | undefined {
      if (named.get(body.name) !== undefined) return undefined
      const id = uuid()
      const { settings, secrets, after = log.head() } = parted(body)
      const secret = body.kind === 'webhook' && secrets.secret === undefined ? `whsec_${randomBytes(32).toString('base64')}` : undefined
      store.transact(() => {
        insert.run(id, body.kind, body.name, now(), JSON.stringify(settings), JSON.stringify(beginning(after, log.epoch)))
        for (const [name, value] of Object.entries({ ...secrets, ...(secret ? { secret } : {}) })) setSecret(id, name, value)
      })
      const delivery = play(read.get(id)!)
      if (started && settings.enabled) delivery.start()
      return { outlet: get(id)!, secret }
    },
    /** Puts new settings in force; what is under way with the old ones is given up and tried again. */
    change: (id: string, body: IncomingOutlet, version: number | undefined): Promise<Changed | undefined> =>
      inTurn(async () => {
        const row = read.get(id)
        if (!row) return undefined
        if (version !== undefined && version !== row.version) return { ok: false, reason: 'lost-update' }
        if ((named.get(body.name) ?? id) !== id) return { ok: false, reason: 'name-taken' }
        const { settings, secrets, after } = parted(body)
        const before = secretsOf(id, body.kind)
        const replaced = typeof secrets.secret === 'string' && before.secret !== undefined && secrets.secret !== before.secret
        store.transact(() => {
          update.run(body.name, JSON.stringify(settings), id)
          // Receivers change over one by one: the old secret goes on signing until it is taken away.
          if (replaced && secrets.previousSecret === undefined) setSecret(id, 'previousSecret', before.secret)
          for (const [name, value] of Object.entries(secrets)) setSecret(id, name, value)
        })
        const delivery = running.get(id)!
        const old = settingsOf(row)
        await delivery.stop(old.kind === 'mqtt' && settings.kind === 'mqtt' && leaves(old, settings))
        delivery.configure(configuredOf(read.get(id)!), after)
        if (started && settings.enabled) delivery.start()
        return { ok: true, outlet: get(id)! }
      }),
    remove: (id: string, version: number | undefined): Promise<'removed' | 'lost-update' | undefined> =>
      inTurn(async () => {
        const row = read.get(id)
        if (!row) return undefined
        if (version !== undefined && version !== row.version) return 'lost-update'
        await running.get(id)!.stop(true)
        running.delete(id)
        unsaved.delete(id)
        store.transact(() => {
          for (const name of vault.names(secretName(id, ''))) vault.remove(name)
          removeDead.run(id)
          removeOutlet.run(id)
        })
        return 'removed'
      }),
    test: (id: string): Promise<Outcome> | undefined => running.get(id)?.test(),
    /** Oldest first, behind a number. Those whose events retention has removed are gone. */
    deadLetters: (id: string, after: number, limit: number): readonly DeadLetter[] =>
      listDead.all(id, after, limit).map(letter => ({ ...letter, queued: letter.queued === 1 })),
    /** Sends one again, or all, as soon as the outlet delivers: before what is new. @returns how many */
    replay(id: string, number?: number): number {
      const { changes } = number === undefined ? queueAll.run(id) : queueOne.run(id, number)
      if (changes > 0) asked.add(id)
      running.get(id)?.arrived()
      return changes
    },
    start(): void {
      if (started) return
      started = true
      removeGone.run(log.removedThrough())
      off = plugin.onEntries(() => {
        for (const delivery of running.values()) delivery.arrived()
      })
      for (const row of readAll.all()) if (settingsOf(row).enabled) running.get(row.id)!.start()
    },
    /** Ends deliveries and writes how far each came. */
    stop: (): Promise<void> =>
      inTurn(async () => {
        started = false
        off()
        await Promise.all([...running.values()].map(delivery => delivery.stop()))
        cancelSave?.()
        save()
        cancelSave?.()
      }),
  }
}

interface Parted {
  readonly settings: OutletSettings
  readonly secrets: Readonly<Record<string, string | null | undefined>>
  readonly after?: number
}

/** What came in: settings, secrets, and where to begin. */
function parted({ after, ...body }: IncomingOutlet): Parted {
  const names = secretNames(body.kind)
  const entries = Object.entries(body)
  return {
    settings: outletSettings.parse(Object.fromEntries(entries.filter(([name]) => !names.includes(name)))),
    secrets: Object.fromEntries(entries.filter(([name]) => names.includes(name))) as Parted['secrets'],
    ...(after === undefined ? {} : { after: Number(after) }),
  }
}
