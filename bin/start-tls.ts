import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { belongTogether, type Certificate, fingerprint, ownCertificate } from '../plugin/api/certificate.ts'
import { systemClock } from '../plugin/clock.ts'
import type { Store } from '../plugin/store/open.ts'
import { isLoopback } from '../shared/address.ts'
import { Stop } from './data-directory.ts'

export interface TlsOptions {
  readonly host: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly plainHttp?: boolean
  readonly plainHttpOffLoopback?: boolean
  /** Reverse proxies that are believed. */
  readonly trustedProxies?: readonly string[]
}

/** How the server is spoken to. Off loopback there is TLS, unless somebody has said twice that there shall be none. */
export interface Transport {
  readonly https: Certificate | undefined
  /** Of the broker, where it is reached from elsewhere; controllers learn at their adoption to believe it. */
  readonly broker: Certificate | undefined
  /** For a person to read. */
  readonly told: readonly string[]
}

export function chooseTransport(store: Store, command: string, options: TlsOptions): Transport {
  const { host, tlsCert, tlsKey, plainHttp = false, plainHttpOffLoopback = false, trustedProxies = [] } = options
  const stop = (why: string) => new Stop(`${command}: ${why}`)
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw stop('--tls-cert and --tls-key go together')
  const unknown = trustedProxies.find(text => !isNetwork(text))
  if (unknown !== undefined)
    throw stop(`"${unknown}" is no trusted proxy: name one by its address or a range of addresses, such as 192.0.2.7 or 192.0.2.0/24`)
  const local = isLoopback(host)
  const broker = local ? undefined : ownCertificate(store, namesOf(host), systemClock.wall())
  if (tlsCert !== undefined && tlsKey !== undefined) return { https: readPair(tlsCert, tlsKey), broker, told: [] }
  if (local) return { https: undefined, broker, told: [] }
  if (plainHttp !== plainHttpOffLoopback) {
    throw stop(
      `without TLS, passwords and cards would cross the network in clear on ${host}; leave ${plainHttp ? '--plain-http' : '--plain-http-off-loopback'} out, or give both --plain-http and --plain-http-off-loopback`,
    )
  }
  if (plainHttp)
    return { https: undefined, broker, told: [`warning: ${host} is served without TLS: whoever listens on the network reads passwords`] }
  return { https: broker, broker, told: [`certificate (self-signed), SHA-256: ${fingerprint(broker!.cert)}`] }

  function readPair(cert: string, key: string): Certificate {
    try {
      const pair = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
      if (!belongTogether(pair)) throw stop(`the key in ${key} is not that of the certificate in ${cert}`)
      return pair
    } catch (error) {
      if (error instanceof Stop) throw error
      throw stop(`the certificate ${cert} or its key ${key} cannot be used: ${(error as Error).message}`)
    }
  }
}

/** An address, or a range such as 192.0.2.0/24; never all there are. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  return most > 0 && rest.length === 0 && (bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most))
}

/** Names and addresses by which a server on this address is reached. */
function namesOf(host: string): string[] {
  const everywhere = host === '0.0.0.0' || host === '::'
  const addresses = Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(each => each.address.split('%')[0]!))
  const names = ['localhost', '127.0.0.1', '::1', ...(everywhere ? addresses : [host]), hostname()]
  return [...new Set(names)].filter(name => isIP(name) !== 0 || /^[a-zA-Z0-9.-]+$/.test(name))
}
