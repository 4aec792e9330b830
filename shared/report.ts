import { formatPath, type Path, type Problem } from './problem.ts'

/** Collects what is wrong with a site. */
export interface Report {
  readonly problems: Problem[]
  error(reason: string, path: Path, message: string): void
  warning(reason: string, path: Path, message: string): void
  info(reason: string, path: Path, message: string): void
  /** A name that has to be one of `known`. */
  reference(noun: string, name: string, known: ReadonlySet<string>, path: Path): boolean
  /** The same for a list of names, at `path` and its index. */
  references(noun: string, names: readonly string[], known: ReadonlySet<string>, path: Path): void
}

export function openReport(): Report {
  const problems: Problem[] = []
  const say = (severity: Problem['severity']) => (reason: string, path: Path, message: string) => {
    problems.push({ severity, reason, path: formatPath(path), message })
  }
  const error = say('error')
  const reference = (noun: string, name: string, known: ReadonlySet<string>, path: Path) => {
    if (known.has(name)) return true
    const names = [...known].slice(0, 8)
    const choice = names.length === 0 ? 'there are none' : `known are ${names.join(', ')}${known.size > names.length ? ' …' : ''}`
    error('unknown-reference', path, `there is no ${noun} "${name}"; ${choice}`)
    return false
  }
  return {
    problems,
    error,
    warning: say('warning'),
    info: say('info'),
    reference,
    references(noun, names, known, path) {
      names.forEach((name, index) => {
        reference(noun, name, known, [...path, index])
      })
    },
  }
}
