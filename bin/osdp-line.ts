import type { Command } from 'commander'
import { acuCommand } from './osdp-acu.ts'
import { monitorCommand, scanCommand } from './osdp-listen.ts'
import { pdCommand } from './osdp-pd.ts'

/** `portunus osdp pd`, `acu`, `scan`, `monitor`. */
export function osdpLineCommands(): Command[] {
  return [pdCommand(), acuCommand(), scanCommand(), monitorCommand()]
}
