import { blob, index, integer, primaryKey, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'

/*
 * What the plugin server keeps. Instants are Unix milliseconds. A `body` is the JSON of a schema in shared/, checked on its way in.
 */

/** Single facts: `systemId`, `epoch`, `removedThrough`, `source` (checksum of the file the site was first loaded from), `started`, `tail` (hash of the last entry removed), `address` (where the server was reached last), `identityProvider` (its settings). */
export const facts = sqliteTable('facts', { key: text().primaryKey(), value: text().notNull() })

/** Everything configurable but people: one row an object, in the order of the site file. */
export const entities = sqliteTable(
  'entities',
  {
    kind: text().notNull(),
    id: text().notNull(),
    position: integer().notNull(),
    version: integer().notNull(),
    body: text().notNull(),
  },
  t => [primaryKey({ columns: [t.kind, t.id] }), index('entities_position').on(t.kind, t.position)],
)

export const cardholders = sqliteTable(
  'cardholders',
  {
    id: text().primaryKey(),
    position: integer().notNull(),
    version: integer().notNull(),
    /** What a search looks through, as {@link searchable} writes it. */
    search: text().notNull(),
    /** `lastName firstName id` in lower case: the order of lists. */
    sort: text().notNull(),
    body: text().notNull(),
  },
  t => [index('cardholders_search').on(t.sort, t.id, t.search), index('cardholders_position').on(t.position)],
)

/** What a cardholder is found by; the kinds are those of plugin/site/people.ts. */
export const credentialKeys = sqliteTable(
  'credential_keys',
  { kind: text().notNull(), key: text().notNull(), credential: text().notNull(), cardholder: text().notNull() },
  t => [primaryKey({ columns: [t.kind, t.key, t.cardholder, t.credential] }), index('credential_keys_cardholder').on(t.cardholder)],
)

export const memberships = sqliteTable(
  'memberships',
  { group: text().notNull(), cardholder: text().notNull(), position: integer().notNull() },
  t => [primaryKey({ columns: [t.group, t.cardholder] }), index('memberships_cardholder').on(t.cardholder)],
)

export const pictures = sqliteTable('pictures', {
  cardholder: text().primaryKey(),
  mediaType: text().notNull(),
  etag: text().notNull(),
  bytes: blob({ mode: 'buffer' }).notNull(),
})

/** Every accepted edit; `site` says whether controllers have to know. */
export const revisions = sqliteTable('revisions', {
  revision: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  by: text().notNull(),
  onBehalfOf: text(),
  site: integer({ mode: 'boolean' }).notNull(),
  checksum: text().notNull(),
})

/** What each revision changed, object by object; `null` before is new, `null` after is removed. */
export const changes = sqliteTable(
  'changes',
  {
    revision: integer().notNull(),
    number: integer().notNull(),
    kind: text().notNull(),
    id: text().notNull(),
    before: text(),
    after: text(),
  },
  t => [primaryKey({ columns: [t.revision, t.number] }), index('changes_object').on(t.kind, t.id)],
)

/** The one log over all controllers: events and gaps, numbered by one writer in the order of commits. */
export const entries = sqliteTable(
  'entries',
  {
    cursor: integer().primaryKey({ autoIncrement: true }),
    kind: text({ enum: ['event', 'gap'] }).notNull(),
    id: text().notNull(),
    controller: text().notNull(),
    logId: text().notNull(),
    sequence: integer().notNull(),
    /** When it happened. */
    at: integer().notNull(),
    /** When it was stored here. */
    stored: integer().notNull(),
    /** How much the controller's clock was ahead of ours then, in ms. */
    skew: integer().notNull().default(0),
    type: text().notNull(),
    door: text(),
    source: text().notNull(),
    body: text().notNull(),
    trace: text(),
    /** SHA-256 over the hash of the entry before, this body and this trace. */
    hash: text().notNull().default(''),
  },
  t => [
    unique('entries_log').on(t.controller, t.logId, t.sequence),
    index('entries_id').on(t.id),
    index('entries_at').on(t.at, t.cursor),
    index('entries_type').on(t.type, t.at),
    index('entries_door').on(t.door, t.at),
  ],
)

export const entryPeople = sqliteTable('entry_people', { cardholder: text().notNull(), cursor: integer().notNull() }, t => [
  primaryKey({ columns: [t.cardholder, t.cursor] }),
  index('entry_people_cursor').on(t.cursor),
])

/** How far each log of each controller has come; `next` is the sequence asked for at the next hello. */
export const logs = sqliteTable(
  'logs',
  {
    controller: text().notNull(),
    logId: text().notNull(),
    next: integer().notNull(),
    /** Hash of the last event taken over, where the controller chains its log. */
    hash: text(),
    seen: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.controller, t.logId] })],
)

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  /** argon2id in PHC form; null for a user who signs in elsewhere. */
  password: text(),
  /** `ISSUER SUBJECT` of the identity provider. */
  subject: text().unique(),
  roles: text().notNull(),
  disabled: integer({ mode: 'boolean' }).notNull(),
  created: integer().notNull(),
})

