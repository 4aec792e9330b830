import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'
import { close, type Direction, type Frame, layOut, type ReceivedFrame, type SecurityBlock } from './frame.ts'
import { defaultKey } from './weak-key.ts'

export { defaultKey, type WeakKeyReason, weakKey } from './weak-key.ts'

/** A security block type: its name, who sends it, and the secure channel it belongs to. */
export interface SecurityBlockType {
  readonly name: string
  readonly direction: Direction
  readonly channel: 1 | 2
}

/** Every security block type. Those of the second channel (AES-256-GCM) are known by name only. */
export const securityBlocks: ReadonlyMap<number, SecurityBlockType> = new Map(
  ([1, 2] as const).flatMap(channel =>
    Array.from({ length: 8 }, (_, offset): [number, SecurityBlockType] => {
      const type = channel * 0x10 + 1 + offset
      return [type, { name: securityName(type), direction: offset % 2 === 0 ? 'command' : 'reply', channel }]
    }),
  ),
)

/** `SCS_15` for 0x15, also for types that no table knows. */
export function securityName(type: number): string {
  return 'SCS_' + type.toString(16).toUpperCase().padStart(2, '0')
}

const empty = new Uint8Array(0)
const block15: SecurityBlock = { type: 0x15, data: empty }
const block16: SecurityBlock = { type: 0x16, data: empty }
const block17: SecurityBlock = { type: 0x17, data: empty }
const block18: SecurityBlock = { type: 0x18, data: empty }

/** Equal in length and content, in a time that does not tell where they differ. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

// ---------------------------------------------------------------- keys

/** The three keys of one session. */
export interface SessionKeys {
  readonly sEnc: Uint8Array
  readonly sMac1: Uint8Array
  readonly sMac2: Uint8Array
}

/** A kept AES-128 object that turns whole blocks into whole blocks. */
export interface BlockCipher {
  update(blocks: Uint8Array): Uint8Array
}

function ecb(key: Uint8Array): BlockCipher {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + b.length)
  result.set(a)
  result.set(b, a.length)
  return result
}

/** Session keys from the SCBK (16 bytes) and the first six bytes of RND.A. */
export function deriveKeys(scbk: Uint8Array, rndA: Uint8Array): SessionKeys {
  const cipher = ecb(scbk)
  const derive = (a: number, b: number) => {
    const block = new Uint8Array(16)
    block.set([a, b])
    block.set(rndA.subarray(0, 6), 2)
    return copy(cipher.update(block))
  }
  return { sEnc: derive(0x01, 0x82), sMac1: derive(0x01, 0x01), sMac2: derive(0x01, 0x02) }
}

/** What the PD shows to prove that it knows the key. */
export function clientCryptogram(keys: SessionKeys, rndA: Uint8Array, rndB: Uint8Array): Uint8Array {
  return copy(ecb(keys.sEnc).update(join(rndA, rndB)))
}

/** What the ACU shows to prove that it knows the key. */
export function serverCryptogram(keys: SessionKeys, rndA: Uint8Array, rndB: Uint8Array): Uint8Array {
  return copy(ecb(keys.sEnc).update(join(rndB, rndA)))
}

/** R-MAC-I, where both MAC chains begin. */
export function initialMac(keys: SessionKeys, serverCryptogram: Uint8Array): Uint8Array {
  return copy(ecb(keys.sMac2).update(ecb(keys.sMac1).update(serverCryptogram)))
}

/**
 * A PD's key from a master key and the PD's cUID (8 bytes). Deprecated by the standard since 2.2: who knows the master key knows every PD's.
 * A random key per PD is better.
 */
export function derive(masterKey: Uint8Array, cuid: Uint8Array): Uint8Array {
  return copy(
    ecb(masterKey).update(
      join(
        cuid,
        cuid.map(byte => ~byte & 0xff),
      ),
    ),
  )
}

// ---------------------------------------------------------------- session

