import { type Bits, isBits } from './bits.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { Refusal } from './format.ts'
import { predefined } from './formats.ts'

/** How a keypad sends keys: each as it is pressed (4-, 8- and 10-bit), or a whole PIN in one frame. */
export type KeypadKind = '4-bit' | '8-bit' | '10-bit' | '26-bit' | '26-bit-bcd' | 'buffered'

export interface KeypadOptions {
  readonly kind: KeypadKind
  /** Which key the code 10 is; 11 is the other. Default `*`. */
  readonly ten?: '*' | '#'
  /** 8-bit codes with the key in the first four bits and its complement in the last. Default false. */
  readonly nibblesSwapped?: boolean
  /** Only 26-bit frames with this facility code are PINs; left out: all of them. */
  readonly facilityCode?: string
  /** The shortest PIN: in a number leading zeros are lost, and restored up to this length. Default 4. */
  readonly digits?: number
  /** How a buffered PIN is written. Default `ascii`: eight bits a key, with or without two parity bits around all of them. */
  readonly buffer?: 'ascii' | '8-bit' | '4-bit'
}

export interface Keys {
  readonly ok: true
  /** `0`–`9`, `*`, `#`, in the order pressed. */
  readonly keys: string
  /** The keypad has ended the PIN itself: nothing more belongs to it. */
  readonly whole: boolean
}

export type KeysRefusal = Refusal<'not-keys' | 'not-a-key' | 'parity-error' | 'invalid-entry'>

const refuse = (reason: KeysRefusal['reason'], message: string): KeysRefusal => ({ ok: false, reason, message })
const plainKeys = (ten: '*' | '#') => `0123456789${ten}${ten === '*' ? '#' : '*'}`
const nibble = (value: number) => value.toString(2).padStart(4, '0')

/** The lengths of the frames this keypad sends. */
export function keyLengths({ kind, buffer = 'ascii' }: KeypadOptions): number[] {
  if (kind !== 'buffered') return [Number.parseInt(kind, 10)]
  const size = buffer === '4-bit' ? 4 : 8
  const whole = Array.from({ length: 11 }, (_, i) => (i + 1) * size)
  return buffer === 'ascii' ? [...whole, ...whole.map(length => length + 2)] : whole
}

/** Four bits and their complement. */
function paired(bits: Bits, keys: string, swapped: boolean): string | undefined {
  const [first, second] = [Number.parseInt(bits.slice(0, 4), 2), Number.parseInt(bits.slice(4), 2)]
  return first === 15 - second ? keys[swapped ? first : second] : undefined
}

const slices = (bits: Bits, size: number) => Array.from({ length: bits.length / size }, (_, i) => bits.slice(i * size, (i + 1) * size))
const odd = (bits: Bits) => [...bits].filter(bit => bit === '1').length % 2 === 1

/** Even parity over the first half, its bit included, odd over the second. */
const framed = (bits: Bits) => !odd(bits.slice(0, bits.length / 2)) && odd(bits.slice(bits.length / 2))
const frame = (bits: Bits) => {
  const half = bits.length / 2
  return `${odd(bits.slice(0, half)) ? 1 : 0}${bits}${odd(bits.slice(half)) ? 0 : 1}`
}

/** Keys of consecutive codes, or nothing where one of them is no key. */
function all(codes: readonly Bits[], key: (code: Bits) => string | undefined): string | undefined {
  const keys = codes.map(key)
  return keys.includes(undefined) ? undefined : keys.join('')
}

function pin26(bits: Bits, facilityCode: string | undefined, digits: number): Keys | KeysRefusal {
  const found = decode(bits, predefined('h10301')!)
  if (!found.ok || found.parity === 'error') return refuse('parity-error', 'the 26-bit PIN was misread: a parity bit does not match')
  if (facilityCode !== undefined && found.facilityCode !== facilityCode) {
    return refuse('not-keys', `facility code ${found.facilityCode} is not the keypad's ${facilityCode}: it is a card`)
  }
  if (found.cardNumber === '65535') return refuse('invalid-entry', 'the keypad itself refused what was entered (65535)')
  return { ok: true, keys: found.cardNumber!.padStart(digits, '0'), whole: true }
}

/**
 * The keys of one frame. Refused: `not-keys` (a frame this keypad does not send, so probably a card), `not-a-key`, `parity-error`,
 * `invalid-entry`. A 4-bit code carries no check, so it cannot be told from noise; of the 8-bit codes twelve of 256 are keys.
 */
