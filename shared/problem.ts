/** One thing wrong with a site: what, where, and what to do. */
export interface Problem {
  /** An `error` refuses the site; a `warning` and an `info` let it in force. */
  readonly severity: 'error' | 'warning' | 'info'
  /** Stable, kebab-case. */
  readonly reason: string
  /** `doors[2].locks.primary.relay`; empty where it is the whole file. */
  readonly path: string
  readonly message: string
  /** Where in the file, from 1, where there is a file. */
  readonly line?: number
  readonly column?: number
}

export type Path = readonly (string | number)[]

/** `['doors', 2, 'locks']` → `doors[2].locks`; a key that is no plain word is quoted: `custom["Room no."]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      return /^[\w-]+$/.test(part) ? `${index === 0 ? '' : '.'}${part}` : `[${JSON.stringify(part)}]`
    })
    .join('')
}

/** The inverse of {@link formatPath}. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([\w-]+)/g)].map(([, index, quoted, word]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? (JSON.parse(quoted) as string) : (word ?? ''),
  )
}

/** One line for a person: `site.yaml:12:7 doors[2].controller: there is no controller "c9"`. */
export function formatProblem({ line, column, path, message, severity }: Problem, file?: string): string {
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  const kind = severity === 'error' ? '' : `${severity}: `
  return `${place === '' ? '' : `${place} `}${kind}${path === '' ? '' : `${path}: `}${message}`
}
