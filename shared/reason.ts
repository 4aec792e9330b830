/**
 * Every reason a decision may give (domain.md §3): a sentence for people, and what a reader may show, which tells an attacker nothing.
 */
export const reasons = {
  'unknown-card-format': { text: 'The card was read, but no active card format has its number of bits.', reader: 'Refused' },
  'parity-error': { text: 'The card was misread: a parity bit does not match. Present it again.', reader: 'Try again' },
  'unknown-credential': { text: 'No cardholder has this credential.', reader: 'Refused' },
  'ambiguous-credential': { text: 'Several credentials have this card number and nothing tells them apart.', reader: 'Refused' },
  'facility-code-mismatch': { text: 'The card number is known, but with another facility code.', reader: 'Refused' },
  'cardholder-suspended': { text: 'The cardholder is suspended.', reader: 'Refused' },
  'credential-not-yet-valid': { text: 'The credential is not valid yet.', reader: 'Refused' },
  'credential-expired': { text: 'The credential has expired.', reader: 'Refused' },
  'credential-used-up': { text: 'The credential has been used as many times as it may be.', reader: 'Refused' },
  'no-access-rule': { text: 'No access rule joins this cardholder with this door.', reader: 'Refused' },
  'outside-schedule': { text: 'The access rules for this door do not apply at this time.', reader: 'Refused' },
  lockdown: { text: 'The door is in lockdown.', reader: 'Refused' },
  'identification-type-not-allowed': { text: 'This kind of identification does not count at this door now.', reader: 'Refused' },
  'identification-timeout': { text: 'The rest of the identification did not come in time.', reader: 'Refused' },
  'wrong-pin': { text: 'The PIN is wrong.', reader: 'Refused' },
  'pin-blocked': { text: 'PIN entry is blocked at this reader after too many wrong PINs.', reader: 'Refused' },
  'credential-mismatch': { text: 'What was presented belongs to different cardholders.', reader: 'Refused' },
  'anti-passback': { text: 'The cardholder is already in the zone.', reader: 'Refused' },
  'zone-full': { text: 'The zone holds as many people as it may.', reader: 'Refused' },
  interlock: { text: 'Another door of the interlock is open or unlocked.', reader: 'Wait' },
  'two-person-same-cardholder': { text: 'The second person must be somebody else.', reader: 'Refused' },
  'two-person-timeout': { text: 'No second person came in time.', reader: 'Refused' },
} as const satisfies Record<string, { text: string; reader: string }>
export type Reason = keyof typeof reasons
