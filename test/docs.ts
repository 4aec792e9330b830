/** `npm run docs`: writes the reference pages from the tables the program itself uses. docs.test.ts holds the committed pages to them. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { problemTable } from '../plugin/api/problem.ts'
import { refusals } from '../shared/command.ts'
import { checks, eventTypes } from '../shared/event.ts'
import { reasons } from '../shared/reason.ts'
import { formats } from '../wiegand/index.ts'

/** The page of events, reasons and codes. */
export function referencePage(): string {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n')
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

export const referencePath = fileURLToPath(new URL('../docs/reference.md', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(referencePath, referencePage())
