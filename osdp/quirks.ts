/**
 * One way in which a reader departs from the standard and that does no harm. `status-block` status replies under a command's block type, authentic by their
 * MAC · `status-readable` status data that is authentic but not encrypted · `empty-encrypted` SCS_18 around nothing · `clear-key-ack` KEYSET acknowledged in
 * clear (the new key is verified in any case) · `poll-first` silent or refusing until it was polled once · `unasked-status` status in place of another answer.
 */
export type Quirk = 'status-block' | 'status-readable' | 'empty-encrypted' | 'clear-key-ack' | 'poll-first' | 'unasked-status'

/** What is tolerated, by the vendor code (IEEE OUI in hex) of the PDID; `*` of everybody. What is not listed is observed, or refused. */
export const quirks: Readonly<Record<string, readonly Quirk[]>> = {
  // Whole firmware families rest on the same open implementation, under their makers' codes.
  '*': ['status-block', 'status-readable', 'empty-encrypted', 'poll-first', 'unasked-status'],
  '00068e': ['clear-key-ack'],
}

/** Whether a quirk is tolerated of this vendor. `table` stands in for the built-in one. */
export function tolerates(vendor: string | null, quirk: Quirk, table = quirks): boolean {
  return (table['*'] ?? []).includes(quirk) || (vendor !== null && (table[vendor] ?? []).includes(quirk))
}
