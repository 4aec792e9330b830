/** `1 door`, `3 doors`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** What is wrong with `--url`; undefined for an address of a server. */
export const wrongAddress = (url: string): string | undefined =>
  /^https?:\/\/[^/]/.test(url) && URL.canParse(url) ? undefined : `--url: "${url}" is no address such as http://127.0.0.1:8080`
