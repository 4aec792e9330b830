import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../plugin/clock.ts'
import { writeAudit } from '../plugin/store/audit.ts'
import { defaultData, Stop, stoppable, withStore } from './data-directory.ts'
import { checkName, identityWith } from './identity.ts'

const command = 'portunus token create'

/** `portunus token create` (cli.md). */
export function tokenCommand(): Command {
  const made = new Command('token')
    .description('makes an API token')
    .addHelpText('after', '\nExample:\n  $ portunus token create --name vms')
  made
    .command('create')
    .description('prints a new API token alone on a line; the server may run or not')
    .requiredOption('--name <name>', 'what the token is for, as the audit log will name it')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .option('--role <role>', 'what it may do', 'administrator')
    .option('--days <number>', 'how many days it is valid; for ever where left out', wholeDays)
    .addHelpText('after', '\nExample:\n  $ portunus token create --data ./data --name vms')
    .action(stoppable(create))
  return made
}

function wholeDays(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 36_500) throw new InvalidArgumentError('it is a whole number from 1 to 36500.')
  return Number(text)
}

async function create({ name, data, role, days }: { name: string; data: string; role: string; days?: number }): Promise<void> {
  const stop = (why: string) => new Stop(`${command}: ${why}`)
  checkName(command, name)
  await withStore(command, data, store => {
    const now = systemClock.wall()
    const identity = identityWith(command, store, role)
    if (identity.tokenNamed(name)) throw stop(`there is already a token "${name}"; choose another name, or remove that one`)
    const { secret } = identity.addToken({ name, roles: [role], expires: days === undefined ? null : now + days * 86_400_000 })
    const author = { user: 'command line', location: 'local' }
    writeAudit(store, {
      at: now,
      permitted: true,
      category: 'security',
      message: `Made token ${name} with ${role}`,
      sourceType: 'token',
      sourceName: name,
      author,
    })
    process.stdout.write(`${secret}\n`)
  })
}
