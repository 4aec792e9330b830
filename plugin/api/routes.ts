import { accessRequests } from './access-requests.ts'
import { adoption } from './adoption.ts'
import { alarms } from './alarms.ts'
import { auditedChanges, auditLog } from './audit-log.ts'
import { backups } from './backups.ts'
import { cardholders } from './cardholders.ts'
import { commands } from './commands.ts'
import { configuration } from './configuration.ts'
import type { App, Context } from './context.ts'
import { decisions } from './decisions.ts'
import { documents } from './documents.ts'
import { elements } from './elements.ts'
import { emulator } from './emulator.ts'
import { events } from './events.ts'
import { holidays } from './holidays.ts'
import { identities } from './identities.ts'
import { impacts } from './impact.ts'
import { installers } from './installers.ts'
import { lines } from './lines.ts'
import { outlets } from './outlets.ts'
import { dataRoutes, pictureRoutes } from './person-data.ts'
import { providers } from './providers.ts'
import { readers } from './readers.ts'
import { resources } from './resources.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'
import { siteFile } from './site-file.ts'
import { states } from './states.ts'
import { stream } from './stream.ts'
import { system } from './system.ts'

/** Every route under the prefix. */
export function routes(app: App, context: Context): void {
  for (const register of [
    system,
    session,
    configuration,
    elements,
    states,
    events,
    stream,
    commands,
    accessRequests,
    alarms,
    cardholders,
    pictureRoutes,
    dataRoutes,
    decisions,
    installers,
    impacts,
    readers,
    lines,
    resources,
    holidays,
    adoption,
    settings,
    identities,
    providers,
    auditLog,
    auditedChanges,
    outlets,
    backups,
    documents,
  ])
    register(app, context)
  // Bodies of its own, so parsers of its own.
  app.register(async scope => siteFile(scope as unknown as App, context))
  emulator(app, context, context.emulatorSteps)
}