/** One end's view of an established session: kept cipher objects and the two MAC chains. Changed by {@link seal} and {@link open}. */
export interface Session {
  /** Under SCBK-D, so fit for pairing only. */
  readonly underDefaultKey: boolean
  /** The last command's MAC, 16 bytes. */
  cMac: Uint8Array
  /** The last reply's MAC, 16 bytes. */
  rMac: Uint8Array
  ended: boolean
  readonly encrypt: BlockCipher
  readonly decrypt: BlockCipher
  readonly mac1: BlockCipher
  readonly mac2: BlockCipher
}

/** A session from its keys and R-MAC-I. */
export function createSession(keys: SessionKeys, rMacI: Uint8Array, underDefaultKey = false): Session {
  return {
    underDefaultKey,
    cMac: copy(rMacI),
    rMac: copy(rMacI),
    ended: false,
    encrypt: ecb(keys.sEnc),
    decrypt: createDecipheriv('aes-128-ecb', keys.sEnc, null).setAutoPadding(false),
    mac1: ecb(keys.sMac1),
    mac2: ecb(keys.sMac2),
  }
}

/** Ends a session: wipes the chains; from here on {@link open} refuses. */
export function endSession(session: Session) {
  session.cMac.fill(0)
  session.rMac.fill(0)
  session.ended = true
}

const scratch = new Uint8Array(16)

/** The 16-byte MAC of `bytes[0, end)` in a session's chain. */
export function computeMac(session: Pick<Session, 'mac1' | 'mac2'>, bytes: Uint8Array, iv: Uint8Array, end = bytes.length): Uint8Array {
  let chain = iv
  let at = 0
  for (; end - at > 16; at += 16) {
    for (let i = 0; i < 16; i++) scratch[i] = bytes[at + i]! ^ chain[i]!
    chain = session.mac1.update(scratch)
  }
  const rest = end - at
  for (let i = 0; i < rest; i++) scratch[i] = bytes[at + i]! ^ chain[i]!
  if (rest < 16) {
    scratch[rest] = 0x80 ^ chain[rest]!
    for (let i = rest + 1; i < 16; i++) scratch[i] = chain[i]!
  }
  return session.mac2.update(scratch)
}

/** The data with 0x80 and zeros after it, up to the next multiple of 16; always at least one byte more. */
export function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((data.length & ~15) + 16)
  padded.set(data)
  padded[data.length] = 0x80
  return padded
}

/** The data without its padding; null where the padding is wrong. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  return end >= 0 && padded[end] === 0x80 && padded.length - end <= 16 ? padded.slice(0, end) : null
}

/** Pads and encrypts. `iv`: the MAC that the frame's own MAC chains from; its complement starts the CBC. */
export function encryptData(session: Pick<Session, 'encrypt'>, data: Uint8Array, iv: Uint8Array): Uint8Array {
  const result = pad(data)
  for (let at = 0; at < result.length; at += 16) {
    if (at === 0) for (let i = 0; i < 16; i++) scratch[i] = result[i]! ^ ~iv[i]!
    else for (let i = 0; i < 16; i++) scratch[i] = result[at + i]! ^ result[at - 16 + i]!
    result.set(session.encrypt.update(scratch), at)
  }
  return result
}

/** Decrypts and takes the padding off; null where the length or the padding is wrong. */
export function decryptData(session: Pick<Session, 'decrypt'>, data: Uint8Array, iv: Uint8Array): Uint8Array | null {
  if (data.length === 0 || data.length % 16 !== 0) return null
  const plain = copy(session.decrypt.update(data))
  for (let i = 0; i < 16; i++) plain[i]! ^= ~iv[i]!
  for (let i = 16; i < plain.length; i++) plain[i]! ^= data[i - 16]!
  return unpad(plain)
}

/**
 * The bytes of a message inside the session: SCS_15/16 without data, encrypted SCS_17/18 with, MAC and check added. Moves the sender's chain, so it is called
 * once per message; a repetition sends the same bytes again. Sealing in an ended session is broken code and throws.
 */
