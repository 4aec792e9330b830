import { z } from 'zod'

/** The author's stable name of a thing (domain.md §2). */
export const id = z.string().regex(/^[a-z0-9-]{1,64}$/, 'an id is 1 to 64 of a-z, 0-9 and hyphen')

/** `2026-12-24` */
export const date = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date is written 2026-12-24')
  .refine(isDate, 'there is no such date')

/** Date and time; without an offset it is the site's wall clock (an ambiguous one is the earlier, a skipped one moves forward). */
export const localTime = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/,
    'a date and time is written 2026-12-24T08:00',
  )
  .refine(isDate, 'there is no such date')

/** Whether the month has that day; what is no date at all is refused by its form. */
function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

/** An instant in UTC with milliseconds, as events and the API carry it. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/, 'an instant is written 2026-12-24T07:00:00.000Z')
