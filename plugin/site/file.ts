import type { Site } from '../../shared/site.ts'
import type { Book, Edit, Edited, Note } from './book.ts'
import { type Kind, siteLists, siteParts } from './kinds.ts'

/** Everything configurable, people included, as a site file has it. */
export function wholeSite(book: Book): Site {
  const { site } = book.configuration()
  return {
    ...site,
    cardholders: [...book.people.all()].map(({ holder }) => holder),
    groups: site.groups.map(group => ({ ...group, members: [...book.people.membersOf(group.id)] })),
  }
}

/** Puts a whole site in place of the one there is, as one revision: what is not in it is removed. */
export function importSite(book: Book, site: Site, note: Omit<Note, 'revive'>): Edited {
  const edits: Edit[] = []
  const put = (kind: Kind, id: string, body: unknown) => edits.push({ kind, id, body: body as Edit['body'] })
  for (const part of Object.keys(siteParts) as (keyof typeof siteParts)[]) put(part, 'site', site[part])
  const lists = [...(Object.keys(siteLists) as (keyof typeof siteLists)[]), 'cardholders'] as const
  for (const list of lists) {
    const bodies = site[list] as readonly { readonly id: string }[]
    const kept = new Set(bodies.map(body => body.id))
    const present =
      list === 'cardholders'
        ? [...book.people.all()].map(({ holder }) => holder.id)
        : book.list(list).map(({ body }) => (body as { id: string }).id)
    for (const id of present) if (!kept.has(id)) put(list, id, null)
    for (const body of bodies) put(list, body.id, body)
  }
  return book.edit(edits, { ...note, revive: true })
}
