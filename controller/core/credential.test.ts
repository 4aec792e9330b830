import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { Rig } from '../../test/decision-rig.ts'
import { card, crew, crewSite } from '../../test/decision-site.ts'

type Formats = NonNullable<SiteInput['cardFormats']>

const number = (range: [number, number], more: object = {}): NonNullable<Formats[number]['fields']>[number] => ({
  name: 'cardNumber',
  range,
  ...more,
})

/** A crew with the given formats, and one more card for Ada. */
function withFormats(cardFormats: Formats, credential: object, reader: object = {}): Rig {
  const input = crewSite({ cardFormats }, { a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 1, ...reader } } })
  input.cardholders![0]!.credentials!.push({ id: 'other', type: 'card', bitLength: 16, cardNumber: '0', ...credential })
  return new Rig(input).start()
}

describe('card formats', () => {
  const sixteen = { id: 'sixteen', active: true, bitLength: 16, fields: [number([0, 15])] }

  it.each([
    ['straight', {}, '64332'],
    ['bytes inverted [L14] [L16]', { invertByteOrder: true }, '19707'],
    ['bits inverted [L4] [L15]', { invertBitOrder: true }, '13023'],
  ])('reads FB4C %s', (_, switches, cardNumber) => {
    const rig = withFormats([{ ...sixteen, ...switches }], { cardNumber })
    expect(rig.bits('in', '1111101101001100').story).toEqual(['granted ada'])
  })

  it('compares hexadecimal numbers without case or leading zeros [L7]', () => {
    const rig = withFormats([{ ...sixteen, fields: [number([0, 15], { output: 'hexadecimal' })] }], { cardNumber: '0FB4C' })
    expect(rig.bits('in', '1111101101001100').story).toEqual(['granted ada'])
  })

  it('reads a field the other way round [L8]', () => {
    const rig = withFormats([{ ...sixteen, fields: [number([0, 7], { order: 'little-endian' })] }], { cardNumber: '3' })
    expect(rig.bits('in', '1100000000000000').story).toEqual(['granted ada'])
  })

  it('compares decimal numbers of any length digit by digit, leading zeros aside', () => {
    const rig = withFormats([{ id: 'long', active: true, bitLength: 80, fields: [number([0, 79])] }], {
      cardNumber: '0001208925819614629174706175',
      bitLength: 80,
    })
    expect(rig.bits('in', '1'.repeat(80)).story).toEqual(['granted ada'])
    expect(rig.bits('in', `${'1'.repeat(79)}0`).story.at(-1)).toBe('denied unknown-credential')
  })

  it('takes the number of another length for another card', () => {
    const rig = withFormats([sixteen], { cardNumber: '1001', bitLength: 26, id: 'twin', facilityCode: '99' })
    expect(rig.bits('in', '0000001111101001').story).toEqual(['denied unknown-credential'])
  })

  it("reads with the reader's own formats in place of the system's [G9]", () => {
    const own = { ...sixteen, active: false }
    const rig = withFormats([own], { cardNumber: '64332' }, { cardFormats: ['sixteen'] })
    expect(rig.bits('in', '1111101101001100').story).toEqual(['granted ada'])
    const h10301 = new Rig(crewSite()).bitsOf('back-in', '1001', 26, '17')
    expect(rig.bits('in', h10301).last).toMatchObject({ reason: 'unknown-card-format' })
    expect(rig.bits('back-in', h10301).last).not.toMatchObject({ reason: 'unknown-card-format' })
    expect(rig.bits('back-in', '1111101101001100').last).toMatchObject({ reason: 'unknown-card-format' })
  })

  it('finds nobody by a format without a card number [L2]', () => {
    const rig = withFormats([{ ...sixteen, fields: [{ name: 'facilityCode', range: [0, 15] }] }], { cardNumber: '64332' })
    expect(rig.bits('in', '1111101101001100').story).toEqual(['denied unknown-credential'])
  })

  it('keeps the raw bits of what it cannot read, and says which rule failed', () => {
    const rig = crew()
    const bits = rig.bitsOf('in', '1001', 26, '17')
    const wrong = bits.slice(0, -1) + (bits.endsWith('1') ? '0' : '1')
    expect(rig.bits('in', wrong).last).toMatchObject({ reason: 'parity-error', raw: wrong })
    expect(rig.last.trace?.[0]?.found).toMatchObject({ format: 'h10301', faults: [{ kind: 'parity', bit: 25 }] })
  })
})

