import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openStore, type Store } from '../plugin/store/open.ts'

/** Where the commands keep and find everything, unless told otherwise. */
export const defaultData = 'data'

/** Wrong use or input: lines on standard error, exit 2. */
export class Stop extends Error {
  readonly lines: readonly string[]
  constructor(...lines: readonly string[]) {
    super(lines[0])
    this.lines = lines
  }
}

/** Runs the action of a command: a {@link Stop} becomes its lines and exit 2. */
export function stoppable<A extends unknown[]>(action: (...args: A) => Promise<void> | void): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await action(...args)
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      for (const line of error.lines) process.stderr.write(`${line}\n`)
      process.exitCode = 2
    }
  }
}

/**
 * Works on what a data directory holds, beside a running server or without one.
 * @throws Stop where there is no data directory: a copy of nothing would look like one
 */
export function withData<T>(command: string, directory: string, work: (store: Store) => Promise<T> | T): Promise<T> {
  if (!existsSync(join(directory, 'plugin.db')))
    throw new Stop(`${command}: ${resolve(directory)} is no data directory of a server; name it with --data`)
  return withStore(command, directory, work)
}

/** Works on a data directory beside a running server, or without one; one that is not there is made. */
export async function withStore<T>(command: string, directory: string, work: (store: Store) => Promise<T> | T): Promise<T> {
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Stop(`${command}: ${opened.message}`)
  try {
    return await work(opened.store)
  } finally {
    opened.store.close()
  }
}
