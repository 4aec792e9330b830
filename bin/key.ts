import { Command } from 'commander'
import { openIdentity } from '../plugin/api/identity.ts'
import { systemClock } from '../plugin/clock.ts'
import { writeAudit } from '../plugin/store/audit.ts'
import { readFact } from '../plugin/store/facts.ts'
import { defaultData, Stop, stoppable, withStore } from './data-directory.ts'
import { readSecret } from './file.ts'

/** `portunus key main` (cli.md). */
export function keyCommand(): Command {
  const command = new Command('key')
    .description('the main encryption key, pairing of readers')
    .addHelpText('after', '\nExample:\n  $ portunus key pair --reader front-in')
  command
    .command('main')
    .description('sets the main encryption key, read from standard input: 32 hexadecimal digits')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .addHelpText('after', '\nExample:\n  $ openssl rand -hex 16 | portunus key main --data ./data')
    .action(stoppable(main))
  command
    .command('pair')
    .description('gives an OSDP reader a new key, and tells how it goes; the server has to run')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .requiredOption('--reader <id>', 'the reader')
    .option('--install', 'the reader is in install mode and has no key of ours yet')
    .addHelpText('after', '\nExample:\n  $ portunus key pair --data ./data --reader front-in --install')
    .action(stoppable(pair))
  return command
}

interface Pairing {
  readonly state: 'running' | 'done' | 'failed'
  readonly stages: readonly { readonly stage: string; readonly reason: string | null }[]
}

async function pair({ data, reader, install }: { data: string; reader: string; install?: true }): Promise<void> {
  const stop = (why: string) => new Stop(`portunus key pair: ${why}`)
  const done = await withStore('portunus key pair', data, async store => {
    const address = readFact(store, 'address')
    if (address === undefined) throw stop(`no server has run on ${data} yet; start it first`)
    const identity = openIdentity(store, { now: systemClock.wall, doorsOf: () => [] })
    const pass = identity.addToken({ name: `key pair ${process.pid}`, roles: ['administrator'], expires: systemClock.wall() + 300_000 })
    const ask = async (init: RequestInit = {}) => {
      const url = new URL(`api/v1/readers/${encodeURIComponent(reader)}/pairing`, address)
      const headers = { authorization: `Bearer ${pass.secret}`, ...(init.body ? { 'content-type': 'application/json' } : {}) }
      const response = await fetch(url, { ...init, headers }).catch(() => {
        throw stop(`the server at ${address} does not answer; start it first`)
      })
      const answer = (await response.json()) as Pairing & { detail?: string }
      if (!response.ok) throw stop(answer.detail ?? `the server answered ${response.status}`)
      return answer
    }
    try {
      let shown = 0
      let pairing = await ask({ method: 'POST', body: JSON.stringify({ via: install ? 'install' : 'session' }) })
      for (;;) {
        for (const { stage, reason } of pairing.stages.slice(shown))
          process.stdout.write(`${reader}: ${stage}${reason === null ? '' : ` (${reason})`}\n`)
        shown = pairing.stages.length
        if (pairing.state !== 'running') return pairing.state === 'done'
        await new Promise(resolve => setTimeout(resolve, 200))
        pairing = await ask()
      }
    } finally {
      identity.removeToken(pass.token.id)
    }
  })
  if (!done) process.exitCode = 1
}

async function main({ data }: { data: string }): Promise<void> {
  const text = readSecret('portunus key main').trim()
  if (!/^[0-9a-fA-F]{32}$/.test(text)) throw new Stop('portunus key main: standard input holds no key: it is 32 hexadecimal digits')
  await withStore('portunus key main', data, store => {
    store.vault.set('main-key', Buffer.from(text, 'hex'))
    writeAudit(store, {
      at: systemClock.wall(),
      permitted: true,
      category: 'security',
      message: 'Set the main encryption key',
      sourceType: 'system',
      sourceName: 'main key',
      author: { user: 'command line', location: 'local' },
    })
  })
}