export function seal(session: Session, message: Omit<Frame, 'security' | 'mac'>): Uint8Array {
  if (session.ended) throw new Error('this secure channel session has ended')
  const { address, direction, sequence, check, code, data } = message
  const command = direction === 'command'
  const iv = command ? session.rMac : session.cMac
  const bare = data.length === 0
  const security = command ? (bare ? block15 : block17) : bare ? block16 : block18
  const wire = bare ? data : encryptData(session, data, iv)
  const bytes = layOut({ address, direction, sequence, check, security, code, data: wire }, 4)
  const end = bytes.length - (check === 'crc' ? 6 : 5)
  const mac = computeMac(session, bytes, iv, end)
  if (command) session.cMac = mac
  else session.rMac = mac
  for (let i = 0; i < 4; i++) bytes[end + i] = mac[i]!
  return close(bytes, check)
}

/** Why a secured frame was not opened. */
export type OpenRefusal =
  | 'no-session'
  | 'not-secured'
  | 'unknown-block'
  | 'block-length'
  | 'wrong-direction'
  | 'mac-missing'
  | 'mac-wrong'
  | 'padding-wrong'

export type Opened =
  /** `encrypted` is false for SCS_15/16: authentic, but whatever data it carries was readable on the line. */
  { readonly ok: true; readonly data: Uint8Array; readonly encrypted: boolean } | { readonly ok: false; readonly reason: OpenRefusal }

const opened: Opened = { ok: true, data: empty, encrypted: false }

/**
 * Checks the MAC of a received SCS_15 to SCS_18 frame, moves the chain and gives the data in clear. A refused frame moves nothing; the session must then end
 * (clause "Session ends"). Repetitions must be told apart before: they are not opened again.
 * `anyDirection` takes a command's block type in a reply too, as libosdp's PD sends it with status (the MAC proves the direction all the same).
 */
export function open(session: Session | null, frame: ReceivedFrame, anyDirection = false): Opened {
  const { security, direction, data, bytes } = frame
  if (security === null) return { ok: false, reason: 'not-secured' }
  const { type } = security
  if (type < 0x15 || type > 0x18) return { ok: false, reason: 'unknown-block' }
  if (security.data.length !== 0) return { ok: false, reason: 'block-length' }
  const command = direction === 'command'
  if (((type & 1) === 1) !== command && !anyDirection) return { ok: false, reason: 'wrong-direction' }
  const mac = frame.mac
  if (mac === null) return { ok: false, reason: 'mac-missing' }
  if (session === null || session.ended) return { ok: false, reason: 'no-session' }
  const iv = command ? session.rMac : session.cMac
  const full = computeMac(session, bytes, iv, bytes.length - (frame.check === 'crc' ? 6 : 5))
  if ((full[0]! ^ mac[0]!) | (full[1]! ^ mac[1]!) | (full[2]! ^ mac[2]!) | (full[3]! ^ mac[3]!)) return { ok: false, reason: 'mac-wrong' }
  if (command) session.cMac = full
  else session.rMac = full
  if (type < 0x17) return data.length === 0 ? opened : { ok: true, data, encrypted: false }
  if (data.length === 0) return { ok: true, data, encrypted: true }
  const plain = decryptData(session, data, iv)
  return plain === null ? { ok: false, reason: 'padding-wrong' } : { ok: true, data: plain, encrypted: true }
}

// ---------------------------------------------------------------- handshake

/** What a handshake step wants sent: address, sequence and check are the sender's to add. */
export type HandshakeMessage = Pick<Frame, 'code' | 'data' | 'security'>

/** Why a handshake message was refused. */
export type HandshakeRefusal =
  | 'not-asked-for'
  | 'block-wrong'
  | 'key-type-wrong'
  | 'payload-length'
  | 'random-reused'
  | 'cryptogram-wrong'
  | 'refused-by-pd'
  | 'initial-mac-wrong'
  | 'default-key-outside-install-mode'
  | 'no-key'

