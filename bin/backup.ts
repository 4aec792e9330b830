import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../plugin/clock.ts'
import { backupDirectory, makeBackup, restoreBackup } from '../plugin/store/backup.ts'
import { openStore } from '../plugin/store/open.ts'
import { defaultData, Stop, stoppable, withData } from './data-directory.ts'
import { readSecret } from './file.ts'

interface Options {
  readonly data: string
  readonly passphraseStdin?: true
}

/** `portunus backup` (cli.md). */
export function backupCommand(): Command {
  return new Command('backup')
    .description('writes a consistent copy of a data directory, whether the server runs or not, and prints its path')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .option(
      '--passphrase-stdin',
      'encrypts it, keys included, with the passphrase on standard input; plain and without keys where left out',
    )
    .addHelpText('after', '\nExample:\n  $ portunus backup --data ./data --passphrase-stdin < passphrase.txt')
    .action(stoppable(backup))
}

/** `portunus restore` (cli.md). */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('puts a backup in place of what a data directory holds; what was there is moved aside. The server must not run')
    .argument('<file>', 'the backup')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .option('--passphrase-stdin', 'the passphrase of an encrypted backup is on standard input')
    .addHelpText('after', '\nExample:\n  $ portunus restore portunus-2026-03-02.backup --data ./data --passphrase-stdin < passphrase.txt')
    .action(stoppable(restore))
}

async function backup(options: Options): Promise<void> {
  const passphrase = options.passphraseStdin && readSecret('portunus backup')
  if (passphrase !== undefined && passphrase.length < 12) throw new Stop('portunus backup: a passphrase has at least 12 characters')
  await withData('portunus backup', options.data, async store => {
    const made = await makeBackup(store, { now: systemClock.wall(), passphrase, keep: Number.POSITIVE_INFINITY })
    process.stdout.write(`${join(backupDirectory(store), made.name)}\n`)
  })
}

async function restore(file: string, options: Options): Promise<void> {
  const stop = (why: string) => new Stop(`portunus restore: ${why}`)
  const passphrase = options.passphraseStdin && readSecret('portunus restore')
  if (existsSync(join(options.data, 'plugin.db'))) {
    const opened = openStore(options.data, { serve: true })
    if (!opened.ok && opened.reason === 'data-in-use') throw stop(opened.message)
    if (opened.ok) opened.store.close()
  }
  const restored = await restoreBackup(file, options.data, { now: systemClock.wall(), passphrase })
  if (!restored.ok) throw stop(restored.message)
  process.stdout.write(`restored ${file}${restored.moved === undefined ? '' : `; what was there is in ${restored.moved}`}\n`)
}
