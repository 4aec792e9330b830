import { createHmac, timingSafeEqual } from 'node:crypto'

/*
 * Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): HMAC-SHA-256 over `id.timestamp.body`. Its libraries verify ours.
 */

const prefix = 'whsec_'
/** How far a time stamp may be from the receiver's clock, in seconds: what is older was recorded and sent again. */
const toleranceS = 300

/** A secret's bytes: what follows `whsec_` is base64, anything else is taken as it is. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret)

/** The value of `webhook-signature`: one signature a secret, separated by spaces. @param timestamp seconds since 1970 */
export function sign(secrets: readonly string[], id: string, timestamp: number, body: string | Uint8Array): string {
  return secrets
    .map(secret => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`)
    .join(' ')
}

/**
 * Whether a request was signed with a secret, and lately; compares in constant time.
 * @param headers names in lower case
 * @param body as received, before anything parsed it
 * @param now seconds since 1970
 */
export function verify(
  secret: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string | Uint8Array,
  now: number,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > toleranceS) return false
  const wanted = Buffer.from(sign([secret], id, Number(timestamp), body))
  return signatures.split(' ').some(each => {
    const given = Buffer.from(each)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}