export type Refused = { readonly ok: false; readonly reason: HandshakeRefusal }

/** The ACU's half of a handshake under way. */
export interface AcuHandshake {
  readonly scbk: Uint8Array
  readonly underDefaultKey: boolean
  readonly rndA: Uint8Array
  /** Set once the PD has proved itself. */
  readonly proved: { readonly keys: SessionKeys; readonly rMacI: Uint8Array } | null
}

function handshakeMessage(code: number, type: number, value: number, data: Uint8Array): HandshakeMessage {
  return { code, data, security: { type, data: Uint8Array.of(value) } }
}

/** Gives the value of the block's data byte, or why the block does not belong here. */
function blockValue(frame: Frame, direction: Direction, code: number, type: number): number | Refused {
  if (frame.direction !== direction || frame.code !== code) return { ok: false, reason: 'not-asked-for' }
  const { security } = frame
  if (security === null || security.type !== type || security.data.length !== 1) return { ok: false, reason: 'block-wrong' }
  return security.data[0]!
}

/** ACU: CHLNG. `rndA`: eight bytes from a cryptographic source, never used before under this key. SCBK-D goes out as key type 0. */
export function challenge(scbk: Uint8Array, rndA: Uint8Array): { readonly handshake: AcuHandshake; readonly message: HandshakeMessage } {
  const underDefaultKey = equal(scbk, defaultKey)
  return {
    handshake: { scbk, underDefaultKey, rndA, proved: null },
    message: handshakeMessage(0x76, 0x11, underDefaultKey ? 0 : 1, rndA),
  }
}

/**
 * ACU: CCRYPT came. Checks that it was asked for, names the key type asked for, brings a fresh RND.B (`seen`: those of this key's life so far) and the right
 * cryptogram. Gives SCRYPT.
 */
export function proveToPd(
  handshake: AcuHandshake | null,
  frame: Frame,
  seen: readonly Uint8Array[] = [],
):
  | {
      readonly ok: true
      readonly handshake: AcuHandshake
      readonly message: HandshakeMessage
      readonly cuid: Uint8Array
      readonly rndB: Uint8Array
    }
  | Refused {
  if (handshake === null || handshake.proved !== null) return { ok: false, reason: 'not-asked-for' }
  const keyType = blockValue(frame, 'reply', 0x76, 0x12)
  if (typeof keyType !== 'number') return keyType
  const { scbk, rndA, underDefaultKey } = handshake
  if (keyType !== (underDefaultKey ? 0 : 1)) return { ok: false, reason: 'key-type-wrong' }
  if (frame.data.length !== 32) return { ok: false, reason: 'payload-length' }
  const cuid = frame.data.slice(0, 8)
  const rndB = frame.data.slice(8, 16)
  if (equal(rndA, rndB) || seen.some(earlier => equal(earlier, rndB))) return { ok: false, reason: 'random-reused' }
  const keys = deriveKeys(scbk, rndA)
  if (!equal(clientCryptogram(keys, rndA, rndB), frame.data.subarray(16))) return { ok: false, reason: 'cryptogram-wrong' }
  const cryptogram = serverCryptogram(keys, rndA, rndB)
  return {
    ok: true,
    handshake: { ...handshake, proved: { keys, rMacI: initialMac(keys, cryptogram) } },
    message: handshakeMessage(0x77, 0x13, keyType, cryptogram),
    cuid,
    rndB,
  }
}

/** ACU: RMAC_I came. Its status must be "accepted" and its value the one computed here. */
export function establish(handshake: AcuHandshake | null, frame: Frame): { readonly ok: true; readonly session: Session } | Refused {
  const proved = handshake?.proved
  if (handshake === null || !proved) return { ok: false, reason: 'not-asked-for' }
  const status = blockValue(frame, 'reply', 0x78, 0x14)
  if (typeof status !== 'number') return status
  if (status !== 1) return { ok: false, reason: 'refused-by-pd' }
  if (frame.data.length !== 16) return { ok: false, reason: 'payload-length' }
  if (!equal(proved.rMacI, frame.data)) return { ok: false, reason: 'initial-mac-wrong' }
  return { ok: true, session: createSession(proved.keys, proved.rMacI, handshake.underDefaultKey) }
}

