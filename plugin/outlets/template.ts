import { describe } from '../../shared/text.ts'
import type { Plugin } from '../vms/plugin.ts'
import { wordingOf } from '../vms/wording.ts'
import type { Message } from './outlet.ts'

/** What may stand in braces in a template, and what takes its place. Names are those of the moment. */
const placeholders = {
  id: m => m.id,
  type: m => m.type,
  category: m => m.categories?.join(', '),
  time: m => m.time,
  text: (m, plugin) => (m.type === 'gap' ? 'Events are missing' : describe({ ...m, type: m.type }, wordingOf(plugin, true))),
  source: m => m.source?.id,
  sourceName: (m, plugin) => m.source && nameOf(plugin, m.source.id),
  controller: m => m.controller,
  controllerName: (m, plugin) => nameOf(plugin, m.controller),
  door: m => m.door,
  doorName: (m, plugin) => nameOf(plugin, m.door),
  side: m => m.side,
  reader: m => m.reader,
  readerName: (m, plugin) => nameOf(plugin, m.reader),
  zone: m => m.zone,
  zoneName: (m, plugin) => nameOf(plugin, m.zone),
  cardholder: m => m.cardholder,
  cardholderName: (m, plugin) => m.cardholder && wordingOf(plugin, true).name('cardholder', m.cardholder),
  credential: m => m.credential,
  reason: m => m.reason,
  mode: m => m.mode,
  operator: m => m.onBehalfOf ?? m.operator,
  cursor: m => m.cursor,
  backlog: m => String(m.backlog),
  system: (_, plugin) => plugin.systemId,
  site: (_, plugin) => plugin.book.configuration().site.site.name,
} as const satisfies Record<string, (message: Message, plugin: Plugin) => string | undefined>
export const placeholderNames = Object.keys(placeholders)

const nameOf = (plugin: Plugin, id: string | undefined) => (id === undefined ? undefined : (plugin.tree().element(id)?.name ?? id))
const braces = /\{([^{}]*)\}/g

/** What is wrong with a template, and what there is; undefined where every placeholder is known. */
export function unknownPlaceholder(template: string): string | undefined {
  const wrong = [...template.matchAll(braces)].map(([, name = '']) => name).find(name => !Object.hasOwn(placeholders, name))
  return wrong === undefined
    ? undefined
    : `there is no placeholder {${wrong}}; known are ${placeholderNames.map(name => `{${name}}`).join(' ')}`
}

/** Whether a template tells the names of cardholders. */
export const namesPeople = (template: string): boolean => /\{(cardholderName|text)\}/.test(template)

/** The text of one event. What a value holds of line breaks becomes a space: no name of a door can begin a message of its own. */
export function render(template: string, message: Message, plugin: Plugin): string {
  return template.replaceAll(braces, (_, name: keyof typeof placeholders) =>
    (placeholders[name](message, plugin) ?? '').replaceAll(/\p{Cc}+/gu, ' '),
  )
}
