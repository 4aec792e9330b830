/** `npm run docs`: writes the reference pages and the client's types from what the program itself uses. docs.test.ts holds what is committed to it. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypes, { astToString } from 'openapi-typescript'
import { z } from 'zod'
import { problemTable } from '../plugin/api/problem.ts'
import { checks as conformanceChecks } from '../plugin/conformance/kit.ts'
import { refusals } from '../shared/command.ts'
import { checks, eventTypes } from '../shared/event.ts'
import { reasons } from '../shared/reason.ts'
import { site } from '../shared/site.ts'
import { formats } from '../wiegand/index.ts'
import { openRig } from './api/rig.ts'

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n')

/** The page of events, reasons and codes. */
export function referencePage(): string {
  return `${[
    '# Reference',
    'Made from the program by `npm run docs`; a test holds it to the code.',
    '## Events',
    'Every type of event with its categories. A category makes a VMS ring, list or colour it.',
    table(
      ['type', 'categories'],
      Object.entries(eventTypes).map(([type, categories]) => [`\`${type}\``, categories.join(', ') || '—']),
    ),
    '## Checks of a decision, in their order',
    checks.map((check, index) => `${index + 1}. ${check}`).join('\n'),
    '## Reasons of a refusal',
    'What an operator is told, and what the reader may show, which tells an attacker nothing.',
    table(
      ['reason', 'text', 'at the reader'],
      Object.entries(reasons).map(([reason, { text, reader }]) => [`\`${reason}\``, text, reader]),
    ),
    '## Refusals of a command',
    table(
      ['reason', 'text'],
      Object.entries(refusals).map(([reason, text]) => [`\`${reason}\``, text]),
    ),
    '## Problems of the API',
    'Errors are RFC 9457 problem details; `code` is stable.',
    problemTable(),
    '## Card formats',
    'Predefined formats. `h10301` alone is active by default; an unverified one rests on a single doubtful source.',
    table(
      ['id', 'name', 'bits', 'fields', 'unverified'],
      formats.map(({ id, name, bitLength, fields, unverified }) => [
        `\`${id}\``,
        name,
        String(bitLength),
        fields.map(field => field.name).join(', '),
        unverified ? 'yes' : '',
      ]),
    ),
  ].join('\n\n')}\n`
}

/** The page of the conformance kit. */
export function conformancePage(): string {
  const needs = ({ changes, plays, rights = [] }: (typeof conformanceChecks)[number]) =>
    [changes && '`--allow-changes`', plays && 'emulated hardware', ...rights.map(right => `\`${right}\``)].filter(Boolean).join(', ') || '—'
  return `${[
    '# The conformance kit',
    'This page is made from the kit by `npm run docs`; a test holds it to the code.',
    '`portunus conformance` plays the VMS against a server of the plugin API — this one, or any other that keeps the contract of `/api/v1/openapi.json` and `/api/v1/asyncapi.json` — and scores it. Each check tells what it did, what it saw and what the contract says.',
    `\`\`\`sh
portunus conformance --url http://127.0.0.1:8080 --token pt_…                    # reads only: nothing is changed
portunus conformance --url … --token … --weak-token pt_… --allow-changes         # everything
portunus conformance --url … --token … --only resume,duplicates,order --json     # some, one JSON object a line
portunus conformance --url … --token … --junit report.xml                        # for continuous integration
\`\`\``,
    'It ends with 0 when nothing failed, with 1 when a check failed, and with 2 when it was used wrongly, nobody answered or the token was refused. The score is the part of the checks that passed among those that ran; a skipped check says why, and what would let it run. The tokens may also come in `PORTUNUS_TOKEN` and `PORTUNUS_WEAK_TOKEN`, which keeps them out of the list of processes. A server with a certificate of its own is believed when `NODE_EXTRA_CA_CERTS` names that certificate.',
    '## What it touches',
    'Without `--allow-changes` it only reads, and sends requests that have to be refused. With it, it locks and resets one door that is at rest, plays the reader and the leaf of that door where the hardware is emulated, and makes a zone without doors and a cardholder without credentials, which it removes again. A real door is acted on only when `--door` names it. What stays is what a log keeps: events, lines of the audit log, an answered access request, a closed alarm, and ids that are never used again; the report lists it.',
    '`slow-reader` needs a log of more than the network takes in by itself, and `unreachable` a controller that is off: elsewhere they are skipped.',
    '## The checks',
    table(
      ['check', 'what it does', 'what the contract says', 'needs'],
      conformanceChecks.map(check => [`\`${check.id}\``, check.did, check.contract, needs(check)]),
    ),
  ].join('\n\n')}\n`
}

type Schema = z.core.JSONSchema.JSONSchema

/** Every key of a site file with what it takes and what it is when left out. */
export function sitePage(): string {
  const schema = z.toJSONSchema(site, { io: 'input', unrepresentable: 'any' }) as Schema
  const rows: string[][] = []
  const seen = new Set<string>()
  const walk = (path: string, of: Schema, required: boolean): void => {
    const kinds = kindsOf(of)
    const said = [...new Set(kinds.map(kind => words(kind)).filter(Boolean))].join(' or ')
    const row = `${path} ${said}`
    if (path !== '' && !seen.has(row))
      rows.push([
        `\`${path}\``,
        said.replaceAll('|', '\\|'),
        required ? 'required' : of.default === undefined ? '' : `\`${JSON.stringify(of.default)}\``,
      ])
    seen.add(row)
    for (const kind of kinds) {
      for (const [key, value] of Object.entries(kind.properties ?? {}))
        walk(path === '' ? key : `${path}.${key}`, value as Schema, kind.required?.includes(key) ?? false)
      if (kind.type === 'array' && kind.items) {
        const items = kind.items as Schema
        if (items.properties || items.anyOf || items.oneOf)
          for (const item of (items.anyOf ?? items.oneOf ?? [items]) as Schema[])
            for (const [key, value] of Object.entries(item.properties ?? {}))
              walk(`${path}[].${key}`, value as Schema, item.required?.includes(key) ?? false)
      }
    }
  }
  walk('', schema, true)
  const example = readFileSync(new URL('../bin/demo-site.yaml', import.meta.url), 'utf8').trimEnd()
  return `${[
    '# The site file',
    'Everything that can be configured, secrets apart, in one YAML 1.2 or JSON file. Dates, times, `on` and `off` are text. A time without offset is on the clock of the site. Keys that are not known are refused with their line. `portunus site check FILE` says what is wrong; `portunus start --site FILE` loads it the first time, `portunus site import` later. What is left out has the value in the last column. [Who gets in](decision.md) says what the keys do.',
    'This page is made from the schema by `npm run docs`; a test holds it to the code.',
    '## An example: the demo site',
    `\`\`\`yaml\n${example}\n\`\`\``,
    '## Every key',
    table(['key', 'takes', 'when left out'], rows),
  ].join('\n\n')}\n`
}

function kindsOf(of: Schema): Schema[] {
  const alternatives = (of.anyOf ?? of.oneOf) as Schema[] | undefined
  return alternatives ? alternatives.flatMap(kindsOf) : [of]
}

function words(of: Schema): string {
  if (of.const !== undefined) return JSON.stringify(of.const)
  if (of.enum) return of.enum.map(value => JSON.stringify(value)).join(', ')
  if (of.type === 'array') return 'a list'
  if (of.type === 'object') return 'an object'
  if (of.type === 'number' || of.type === 'integer') {
    const range = [
      of.minimum === undefined || of.minimum < -1e15 ? '' : `from ${of.minimum}`,
      of.maximum === undefined || of.maximum > 1e15 ? '' : `to ${of.maximum}`,
    ].filter(Boolean)
    return [of.type === 'integer' ? 'a whole number' : 'a number', ...range].join(' ')
  }
  if (of.type === 'boolean') return 'true or false'
  if (of.type === 'null') return 'null'
  return of.type === 'string' ? 'text' : ''
}

/** What the client knows of the API: types made from the server's own OpenAPI document. */
export async function clientTypes(): Promise<string> {
  const rig = await openRig()
  const { text } = await rig.call('GET', 'openapi.json')
  await rig.close()
  const types = astToString(await openapiTypes(JSON.parse(text), { defaultNonNullable: false }))
    // What says nothing: things that are not there, headers that are not described.
    .replaceAll(/^ *(?!content)\w+\?: never;\n/gm, '')
    .replaceAll(/^ *parameters: \{\s*\};\n/gm, '')
    .replaceAll(/^ *headers: \{\s*\[name: string\]: unknown;\s*\};\n/gm, '')
    .replaceAll(/^export type (webhooks|\$defs) = .*\n/gm, '')
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
  const formatted = spawnSync(biome, ['format', '--stdin-file-path', typesPath], {
    input: `/** Made from the OpenAPI document of the server by \`npm run docs\`; a test holds it to the code. */\n\n${types}`,
    encoding: 'utf8',
  })
  if (formatted.status !== 0) throw new Error(formatted.stderr)
  return formatted.stdout
}

export const referencePath = fileURLToPath(new URL('../docs/reference.md', import.meta.url))

export const sitePath = fileURLToPath(new URL('../docs/site.md', import.meta.url))

export const conformancePath = fileURLToPath(new URL('../docs/conformance.md', import.meta.url))

export const typesPath = fileURLToPath(new URL('../plugin/client/api-types.ts', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(referencePath, referencePage())
  writeFileSync(sitePath, sitePage())
  writeFileSync(conformancePath, conformancePage())
  writeFileSync(typesPath, await clientTypes())
}
