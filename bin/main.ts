import { Command, CommanderError } from 'commander'
import { whyNoFile } from '../shared/file-error.ts'
import { version } from '../shared/version.ts'

/** Every command with where it lives; only the one that is asked for is loaded. */
const commands: Record<string, { about: string; load: () => Promise<Command> }> = {
  start: {
    about: 'plugin server, broker and emulated controllers in one process',
    load: async () => (await import('./start.ts')).startCommand(),
  },
  plugin: { about: 'the plugin server alone', load: async () => (await import('./plugin.ts')).pluginCommand() },
  controller: { about: 'the door controller alone, on hardware', load: async () => (await import('./controller.ts')).controllerCommand() },
  scenario: { about: 'plays scenario files under a virtual clock', load: async () => (await import('./scenario.ts')).scenarioCommand() },
  site: { about: 'checks, loads and writes a site file', load: async () => (await import('./site.ts')).siteCommand() },
  pinchart: { about: 'the pin chart of a controller', load: async () => (await import('./pinchart.ts')).pinchartCommand() },
  token: { about: 'makes an API token', load: async () => (await import('./token.ts')).tokenCommand() },
  user: { about: 'adds a local user', load: async () => (await import('./user.ts')).userCommand() },
  key: { about: 'the main encryption key, pairing of readers', load: async () => (await import('./key.ts')).keyCommand() },
  backup: { about: 'a consistent copy of a data directory', load: async () => (await import('./backup.ts')).backupCommand() },
  restore: { about: 'back from such a copy', load: async () => (await import('./backup.ts')).restoreCommand() },
  support: {
    about: 'what a supplier needs to help, without personal data',
    load: async () => (await import('./support.ts')).supportCommand(),
  },
  conformance: {
    about: 'plays the VMS against a server and scores it',
    load: async () => (await import('./conformance.ts')).conformanceCommand(),
  },
  osdp: { about: 'decodes, monitors, scans and plays OSDP lines', load: async () => (await import('./osdp.ts')).osdpCommand() },
  wiegand: { about: 'card formats: list, decode, encode, guess', load: async () => (await import('./wiegand.ts')).wiegandCommand() },
}

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('portunus')
    .description('A door controller, and the plugin that joins it to a video management system.')
    .version(version)
    .addHelpText('after', '\nExample:\n  $ portunus start\n  $ portunus wiegand decode --help')
  const asked = argv[0]
  for (const [name, { about, load }] of Object.entries(commands)) {
    if (name === asked) program.addCommand(await load())
    else program.addCommand(new Command(name).description(about))
  }
  strict(program)
  if (argv.length === 0) {
    process.stderr.write(`portunus: no command; one of ${Object.keys(commands).join(', ')} (portunus --help tells more)\n`)
    return 2
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : error.exitCode === 1 ? 2 : error.exitCode
    // What the system refuses where nobody expected it is no fault of the program either.
    const { syscall, path: file, message } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    process.stderr.write(`portunus ${asked}: ${file === undefined ? message : `${file}: ${whyNoFile(error)}`}\n`)
    return 2
  }
  return Number(process.exitCode ?? 0)
}

/** Wrong use is one line and exit 2, in every command below. */
function strict(command: Command): void {
  command.exitOverride()
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `${path(command)}: `)) })
  for (const child of command.commands) strict(child)
  if (command.parent && command.commands.length > 0)
    command.action(() =>
      command.error(`error: it needs a command: one of ${command.commands.map(c => c.name()).join(', ')} (--help tells more)`),
    )
}

function path(command: Command): string {
  return command.parent ? `${path(command.parent)} ${command.name()}` : command.name()
}

// A reader that hangs up (head, a closed pipe) ends the program as any Unix filter.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await main(process.argv.slice(2))
