import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { systemClock } from '../plugin/clock.ts'
import { writeAudit } from '../plugin/store/audit.ts'
import { defaultData, Stop, stoppable, withStore } from './data-directory.ts'

/** `portunus key main` (cli.md). */
export function keyCommand(): Command {
  const command = new Command('key').description('the main encryption key, pairing of readers')
  command
    .command('main')
    .description('sets the main encryption key, read from standard input: 32 hexadecimal digits')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .addHelpText('after', '\nExample:\n  $ openssl rand -hex 16 | portunus key main --data ./data')
    .action(stoppable(main))
  return command
}

async function main({ data }: { data: string }): Promise<void> {
  const text = readFileSync(0, 'utf8').trim()
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