/** The PD's half of a handshake under way. */
export interface PdHandshake {
  readonly keys: SessionKeys
  readonly rndA: Uint8Array
  readonly rndB: Uint8Array
  readonly underDefaultKey: boolean
}

/** What a PD brings to a handshake. */
export interface PdCredentials {
  /** Null where the PD has no key yet. */
  readonly scbk: Uint8Array | null
  /** Whether SCBK-D is taken. */
  readonly installMode: boolean
  /** Eight bytes that name the PD. */
  readonly cuid: Uint8Array
  /** Eight bytes from a cryptographic source. */
  readonly rndB: Uint8Array
}

/** A refusal with the NAK reason that answers it. */
export type RefusedWithNak = Refused & { readonly nak: number }

/** PD: CHLNG came. SCBK-D outside install mode and a RND.A equal to RND.B or `seen` before are refused. Gives CCRYPT. */
export function answerChallenge(
  credentials: PdCredentials,
  frame: Frame,
  seen: readonly Uint8Array[] = [],
): { readonly ok: true; readonly handshake: PdHandshake; readonly message: HandshakeMessage } | RefusedWithNak {
  const keyType = blockValue(frame, 'command', 0x76, 0x11)
  if (typeof keyType !== 'number') return { ...keyType, nak: 5 }
  if (keyType > 1) return { ok: false, reason: 'key-type-wrong', nak: 6 }
  const underDefaultKey = keyType === 0
  if (underDefaultKey && !credentials.installMode) return { ok: false, reason: 'default-key-outside-install-mode', nak: 6 }
  const scbk = underDefaultKey ? defaultKey : credentials.scbk
  if (scbk === null) return { ok: false, reason: 'no-key', nak: 6 }
  if (frame.data.length !== 8) return { ok: false, reason: 'payload-length', nak: 2 }
  const rndA = frame.data.slice()
  const { cuid, rndB } = credentials
  if (equal(rndA, rndB) || seen.some(earlier => equal(earlier, rndA))) return { ok: false, reason: 'random-reused', nak: 6 }
  const keys = deriveKeys(scbk, rndA)
  const data = join(join(cuid, rndB), clientCryptogram(keys, rndA, rndB))
  return { ok: true, handshake: { keys, rndA, rndB, underDefaultKey }, message: handshakeMessage(0x76, 0x12, keyType, data) }
}

/** PD: SCRYPT came. Gives RMAC_I and the session. Without a CHLNG before it there is no handshake, and it is refused. */
export function acceptProof(
  handshake: PdHandshake | null,
  frame: Frame,
): { readonly ok: true; readonly session: Session; readonly message: HandshakeMessage } | RefusedWithNak {
  const keyType = blockValue(frame, 'command', 0x77, 0x13)
  if (typeof keyType !== 'number') return { ...keyType, nak: 5 }
  if (handshake === null) return { ok: false, reason: 'not-asked-for', nak: 5 }
  const { keys, rndA, rndB, underDefaultKey } = handshake
  if (keyType !== (underDefaultKey ? 0 : 1)) return { ok: false, reason: 'key-type-wrong', nak: 6 }
  if (frame.data.length !== 16) return { ok: false, reason: 'payload-length', nak: 2 }
  if (!equal(serverCryptogram(keys, rndA, rndB), frame.data)) return { ok: false, reason: 'cryptogram-wrong', nak: 5 }
  const rMacI = initialMac(keys, frame.data)
  return { ok: true, session: createSession(keys, rMacI, underDefaultKey), message: handshakeMessage(0x78, 0x14, 1, rMacI) }
}
