import { pathToFileURL } from 'node:url'
import { createMemoryLine } from '../../osdp/emulated.ts'
import { openAcu } from '../../osdp/line.ts'
import { virtualClock } from '../../osdp/pipe/clock.ts'
import { keyOf, seeded } from '../conformance/osdp/rig.ts'

/** POLL and its ACK with mark bytes and two idle characters before each, in bits of 10 to a character: what the line itself allows. */
function theoreticalPolls(baud: number, secure: boolean): number {
  const frame = secure ? 14 : 8
  return baud / 10 / (2 * (frame + 1 + 2))
}

function measure(baud: number, secure: boolean, readers: number, seconds: number) {
  const clock = virtualClock()
  const line = createMemoryLine({ clock, baud, random: seeded(1) })
  const acu = openAcu({ pipe: line.acu, clock, random: seeded(2), onEvent() {} })
  for (let address = 0; address < readers; address++) {
    const scbk = secure ? keyOf(address) : null
    line.addReader({ address, scbk })
    acu.add({ address, baud, scbk, requireSecure: secure, pollIntervalMs: 0 })
  }
  acu.start()
  for (let waited = 0; waited < 120 && !acu.pds().every(pd => pd.online && pd.secure === secure); waited++) clock.advance(1000)
  clock.advance(readers > 1 ? 10_000 : 2000)
  const polls = () => acu.pds().reduce((sum, { statistics }) => sum + statistics.polls, 0)
  const frames = () => acu.pds().reduce((sum, { statistics }) => sum + statistics.commands + statistics.replies, 0)
  const before = { polls: polls(), frames: frames(), at: process.hrtime.bigint() }
  clock.advance(seconds * 1000)
  const took = Number(process.hrtime.bigint() - before.at) / 1e9
  return {
    ratio: (polls() - before.polls) / seconds / theoreticalPolls(baud, secure),
    frames: (frames() - before.frames) / took,
    all: acu.pds(),
  }
}

/**
 * The bus in virtual time with PDs that answer at once. `pollRateShare…` is the poll rate over what the line's characters and idle times allow (the worse of plain
 * and secure), `framesPerSecond` counts frames through ACU, line and PD in this process.
 */
export async function benchOsdpLine(): Promise<Record<string, number>> {
  const share = (baud: number) => Math.min(measure(baud, false, 1, 20).ratio, measure(baud, true, 1, 20).ratio)
  const many = measure(115_200, true, 126, 30)
  return {
    'osdpLine.pollRateShare9600': share(9600),
    'osdpLine.pollRateShare115200': share(115_200),
    'osdpLine.pollRateShare126Pds': many.ratio,
    'osdpLine.securePdsOf126': many.all.filter(({ secure }) => secure).length,
    'osdpLine.framesPerSecond': Math.max(...[1, 2, 3].map(() => measure(115_200, true, 2, 60).frames)),
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await benchOsdpLine())
