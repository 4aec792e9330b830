import { assign } from '../../controller/wiring/index.ts'
import type { States } from './states.ts'
import type { Tree } from './tree.ts'

/** One terminal that something hangs on, and how it is now. */
export interface Terminal {
  readonly id: string
  readonly controller: string
  readonly port: string
  readonly use: string
  readonly door: string | null
  readonly side: 'a' | 'b' | null
  readonly reader: string | null
  /** Of an input: its debounced level, and whether that means something. */
  readonly level: 'open' | 'closed' | 'cut' | 'short' | null
  readonly active: boolean | null
  /** Of a relay. */
  readonly energised: boolean | null
  /** Of a reader's line. */
  readonly online: boolean | null
}

/** Everything wired to one controller, as it is now. */
export function terminalsOf(tree: Tree, states: States, controller: string): readonly Terminal[] {
  const { site } = tree.of
  return assign(site, controller).map((use): Terminal => {
    const port = `${controller}/${use.port}`
    const detail = (element: string) => {
      const found = tree.element(element)
      return found ? states.read(element, found.type).detail : null
    }
    const input = ['input', 'door-monitor', 'rex'].includes(use.kind) ? detail(port) : null
    const output = use.kind === 'output' ? detail(port) : null
    const door = use.kind === 'lock' && use.door !== undefined ? detail(use.door) : null
    const reader = use.reader ? detail(use.reader.id) : null
    const locked = door?.kind === 'door' ? door.locked : null
    return {
      // Several readers may hang on one line.
      id: use.kind === 'osdp-reader' && use.reader ? `${port}/${use.reader.id}` : port,
      controller,
      port: use.port,
      use: use.kind,
      door: use.door ?? null,
      side: use.side ?? null,
      reader: use.reader?.id ?? null,
      level: input?.kind === 'input' ? input.level : null,
      active: input?.kind === 'input' ? input.active : output?.kind === 'output' ? output.active : null,
      energised: locked === null ? null : use.failure === 'fail-safe' ? locked : !locked,
      online: reader?.kind === 'reader' ? reader.online : null,
    }
  })
}

/** Terminals that an element's new state changes: its own, a door's relays, a reader's line. */
export function terminalsAt(tree: Tree, states: States, element: string): readonly Terminal[] {
  const found = tree.element(element)
  const door = tree.doorOf(element)
  const unit =
    found?.type === 'input' || found?.type === 'output' ? element.split('/')[0] : tree.of.site.doors.find(d => d.id === door)?.controller
  if (!found || unit === undefined) return []
  return terminalsOf(tree, states, unit).filter(t =>
    found.type === 'door' ? t.door === element && t.use === 'lock' : found.type === 'reader' ? t.reader === element : t.id === element,
  )
}