describe('facility code', () => {
  const includes = { id: 'coded', includeFacilityCode: true, a: [{ types: ['card' as const] }], b: [] }
  const code = (verify: boolean, profile: string) =>
    crew({ settings: { verifyFacilityCode: verify }, identificationProfiles: [includes] }, { identificationProfile: profile })

  it('is verified only where site and profile both say so [M5] [P38]', () => {
    const wrong = (rig: Rig) => rig.bits('in', rig.bitsOf('in', '1001', 26, '18')).story
    expect(wrong(code(true, 'coded'))).toEqual(['denied facility-code-mismatch'])
    expect(wrong(code(true, 'card'))).toEqual(['granted ada'])
    expect(wrong(code(false, 'coded'))).toEqual(['granted ada'])
  })

  it('lets the right code in where it is verified', () => {
    expect(code(true, 'coded').swipe('in', 'ada-card').story).toEqual(['granted ada'])
  })

  it('never matches a credential without one where it is verified', () => {
    const rig = code(true, 'coded')
    rig.configure(site => Object.assign(site.cardholders[0]!.credentials[0]!, { facilityCode: undefined }))
    expect(rig.bits('in', rig.bitsOf('in', '1001', 26, '0')).story).toEqual(['denied facility-code-mismatch'])
  })

  it('never matches a read without one where it is verified', () => {
    const rig = code(true, 'coded')
    rig.configure(site => {
      site.cardFormats.push({
        id: 'bare',
        active: true,
        bitLength: 20,
        invertBitOrder: false,
        invertByteOrder: false,
        fields: [{ name: 'cardNumber', range: [0, 19], output: 'decimal', order: 'big-endian' }],
      })
      site.cardholders[0]!.credentials.push({
        ...card('bare-card', '7', { validTo: { kind: 'none' } }),
        bitLength: 20,
        validTo: { kind: 'none' },
      })
    })
    expect(rig.bits('in', '00000000000000000111').story).toEqual(['denied facility-code-mismatch'])
  })

  const twins = (profile = 'card', codes: (string | undefined)[] = ['17', '18']) => {
    const rig = code(true, profile)
    return rig.configure(site => {
      const [one, other] = [site.cardholders[0]!.credentials[0]!, site.cardholders[1]!.credentials[0]!]
      Object.assign(one, { facilityCode: codes[0] })
      Object.assign(other, { cardNumber: '1001', facilityCode: codes[1] })
    })
  }

  it('tells equal numbers apart although it is not verified', () => {
    const rig = twins()
    expect(rig.bits('in', rig.bitsOf('in', '1001', 26, '18')).story).toEqual(['granted ben'])
    expect(rig.bits('in', rig.bitsOf('in', '1001', 26, '17')).story.at(-1)).toBe('granted ada')
  })

  it('never takes the first of several that nothing tells apart', () => {
    const neither = twins()
    expect(neither.bits('in', neither.bitsOf('in', '1001', 26, '19')).story).toEqual(['denied ambiguous-credential'])
    const both = twins('card', ['17', '17'])
    expect(both.bits('in', both.bitsOf('in', '1001', 26, '17')).story).toEqual(['denied ambiguous-credential'])
    expect(both.last).not.toHaveProperty('cardholder')
    expect(both.last.trace?.[1]?.found).toEqual({ candidates: ['ada-card', 'ben-card'] })
    const verified = twins('coded', ['17', '17'])
    expect(verified.bits('in', verified.bitsOf('in', '1001', 26, '17')).story).toEqual(['denied ambiguous-credential'])
  })
})

describe('licence plates and phones', () => {
  const validTo = { kind: 'date' as const, at: '2026-03-02T12:00' }
  const driver = (types: ('licence-plate' | 'mobile')[]) => {
    const input = crewSite({ identificationProfiles: [{ id: 'own', a: [{ types }] }] }, { identificationProfile: 'own' })
    input.cardholders![0]!.credentials!.push(
      { id: 'van', type: 'licence-plate', plate: 'AB 123 45', validTo },
      { id: 'phone', type: 'mobile', token: 'Token-1', validTo },
    )
    return new Rig(input).start()
  }

  it('finds a plate whatever its case and spaces [G3] [P9] [P10]', () => {
    const rig = driver(['licence-plate'])
    expect(rig.send({ kind: 'plate', reader: 'in', text: ' ab12 345' }).story).toEqual(['granted ada'])
    expect(rig.send({ kind: 'plate', reader: 'in', text: 'AB12346' }).story.at(-1)).toBe('denied unknown-credential')
    rig.until('2026-03-02T11:00:00Z').send({ kind: 'plate', reader: 'in', text: 'AB12345' })
    expect(rig.last).toMatchObject({ reason: 'credential-expired', cardholder: 'ada', credential: 'van' })
    expect(JSON.stringify(rig.events)).not.toContain('AB')
  })

  it('finds a phone by its token to the letter [P22b]', () => {
    const rig = driver(['mobile'])
    expect(rig.send({ kind: 'mobile', reader: 'in', token: 'Token-1' }).story).toEqual(['granted ada'])
    expect(rig.send({ kind: 'mobile', reader: 'in', token: 'token-1' }).story.at(-1)).toBe('denied unknown-credential')
    rig.until('2026-03-02T11:00:00Z').send({ kind: 'mobile', reader: 'in', token: 'Token-1' })
    expect(rig.story.at(-1)).toBe('denied credential-expired ada')
  })

  it('takes plate and phone of one person together', () => {
    const rig = driver(['licence-plate', 'mobile']).swipe('in', 'van').swipe('in', 'phone')
    expect(rig.story).toEqual(['pending mobile ada', 'granted ada'])
  })

  it('refuses a plate of one and a phone of another, and tells the operator whose they are', () => {
    const rig = driver(['licence-plate', 'mobile'])
    rig.configure(site =>
      site.cardholders[1]!.credentials.push({ id: 'bens-phone', type: 'mobile', token: 'b', validTo: { kind: 'none' } }),
    )
    rig.swipe('in', 'van').swipe('in', 'bens-phone')
    expect(rig.last).toMatchObject({ type: 'access.denied', reason: 'credential-mismatch', cardholders: ['ada', 'ben'] })
    expect(rig.last.trace?.[1]).toMatchObject({ check: 'credential', outcome: 'failed', found: { credentials: ['van', 'bens-phone'] } })
    expect(rig.effects.findLast(effect => effect.kind === 'text')).toMatchObject({ text: 'Refused' })
  })
})
