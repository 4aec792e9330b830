/** A controller that works as fast as it can until it is killed. Usage: victim.ts DIRECTORY SEED */
import { writeSync } from 'node:fs'
import { createRandom } from '../../controller/emulator/random.ts'
import { createRuntime } from '../../controller/runtime.ts'
import { openStore } from '../../controller/store/open.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { actions } from '../../shared/command.ts'
import { type Site, site as siteSchema } from '../../shared/site.ts'
import { bits, twoDoors } from './rig.ts'

const [directory = '', seed = '1'] = process.argv.slice(2)
const opened = openStore(directory, { controller: 'ctrl-1', wall: clock.wall() })
if (!opened.ok) throw new Error(opened.message)
const { store } = opened
const dice = createRandom(Number(seed), 'victim')
let see: (input: Parameters<ReturnType<typeof createRuntime>['input']>[0]) => void = () => {}
const runtime = createRuntime({
  controller: 'ctrl-1',
  clock,
  store,
  fields: [
    {
      start(report) {
        see = report
        report({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'closed' })
      },
      // What the outside sees, and how far the log was by then.
      apply: effect => effect.kind === 'relay' && writeSync(1, `${store.next - 1}\n`),
      stop() {},
    },
  ],
})
if (store.inForce === undefined) {
  const site = siteSchema.parse(twoDoors)
  const doors = site.doors.map(door => ({ ...door, doorMonitor: { ...door.doorMonitor!, debounceMs: 0 } }))
  const zones = site.zones.map(zone => ({ ...zone, antiPassback: { mode: 'soft' as const, timeout: 0 } }))
  runtime.configure({ ...site, doors, zones } as Site, '1')
}
runtime.start()
const pick = <T>(of: readonly T[]): T => of[Math.floor(dice.next() * of.length)]!
let n = 0
const work = () => {
  for (let i = 0; i < 5; i++) {
    if (dice.next() < 0.4) {
      const command = {
        id: `c${n++}`,
        action: pick(actions),
        target: { kind: 'door' as const, id: 'door-1' },
        issuedAt: new Date().toISOString(),
        validForMs: 5000,
      }
      see({ kind: 'command', command })
    } else {
      see({ kind: 'card', reader: pick(['in-1', 'out-1']), bits })
      see({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'open' })
      see({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'closed' })
    }
  }
  setImmediate(work)
}
work()
