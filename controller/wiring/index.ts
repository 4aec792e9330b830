export { type Assignment, assign, resolveRexPort, type Wired } from './assign.ts'
export type { Board, Connector, Jumper, Pin, Port, Signal, Use } from './board.ts'
export { boards, portsOf } from './boards/index.ts'
