import { Command } from 'commander'
import { randomPassword, weakness } from '../plugin/api/identity.ts'
import { systemClock } from '../plugin/clock.ts'
import { writeAudit } from '../plugin/store/audit.ts'
import { defaultData, Stop, stoppable, withStore } from './data-directory.ts'
import { readSecret } from './file.ts'
import { checkName, identityWith } from './identity.ts'

const command = 'portunus user add'

/** `portunus user add` (cli.md). */
export function userCommand(): Command {
  const made = new Command('user')
    .description('adds a local user')
    .addHelpText('after', '\nExample:\n  $ portunus user add --name jo --role operator')
  made
    .command('add')
    .description('adds a user, or gives one a new password with --reset; prints a random password, or takes one from standard input')
    .requiredOption('--name <name>', 'what the user signs in with')
    .option('--data <directory>', 'data directory of the server', defaultData)
    .option('--role <role>', 'what the user may do', 'operator')
    .option('--password-stdin', 'read the password from standard input')
    .option('--reset', 'the user is there already: set a new password')
    .addHelpText('after', '\nExample:\n  $ portunus user add --data ./data --name jo --role operator')
    .action(stoppable(add))
  return made
}

async function add({
  name,
  data,
  role,
  passwordStdin,
  reset,
}: {
  name: string
  data: string
  role: string
  passwordStdin?: true
  reset?: true
}): Promise<void> {
  const stop = (why: string) => new Stop(`${command}: ${why}`)
  checkName(command, name)
  const password = passwordStdin ? readSecret(command) : randomPassword()
  const weak = weakness(password, name)
  if (weak !== undefined) throw stop(weak)
  await withStore(command, data, async store => {
    const identity = identityWith(command, store, role)
    const known = identity.userNamed(name)
    if (known && !reset) throw stop(`there is already a user "${name}"; give --reset for a new password`)
    if (known?.foreign) throw stop(`"${name}" signs in through the identity provider; the password is there`)
    const namesake = known ? undefined : identity.namesake(name)
    if (namesake !== undefined) throw stop(`there is already a user "${namesake}", whose name reads like "${name}"`)
    if (!known && reset) throw stop(`there is no user "${name}"`)
    if (known) await identity.changeUser(known.id, { password })
    else await identity.addUser({ name, password, roles: [role] })
    writeAudit(store, {
      at: systemClock.wall(),
      permitted: true,
      category: 'security',
      message: known ? `Set the password of user ${name}` : `Added user ${name} with ${role}`,
      sourceType: 'user',
      sourceName: name,
      author: { user: 'command line', location: 'local' },
    })
    if (!passwordStdin) process.stdout.write(`${name}  password: ${password}\n`)
  })
}
