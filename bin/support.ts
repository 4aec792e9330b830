import { readdirSync, statfsSync, statSync } from 'node:fs'
import { cpus, freemem, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../plugin/clock.ts'
import { openBook } from '../plugin/site/book.ts'
import { checkPlace } from '../plugin/site/check.ts'
import type { Configuration } from '../plugin/site/kinds.ts'
import { openEventLog } from '../plugin/store/events.ts'
import type { Store } from '../plugin/store/open.ts'
import { eventTypes, type StoredEvent } from '../shared/event.ts'
import { version } from '../shared/version.ts'
import { defaultData, stoppable, withData } from './data-directory.ts'
import { writeOut } from './file.ts'

/** What a technician needs first is what went wrong lately; so many of these. */
const mostTroubles = 500

/** `portunus support` (cli.md). */
export function supportCommand(): Command {
  return new Command('support')
    .description(
      'writes what a supplier needs to help, as one JSON file to look through before it is sent: no people, names, keys or addresses',
    )
    .option('--data <directory>', 'data directory of the server, which may be running', defaultData)
    .option('--out <file>', 'where to write it; standard output where left out')
    .addHelpText('after', '\nExample:\n  $ portunus support --data ./data --out support.json')
    .action(stoppable(support))
}

async function support({ data, out }: { data: string; out?: string }): Promise<void> {
  const bundle = await withData('portunus support', data, store => describe(store))
  await writeOut('portunus support', `${JSON.stringify(bundle, null, 2)}\n`, out, 0o600)
  if (out !== undefined) process.stdout.write(`${out}\n`)
}

/** Everything is named here that goes into a bundle: what is added elsewhere does not get into it by itself. */
function describe(store: Store) {
  const book = openBook(store, { check: checkPlace, now: systemClock.wall })
  const configuration = book.configuration()
  return {
    portunus: version,
    at: new Date(systemClock.wall()).toISOString(),
    machine: machineOf(store.directory),
    files: filesBelow(store.directory),
    site: { revision: book.current().revision, ...siteOf(configuration) },
    counts: countsOf(store, configuration),
    findings: checkPlace(configuration.site).map(({ severity, reason, path }) => ({ severity, reason, path })),
    log: logOf(store),
  }
}

function machineOf(directory: string) {
  const { bavail, bsize, blocks } = statfsSync(directory)
  return {
    node: process.version,
    system: `${process.platform} ${release()} ${process.arch}`,
    processors: cpus().length,
    memory: { bytes: totalmem(), free: freemem() },
    disk: { bytes: blocks * bsize, free: bavail * bsize },
  }
}

function filesBelow(directory: string, below = ''): { file: string; bytes: number }[] {
  return readdirSync(join(directory, below), { withFileTypes: true }).flatMap(entry => {
    const file = join(below, entry.name)
    if (entry.isDirectory()) return filesBelow(directory, file)
    return entry.isFile() ? [{ file, bytes: statSync(join(directory, file)).size }] : []
  })
}

/** Devices and how they are wired, by id. */
function siteOf({ site }: Configuration) {
  const readerOf = (reader: { id: string; type: string; port?: string; address?: number; secureChannel?: boolean } | null) =>
    reader && { id: reader.id, type: reader.type, port: reader.port, address: reader.address, secureChannel: reader.secureChannel }
  return {
    timeZone: site.site.timeZone,
    encryption: site.encryption,
    controllers: site.controllers.map(({ id, board, parent, emulated, inputs, outputs }) => ({
      id,
      board,
      parent,
      emulated,
      inputs: inputs.map(({ port, role }) => ({ port, role })),
      outputs: outputs.map(({ port }) => ({ port })),
    })),
    doors: site.doors.map(door => ({
      id: door.id,
      type: door.type,
      controller: door.controller,
      doorMonitor: door.doorMonitor,
      ...(door.type === 'door' ? { locks: door.locks, a: readerOf(door.a.reader), b: readerOf(door.b.reader) } : {}),
    })),
    zones: site.zones.map(({ id, doors, antiPassback, occupancyLimit }) => ({ id, doors, antiPassback, occupancyLimit })),
    activeFormats: site.cardFormats.filter(({ active }) => active).map(({ id }) => id),
  }
}

function countsOf({ sql }: Store, { site }: Configuration) {
  const count = (table: string) => sql.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0
  const tables = [
    'cardholders',
    'credential_keys',
    'memberships',
    'pictures',
    'revisions',
    'users',
    'tokens',
    'sessions',
    'audit',
    'alarms',
  ]
  return {
    ...Object.fromEntries(tables.map(table => [table, count(table)])),
    groups: site.groups.length,
    accessRules: site.accessRules.length,
    schedules: site.schedules.length,
  }
}

function logOf(store: Store) {
  const log = openEventLog(store)
  const types = store.sql
    .prepare<[], { type: string; count: number; last: number }>(
      'select type, count(*) as count, max(at) as last from entries group by type',
    )
    .all()
  const technical = types.map(({ type }) => type).filter(isTechnical)
  return {
    head: log.head(),
    removedThrough: log.removedThrough(),
    types: types.map(({ type, count, last }) => ({ type, count, last: new Date(last).toISOString() })),
    gaps: store.sql
      .prepare<[], string>("select body from entries where kind = 'gap' order by cursor desc limit 100")
      .pluck()
      .all()
      .map(asRange),
    troubles: log.newestFirst(undefined, { types: technical }, mostTroubles).map(({ body }) => trouble(JSON.parse(body) as StoredEvent)),
  }
}

const asRange = (body: string) => {
  const { controller, first, last } = JSON.parse(body) as Record<'controller' | 'first' | 'last', unknown>
  return { controller, first, last }
}

/** What happens to devices, never what people do. */
const isTechnical = (type: string): boolean =>
  type in eventTypes && /^(reader|controller|link|store|configuration|input|zone)[.]/.test(type)

const trouble = ({ time, type, controller, door, reader, source, fault, reason }: StoredEvent) => ({
  time,
  type,
  controller,
  door,
  reader,
  source: source.id,
  // Why a site was rejected may name people.
  fault: type.startsWith('configuration.') ? undefined : fault,
  reason,
})
