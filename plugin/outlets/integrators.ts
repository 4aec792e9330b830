import type { Identity } from '../api/identity.ts'
import { type Principal, principal } from '../api/rights.ts'
import type { Broker, Guest, GuestConnection } from '../link/broker.ts'
import { writeAudit } from '../store/audit.ts'
import type { Plugin } from '../vms/plugin.ts'
import type { Bus, BusEvents, Outgoing } from './mqtt-bus.ts'
import { isBelow } from './mqtt-topics.ts'

/** An outlet that speaks through the embedded broker. */
export interface EmbeddedOutlet extends BusEvents {
  /** Topic of `online` and `offline`. */
  readonly status: string
  /** Integrators may subscribe below these. */
  readonly open: readonly string[]
  readonly isCommand: (topic: string) => boolean
  /** What integrators may publish without anybody wanting to know. */
  readonly ignored: readonly string[]
}

/** Who comes to the embedded broker with an API token, and hears and says what the token's roles allow. */
export interface Integrators {
  /** Whether this server has a broker of its own. */
  readonly embedded: boolean
  /** Judges who wants to come in; the user name is the token's name, the password its secret. */
  admit(username: string, password: string, connection: GuestConnection): Guest | undefined
  /** A bus over the embedded broker; undefined where there is none. */
  join(outlet: EmbeddedOutlet): Bus | undefined
  /** Whoever a broker elsewhere lets speak to an outlet: with the rights of these roles. */
  outsider(outlet: { readonly id: string; readonly name: string; readonly roles: readonly string[] }): Principal
  close(): void
}

interface Visitor {
  readonly secret: string
  readonly connection: GuestConnection
  principal: Principal
}

/** How often connections are judged again, in ms: tokens run out. */
const judgeMs = 15_000
/** A name that is refused is noted in the audit log once in so many ms from an address; so many names are remembered. */
const noteMs = 60_000
const mostNoted = 1_000
/** An integrator without either may not come in. */
const wanted = ['use-access-control', 'operate-doors'] as const

export function createIntegrators({
  plugin,
  identity,
  broker,
}: {
  readonly plugin: Plugin
  readonly identity: Identity
  readonly broker: Pick<Broker, 'tell' | 'retained'> | undefined
}): Integrators {
  const { clock, now, store } = plugin
  const visitors = new Set<Visitor>()
  const outlets = new Set<EmbeddedOutlet>()
  const audience = new WeakMap<Buffer, Outgoing['hears']>()
  const noted = new Map<string, number>()

  function refuse(username: string, { address }: GuestConnection, why: string): undefined {
    const key = JSON.stringify([username, address])
    const at = now()
    if (noted.size >= mostNoted) noted.clear()
    if (at - (noted.get(key) ?? 0) < noteMs) return undefined
    noted.set(key, at)
    writeAudit(store, {
      at,
      permitted: false,
      category: 'security',
      message: `MQTT sign-in refused: ${why}`,
      sourceType: 'mqtt',
      sourceName: username.slice(0, 200),
      author: { user: username.slice(0, 200) || 'nobody', location: address },
    })
    return undefined
  }

  /** The rights of a token may have changed, or it may have run out: whoever is concerned comes again, with what holds now. */
  function judge(): void {
    for (const visitor of visitors) {
      const found = identity.authenticate(visitor.secret)
      if (found && scopes(found) === scopes(visitor.principal)) visitor.principal = found
      else visitor.connection.end()
    }
  }
  let cancelJudge = () => {}
  const judgeRegularly = () => {
    cancelJudge = clock.at(clock.now() + judgeMs, judgeRegularly)
    judge()
  }
  judgeRegularly()
  const offRights = plugin.onRightsChange(judge)

  return {
    embedded: broker !== undefined,
    admit(username, password, connection) {
      // Not for the controllers of the site, who come by another way and may be early.
      if (plugin.tree().controllers.includes(username)) return undefined
      if (outlets.size === 0) return undefined
      const found = password.startsWith('pt_') ? identity.authenticate(password) : undefined
      if (found?.name !== username) return refuse(username, connection, 'the user name is no API token, or the password is not its secret')
      if (!wanted.some(found.has)) return refuse(username, connection, `the token has none of the rights ${wanted.join(' and ')}`)
      const visitor: Visitor = { secret: password, connection, principal: found }
      visitors.add(visitor)
      return {
        subscribes: filter => [...outlets].some(({ open }) => open.some(base => isBelow(filter, base))),
        hears: payload => audience.get(payload)?.(visitor.principal) ?? false,
        says(topic, payload, retained) {
          // What comes in the moment a token ends, or of a last will after it, has no rights any more.
          const from = identity.authenticate(password)
          if (!from) return false
          const outlet = [...outlets].find(each => each.isCommand(topic))
          outlet?.incoming({ topic, payload, retained, from, location: connection.address })
          return outlet !== undefined || [...outlets].some(({ ignored }) => ignored.includes(topic))
        },
        left: () => void visitors.delete(visitor),
      }
    },
    join(outlet) {
      if (!broker) return undefined
      const publish = async ({ topic, payload, retain, hears }: Outgoing) => {
        const bytes = Buffer.from(payload)
        audience.set(bytes, hears)
        await broker.tell(topic, bytes, retain)
        return null
      }
      const say = (payload: string) =>
        publish({ topic: outlet.status, payload, retain: true, hears: each => each.has('use-access-control') })
      outlets.add(outlet)
      void say('online')
      setImmediate(() => {
        outlet.up()
        for (const topic of [...broker.retained()])
          if (topic !== outlet.status && outlet.open.some(base => isBelow(topic, base))) outlet.found(topic)
      })
      return {
        trouble: () => null,
        settled: Promise.resolve(),
        publish,
        async close(forGood) {
          outlets.delete(outlet)
          await say(forGood ? '' : 'offline')
          if (outlets.size === 0) for (const { connection } of visitors) connection.end()
        },
      }
    },
    outsider: ({ id, name, roles }) =>
      principal(
        { kind: 'token', id, name, expiresAt: null },
        roles.map(identity.role).filter(role => role !== undefined),
        zone => plugin.tree().doorsOf(zone) ?? [],
      ),
    close() {
      cancelJudge()
      offRights()
    },
  }
}

const scopes = (of: Principal): string =>
  JSON.stringify(
    wanted.map(right => {
      const doors = of.doors(right)
      return [of.has(right), doors === 'all' ? doors : [...doors].sort()]
    }),
  )
