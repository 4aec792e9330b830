import process from 'node:process'
import { addManyDoors, playLoad } from '../api/load.ts'
import { openRig } from '../api/rig.ts'

/** The plugin server: events to fifty consumers, one of them stalled, and a configuration of 10,000 doors. */
export async function benchPlugin(): Promise<Record<string, number>> {
  const stream = await openRig({ checkAnswers: false })
  const { p50, p99 } = await playLoad(stream, process.env.PORTUNUS_LONG === '1' ? 60 : 10)
  await stream.close()
  const large = await openRig({ checkAnswers: false })
  const added = addManyDoors(large)
  if (!added.ok) throw new Error('the site of 10,000 doors is refused')
  const timed = async (url: string) => {
    const began = performance.now()
    const { status } = await large.call('GET', url)
    if (status !== 200) throw new Error(`${url} answered ${status}`)
    return performance.now() - began
  }
  const figures = {
    'plugin.deliveryP50Ms': p50,
    'plugin.deliveryP99Ms': p99,
    'plugin.configurationMs10kDoors': await timed('configuration'),
    'plugin.statesMs10kDoors': await timed('states'),
    'plugin.diffMs10kDoors': await timed('configuration/diff?from=1'),
  }
  await large.close()
  return figures
}
