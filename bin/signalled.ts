import { readFileSync } from 'node:fs'

/** How often is looked whether npm's shell is still there, in ms. */
const lookMs = 200

/** Settles when this process is told to stop: at the first SIGINT or SIGTERM; the second ends it at once. */
export function signalled(): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130)
        asked = true
        resolve()
      })
    }
    // `npm start` and `npx` run this in a shell that a signal ends without handing it on: who is left behind so was told to stop.
    const shell = process.ppid
    const script = process.env.npm_lifecycle_script
    if (script === undefined || !commandOf(shell).includes(script)) return
    setInterval(() => {
      if (process.ppid !== shell) resolve()
    }, lookMs).unref()
  })
}

/** The command line of a process; empty where the system does not tell. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
