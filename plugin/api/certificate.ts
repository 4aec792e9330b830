import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import type { Store } from '../store/open.ts'

/** A certificate with its key, both PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

const dayMs = 86_400_000
const validDays = 3650
/** One that ends within so many days is made anew. */
const renewDays = 60

/**
 * The server's own certificate, kept in its vault: made when there is none, when it is about to end, and when it lacks one of the names.
 * @param names host names and addresses by which the server is reached
 */
export function ownCertificate(store: Store, names: readonly string[], now: number): Certificate {
  const [cert, key] = [store.vault.get('tls certificate')?.toString(), store.vault.get('tls key')?.toString()]
  if (cert !== undefined && key !== undefined && fits(cert, names, now)) return { cert, key }
  const made = selfSigned(names, now)
  store.transact(() => {
    store.vault.set('tls certificate', Buffer.from(made.cert))
    store.vault.set('tls key', Buffer.from(made.key))
  })
  return made
}

function fits(pem: string, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(pem)
  const named = names.every(name => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined)
  return named && Date.parse(certificate.validTo) > now + renewDays * dayMs
}

/** What a person compares by eye: SHA-256 over the certificate. */
export const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256

/** A self-signed certificate for a server (RFC 5280), ECDSA P-256. */
export function selfSigned(names: readonly string[], now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = sequence(set(sequence(oid(2, 5, 4, 3), utf8('Portunus'))))
  const algorithm = sequence(oid(1, 2, 840, 10_045, 4, 3, 2))
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)])
  const tbs = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(now - dayMs), time(now + validDays * dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(names, publicKey))),
  )
  const signature = sign('sha256', tbs, privateKey)
  const der = sequence(tbs, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** Whether a certificate and a key that somebody gave belong together. */
export function belongTogether({ cert, key }: Certificate): boolean {
  const spki = (from: KeyObject) => from.export({ type: 'spki', format: 'der' })
  return spki(new X509Certificate(cert).publicKey).equals(spki(createPublicKey(createPrivateKey(key))))
}

function extensions(names: readonly string[], publicKey: KeyObject): Buffer[] {
  const extension = (id: Buffer, critical: boolean, value: Buffer) =>
    sequence(id, ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value))
  const alternatives = names.map(name => (isIP(name) === 0 ? tlv(0x82, Buffer.from(name, 'ascii')) : tlv(0x87, address(name))))
  const keyId = createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65))
    .digest()
  return [
    extension(oid(2, 5, 29, 19), true, sequence()),
    extension(oid(2, 5, 29, 15), true, tlv(0x03, Buffer.from([7, 0x80]))),
    extension(oid(2, 5, 29, 37), false, sequence(oid(1, 3, 6, 1, 5, 5, 7, 3, 1))),
    extension(oid(2, 5, 29, 14), false, tlv(0x04, keyId)),
    extension(oid(2, 5, 29, 17), false, sequence(...alternatives)),
  ]
}

function address(text: string): Buffer {
  if (isIP(text) === 4) return Buffer.from(text.split('.').map(Number))
  const [head = '', tail] = text.split('%')[0]!.split('::')
  const groups = (part: string | undefined) => (part === undefined || part === '' ? [] : part.split(':'))
  const [front, back] = [groups(head), groups(tail)]
  const middle = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0')
  return Buffer.concat([...front, ...middle, ...back].map(group => Buffer.from(group.padStart(4, '0'), 'hex')))
}

/* DER, as far as a certificate needs it. */

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}
const sequence = (...parts: Buffer[]) => tlv(0x30, Buffer.concat(parts))
const set = (...parts: Buffer[]) => tlv(0x31, Buffer.concat(parts))
const integer = (value: Buffer) => tlv(0x02, value)
const utf8 = (text: string) => tlv(0x0c, Buffer.from(text))
const explicit = (number: number, value: Buffer) => tlv(0xa0 | number, value)
/** Two digits for the year up to 2049, four after it (RFC 5280, 4.1.2.5). */
const time = (ms: number) => {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return text < '2050' ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text))
}

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const base128 = (value: number): number[] => (value < 0x80 ? [value] : [...base128(value >> 7).map(byte => byte | 0x80), value & 0x7f])
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}
