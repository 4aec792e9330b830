import type { Controller } from '../../../shared/site.ts'
import type { Board, Port } from '../board.ts'
import { ioModule } from './io-module.ts'
import { raspberryPi } from './raspberry-pi.ts'
import { twoDoor } from './two-door.ts'

/** Every board there is, by its id. A new one is its data file and its name here. */
export const boards: ReadonlyMap<string, Board> = new Map([twoDoor, ioModule, raspberryPi].map(board => [board.id, board]))

/** The ports of a controller: those of its board, and those its owner named where the board leaves that to them. */
export function portsOf(controller: Pick<Controller, 'board' | 'ports' | 'serial'>): readonly Port[] {
  const board = boards.get(controller.board)
  if (board?.ownPorts === undefined) return board?.ports ?? []
  const { single, several, serial } = board.ownPorts
  return [
    ...board.ports,
    ...Object.entries(controller.ports).map(([id, { lines }]): Port => {
      if (lines.length > 1) return { id, ...several }
      // A port named rex-… is made for one (rule H2).
      return { id, ...single, can: id.startsWith('rex') ? ['rex', ...single.can.filter(use => use !== 'rex')] : single.can }
    }),
    ...Object.keys(controller.serial).map((id): Port => ({ id, ...serial })),
  ]
}
