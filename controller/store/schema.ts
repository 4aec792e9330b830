import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/*
 * What a controller keeps. Instants are Unix milliseconds. A `body` is JSON of a schema in shared/.
 */

/** Single facts: `logId`, `tail` (hash before the oldest event kept), `acknowledged`, `mark`, `shared` (what the plugin handed on). */
export const facts = sqliteTable('facts', { key: text().primaryKey(), value: text().notNull() })

/** The only history: each row's hash covers its event, its trace and the hash of the row before. */
export const events = sqliteTable('events', {
  /** Runs on over logs; a log is begun anew only when the plugin knows a history that is not ours. */
  position: integer().primaryKey(),
  logId: text().notNull(),
  sequence: integer().notNull(),
  at: integer().notNull(),
  body: text().notNull(),
  trace: text(),
  hash: text().notNull(),
})

/** What outlives a restart, as rows of the core's state. */
export const state = sqliteTable('state', { key: text().primaryKey(), value: text().notNull() })

/** Presence and uses that the plugin has not taken over yet. */
export const shares = sqliteTable('shares', { position: integer().primaryKey({ autoIncrement: true }), body: text().notNull() })

/** Sites that were in force, the newest last; people are in the tables below under the generation. */
export const sites = sqliteTable('sites', {
  number: integer().primaryKey({ autoIncrement: true }),
  revision: text().notNull(),
  checksum: text().notNull(),
  generation: integer().notNull(),
  appliedAt: integer().notNull(),
  body: text().notNull(),
})

/*
 * People under a generation: a new site is written beside the old one and takes its place in one step. The migration makes both tables WITHOUT
 * ROWID, which drizzle has no word for: a third of the pages to write.
 */

/** A cardholder with credentials and groups; `body` leaves defaults and names out. */
export const people = sqliteTable('people', { generation: integer().notNull(), id: text().notNull(), body: text().notNull() }, t => [
  primaryKey({ columns: [t.generation, t.id] }),
])

/** What a person is found by: `card BITS NUMBER`, `pin HASH` (of a duress PIN too), `plate TEXT`, `mobile TOKEN`, and `id ID` of a credential. */
export const lookups = sqliteTable(
  'lookups',
  { generation: integer().notNull(), key: text().notNull(), cardholder: text().notNull() },
  t => [primaryKey({ columns: [t.generation, t.key, t.cardholder] })],
)

/** Keys, sealed under the key file beside the database. */
export const secrets = sqliteTable('secrets', { name: text().primaryKey(), sealed: blob({ mode: 'buffer' }).notNull() })
