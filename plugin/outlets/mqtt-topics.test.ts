import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isBelow, topicsFor } from './mqtt-topics.ts'
import type { Message } from './outlet.ts'

const topics = topicsFor('site/portunus', 'sys-1')
const event = (type: string, categories: readonly string[]) => topics.events({ type, categories } as unknown as Message)

it('tells an event once for each of its categories, and under none where it has none', () => {
  expect(event('access.denied', ['Access denied', 'Access request'])).toEqual([
    'site/portunus/sys-1/event/access-denied/access.denied',
    'site/portunus/sys-1/event/access-request/access.denied',
  ])
  expect(event('door.opened', [])).toEqual(['site/portunus/sys-1/event/none/door.opened'])
  expect(topics.events({ type: 'gap' } as unknown as Message)).toEqual(['site/portunus/sys-1/event/none/gap'])
  expect(event('door.opened', ['Dør / åben', 'dør-åben'])).toEqual(['site/portunus/sys-1/event/dør-åben/door.opened'])
})

it('makes one level of whatever a category is called, without wildcards', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), category => {
      const [topic = ''] = event('door.opened', [category])
      expect(topic.split('/')).toHaveLength(6)
      expect(topic).not.toMatch(/[+#\0]/)
    }),
  )
})

it('knows the element of every command again, and takes no other topic for one', () => {
  const part = fc.stringMatching(/^[a-z0-9-]{1,20}$/)
  const ids = fc.oneof(
    part,
    fc.tuple(part, part).map(parts => parts.join('/')),
  )
  fc.assert(
    fc.property(ids, id => {
      expect(topics.commanded(topics.command(id))).toBe(id)
      for (const other of [topics.state(id), topics.result(id), topics.status, topics.test]) expect(topics.commanded(other)).toBeUndefined()
    }),
  )
  for (const topic of ['site/portunus/sys-1/element/command', 'site/portunus/sys-1/element//command', 'portunus/sys-1/element/a/command'])
    expect(topics.commanded(topic)).toBeUndefined()
})

it('takes a filter for one below a topic only where it can match nothing else', () => {
  for (const filter of ['a/b', 'a/b/#', 'a/b/+/c', 'a/b/c']) expect(isBelow(filter, 'a/b')).toBe(true)
  for (const filter of ['#', 'a/#', 'a/+', '+/b', 'a/bc', 'a', '+/b/#']) expect(isBelow(filter, 'a/b')).toBe(false)
})
