import { describe, expect, it } from 'vitest'
import { site } from '../../shared/site.ts'
import { hashPin } from '../../test/decision-rig.ts'
import { siteDirectory } from './site-directory.ts'

const people = site.parse({
  portunus: 1,
  site: { name: 'Test' },
  cardholders: [
    {
      id: 'ada',
      credentials: [
        { id: 'card', type: 'card', cardNumber: '00FB4C', bitLength: 32 },
        { id: 'pin', type: 'pin', pin: '2580', duressPin: '2581' },
        { id: 'van', type: 'licence-plate', plate: 'ab 12 34' },
        { id: 'phone', type: 'mobile', token: 'T' },
      ],
    },
    { id: 'ben', credentials: [{ id: 'other', type: 'pin', pinHash: hashPin('2580') }] },
  ],
  groups: [
    { id: 'crew', members: ['ada', 'ada', 'ben'] },
    { id: 'night', members: ['ada'] },
  ],
})
const directory = siteDirectory(people, hashPin)

describe('siteDirectory', () => {
  it('finds each kind of credential by its normal form', () => {
    const ids = (found: readonly { credential: { id: string } }[]) => found.map(each => each.credential.id)
    expect(ids(directory.cards('fb4c', 32))).toEqual(['card'])
    expect(ids(directory.cards('fb4c', 26))).toEqual([])
    expect(ids(directory.plates('AB1234'))).toEqual(['van'])
    expect(ids(directory.mobiles('T'))).toEqual(['phone'])
    expect(ids(directory.pins(hashPin('2580')))).toEqual(['pin', 'other'])
    expect(ids(directory.pins(hashPin('2581')))).toEqual(['pin'])
    expect(directory.credential('van')?.cardholder).toBe('ada')
  })

  it('holds no PIN digits', () => {
    expect(JSON.stringify(directory.credentials('ada'))).not.toContain('258')
  })

  it('knows holders without their credentials, and their groups', () => {
    expect(directory.cardholder('ada')).not.toHaveProperty('credentials')
    expect(directory.groupsOf('ada')).toEqual(['crew', 'night'])
    expect(directory.groupsOf('nobody')).toEqual([])
    expect(directory.cardholder('nobody')).toBeUndefined()
  })
})