/** Wrong passwords by name, whether the name exists or not. */
export const failures = sqliteTable('failures', {
  name: text().primaryKey(),
  count: integer().notNull(),
  lockedUntil: integer().notNull(),
  last: integer().notNull(),
})

export const sessions = sqliteTable(
  'sessions',
  {
    /** SHA-256 of the secret. */
    hash: text().primaryKey(),
    user: text().notNull(),
    created: integer().notNull(),
    expires: integer().notNull(),
    used: integer().notNull(),
  },
  t => [index('sessions_user').on(t.user)],
)

export const tokens = sqliteTable('tokens', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  hash: text().notNull().unique(),
  roles: text().notNull(),
  created: integer().notNull(),
  expires: integer(),
  used: integer(),
})

export const roles = sqliteTable('roles', { id: text().primaryKey(), version: integer().notNull(), body: text().notNull() })

/** The eight columns of rule X1, and on whose behalf. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    message: text().notNull(),
    permitted: integer({ mode: 'boolean' }).notNull(),
    category: text().notNull(),
    sourceType: text().notNull(),
    sourceName: text().notNull(),
    user: text().notNull(),
    location: text().notNull(),
    onBehalfOf: text(),
    /** Which revision it made, where it made one: its changes tell before and after. */
    revision: integer(),
  },
  t => [index('audit_at').on(t.at)],
)

export const accessRequests = sqliteTable(
  'access_requests',
  {
    id: text().primaryKey(),
    event: integer().notNull(),
    accessPoint: text().notNull(),
    door: text().notNull(),
    /** What was presented: the credential's id, or the raw bits of an unknown one. */
    presented: text().notNull(),
    cardholder: text(),
    reason: text(),
    opened: integer().notNull(),
    expires: integer().notNull(),
    state: text({ enum: ['open', 'answered', 'expired'] }).notNull(),
    decision: text(),
    decidedBy: text(),
    decidedAt: integer(),
    outcome: text(),
  },
  t => [index('access_requests_state').on(t.state, t.expires), index('access_requests_place').on(t.accessPoint, t.presented)],
)

export const alarms = sqliteTable(
  'alarms',
  {
    id: text().primaryKey(),
    event: integer().notNull(),
    /** Element the condition stands at. */
    source: text().notNull(),
    type: text().notNull(),
    door: text(),
    definition: text(),
    state: integer().notNull(),
    priority: integer().notNull(),
    opened: integer().notNull(),
    changed: integer().notNull(),
    /** Until when somebody has to take it up. */
    due: integer(),
    version: integer().notNull(),
    body: text().notNull(),
  },
  t => [
    index('alarms_due').on(t.state, t.due),
    index('alarms_state').on(t.state, t.opened),
    index('alarms_source').on(t.source, t.type, t.state),
  ],
)

/** First outcomes of commands sent with an Idempotency-Key. */
export const outcomes = sqliteTable(
  'outcomes',
  {
    principal: text().notNull(),
    key: text().notNull(),
    at: integer().notNull(),
    request: text().notNull(),
    status: integer().notNull(),
    body: text().notNull(),
  },
  t => [primaryKey({ columns: [t.principal, t.key] }), index('outcomes_at').on(t.at)],
)

/** Ways out to other systems. */
export const outlets = sqliteTable('outlets', {
  id: text().primaryKey(),
  kind: text().notNull(),
  name: text().notNull().unique(),
  version: integer().notNull(),
  created: integer().notNull(),
  /** What an administrator set, without secrets: these are in the vault. */
  settings: text().notNull(),
  /** How far it has come in the log, and how it fares. */
  progress: text().notNull(),
})

/** Entries of the log that an outlet gave up; those that retention removes go with them. */
export const deadLetters = sqliteTable(
  'dead_letters',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    outlet: text().notNull(),
    cursor: integer().notNull(),
    /** When it was given up. */
    at: integer().notNull(),
    attempts: integer().notNull(),
    message: text().notNull(),
    /** Asked to be sent again. */
    queued: integer({ mode: 'boolean' }).notNull(),
  },
  t => [index('dead_letters_outlet').on(t.outlet, t.number)],
)

/** Keys, sealed under the key file beside the database. */
export const secrets = sqliteTable('secrets', { name: text().primaryKey(), sealed: blob({ mode: 'buffer' }).notNull() })
