/** Letters of their own right that many keyboards do not have, as they are written there. */
const spelt: Readonly<Record<string, string>> = { æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ß: 'ss', ı: 'i' }

/** Text as searches compare it: in lower case, without accents. */
export const searchable = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[æœøđðþłßı]/g, letter => spelt[letter]!)
