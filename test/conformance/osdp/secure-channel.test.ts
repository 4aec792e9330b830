import { describe, expect, it } from 'vitest'
import {
  clientCryptogram,
  computeMac,
  createSession,
  decryptData,
  defaultKey,
  derive,
  deriveKeys,
  encryptData,
  initialMac,
  pad,
  serverCryptogram,
  toHex,
  unpad,
} from '../../../osdp/index.ts'
import { bytes, vectors } from './vectors.ts'

const { annexE, mac, payload, diversification, scbkD } = vectors.secureChannel
const keys = deriveKeys(bytes(annexE.scbk), bytes(annexE.rndA))
const session = createSession(keys, bytes(annexE.rmacI))

describe('Secure Channel values published by SIA and others', () => {
  it('session keys of Annex E', () => {
    expect({ sEnc: toHex(keys.sEnc), sMac1: toHex(keys.sMac1), sMac2: toHex(keys.sMac2) }).toEqual({
      sEnc: annexE.sEnc,
      sMac1: annexE.sMac1,
      sMac2: annexE.sMac2,
    })
  })

  it('cryptograms and R-MAC-I of Annex E', () => {
    const cryptogram = serverCryptogram(keys, bytes(annexE.rndA), bytes(annexE.rndB))
    expect(toHex(clientCryptogram(keys, bytes(annexE.rndA), bytes(annexE.rndB)))).toBe(annexE.clientCryptogram)
    expect(toHex(cryptogram)).toBe(annexE.serverCryptogram)
    expect(toHex(initialMac(keys, cryptogram))).toBe(annexE.rmacI)
  })

  it('SCBK-D', () => expect(toHex(defaultKey)).toBe(scbkD))

  it.each(mac)('MAC of $message', vector => {
    expect(toHex(computeMac(session, bytes(vector.message), bytes(vector.iv)))).toBe(vector.mac)
  })

  it.each(payload)('data $plain padded, encrypted and back', vector => {
    expect(toHex(pad(bytes(vector.plain)))).toBe(vector.padded)
    expect(unpad(bytes(vector.padded))).toEqual(bytes(vector.plain))
    expect(toHex(encryptData(session, bytes(vector.plain), bytes(vector.lastMac)))).toBe(vector.cipher)
    expect(decryptData(session, bytes(vector.cipher), bytes(vector.lastMac))).toEqual(bytes(vector.plain))
  })

  it('a key derived from a master key and a cUID', () => {
    expect(toHex(derive(bytes(diversification.masterKey), bytes(diversification.cuid)))).toBe(diversification.scbk)
  })
})
