import type { Named, Wording } from '../../shared/text.ts'
import type { Plugin } from './plugin.ts'

/** Names as they are now, for the sentences people read. @param withPeople whether the reader may know cardholders */
export function wordingOf({ book, tree, store }: Plugin, withPeople: boolean): Wording {
  const { site } = book.configuration()
  const person = (id: string) => {
    const holder = withPeople ? book.people.get(id)?.holder : undefined
    const name = holder && `${holder.firstName} ${holder.lastName}`.trim()
    return name === '' ? undefined : name
  }
  return {
    timeZone: site.site.timeZone,
    name(kind: Named, id: string) {
      if (kind === 'cardholder') return person(id)
      if (kind === 'credential') {
        const owner = withPeople ? book.people.found('id', id)[0]?.cardholder : undefined
        return owner && book.people.get(owner)?.holder.credentials.find(c => c.id === id)?.name
      }
      if (kind === 'access-rule') return site.accessRules.find(rule => rule.id === id)?.name
      if (kind === 'outlet') return store.sql.prepare<[string], string>('select name from outlets where id = ?').pluck().get(id)
      return tree().element(id)?.name
    },
  }
}