export function decodeKeys(bits: Bits, options: KeypadOptions): Keys | KeysRefusal {
  const { kind, ten = '*', nibblesSwapped = false, digits = 4, buffer = 'ascii' } = options
  if (!isBits(bits) || !keyLengths(options).includes(bits.length)) {
    return refuse('not-keys', `a ${kind} keypad sends no frame of ${bits.length} bits`)
  }
  if (kind === '26-bit') return pin26(bits, options.facilityCode, digits)
  const known = plainKeys(ten)
  const single = (code: Bits) => known[Number.parseInt(code, 2)]
  const double = (code: Bits) => paired(code, known, nibblesSwapped)
  const ascii = (code: Bits) => [...'0123456789*#'].find(key => key.charCodeAt(0) === Number.parseInt(code, 2))
  const inner = bits.slice(1, -1)
  const parity = kind === '10-bit' || kind === '26-bit-bcd' || (kind === 'buffered' && bits.length % 4 === 2)
  if (parity && !framed(bits)) return refuse('parity-error', `the ${bits.length}-bit key frame was misread: a parity bit does not match`)
  const data = parity ? inner : bits
  let keys: string | undefined
  if (kind === '4-bit') keys = single(data)
  else if (kind === '8-bit') keys = double(data)
  else if (kind === '10-bit') keys = double(data) ?? single(data)
  else if (kind === '26-bit-bcd') keys = all(slices(data, 4), single)?.replace(/^0+/, '').padStart(digits, '0')
  else if (buffer === 'ascii') keys = all(slices(data, 8), ascii)
  else keys = buffer === '4-bit' ? all(slices(data, 4), single) : all(slices(data, 8), double)
  if (keys === undefined) return refuse('not-a-key', `${bits} is no code of a ${kind} keypad`)
  return { ok: true, keys, whole: kind === '26-bit-bcd' || kind === 'buffered' }
}

/** The frames a keypad sends for these keys: one for each key, or one for all of them. Keys it has not got are left out. */
export function encodeKeys(keys: string, options: KeypadOptions): Bits[] {
  const { kind, ten = '*', nibblesSwapped = false, buffer = 'ascii' } = options
  const known = plainKeys(ten)
  const codes = [...keys].map(key => known.indexOf(key)).filter(code => code >= 0)
  const double = (code: number) => (nibblesSwapped ? nibble(code) + nibble(15 - code) : nibble(15 - code) + nibble(code))
  const digits = keys.replace(/\D/g, '')
  if (kind === '4-bit') return codes.map(nibble)
  if (kind === '8-bit') return codes.map(double)
  if (kind === '10-bit') return codes.map(code => frame(double(code)))
  if (kind === '26-bit') {
    const encoded = encode(predefined('h10301')!, { facilityCode: options.facilityCode ?? '0', cardNumber: digits || '0' })
    return encoded.ok ? [encoded.bits] : []
  }
  if (kind === '26-bit-bcd') return digits.length > 6 ? [] : [frame([...digits.padStart(6, '0')].map(Number).map(nibble).join(''))]
  if (buffer !== 'ascii') return [codes.map(buffer === '4-bit' ? nibble : double).join('')]
  return [codes.map(code => known.charCodeAt(code).toString(2).padStart(8, '0')).join('')]
}

/** What ends a PIN and how long it may be: the system's, or a reader's own (acceptance G8, L13). */
export interface PinRules {
  readonly minLength: number
  readonly maxLength: number
  readonly endOfPin: '#' | '*' | 'none'
  /** Milliseconds between two keys after which what was entered is discarded. Default 5,000. */
  readonly timeoutMs?: number
}

export interface KeypadState {
  readonly digits: string
  /** When the last key came, in milliseconds. */
  readonly last: number
}

export const noKeys: KeypadState = { digits: '', last: 0 }

export type KeypadInput = { readonly kind: 'keys'; readonly keys: string; readonly whole?: boolean } | { readonly kind: 'tick' }

export type KeypadEvent =
  | { readonly kind: 'pin'; readonly pin: string }
  | { readonly kind: 'discarded'; readonly reason: 'timeout' | 'too-short' | 'cleared'; readonly digits: number }

const timeout = (rules: PinRules) => rules.timeoutMs ?? 5_000

/**
 * Gathers keys to PINs. A PIN is complete at its end character or at maximum length; too long between keys, or fewer digits than the minimum, discards
 * it; `*` or `#` that ends nothing clears it. `now` is milliseconds of a monotonic clock.
 */
export function stepKeypad(
  rules: PinRules,
  state: KeypadState,
  input: KeypadInput,
  now: number,
): { state: KeypadState; events: KeypadEvent[] } {
  const events: KeypadEvent[] = []
  let { digits } = state
  const discard = (reason: 'timeout' | 'too-short' | 'cleared') => {
    if (digits !== '') events.push({ kind: 'discarded', reason, digits: digits.length })
    digits = ''
  }
  const complete = () => {
    if (digits.length < rules.minLength) return discard('too-short')
    events.push({ kind: 'pin', pin: digits })
    digits = ''
  }
  if (digits !== '' && now - state.last >= timeout(rules)) discard('timeout')
  if (input.kind === 'tick') return { state: digits === state.digits ? state : { ...state, digits }, events }
  for (const key of input.keys) {
    if (key === rules.endOfPin) complete()
    else if (key === '*' || key === '#') discard('cleared')
    else {
      digits += key
      if (digits.length >= rules.maxLength) complete()
    }
  }
  if (input.whole && digits !== '') complete()
  return { state: { digits, last: now }, events }
}

/** When to call {@link stepKeypad} with a tick, in milliseconds; `null` = nothing to wait for. */
export function keypadWakeAt(rules: PinRules, state: KeypadState): number | null {
  return state.digits === '' ? null : state.last + timeout(rules)
}
