import type { Action } from '../../shared/command.ts'
import { type BuiltInCategory, builtInCategories, type EventType, eventTypes, type sourceKinds } from '../../shared/event.ts'

/** Types of elements in the VMS's tree: server → controllers → doors → access points → readers, inputs, outputs; zones. */
export const elementTypeNames = {
  server: 'Server',
  controller: 'Door controller',
  door: 'Door',
  'access-point': 'Access point',
  reader: 'Reader',
  input: 'Input',
  output: 'Output',
  zone: 'Zone',
} as const satisfies Record<(typeof sourceKinds)[number], string>
export type ElementType = keyof typeof elementTypeNames

/** Every state an element may be in, several at once; `flag` says which light it lights at the VMS. */
export const stateTypes = {
  connected: { name: 'Connected', of: ['server', 'controller', 'reader'], flag: null },
  disconnected: { name: 'Disconnected', of: ['server', 'controller', 'reader'], flag: 'offline' },
  open: { name: 'Open', of: ['door', 'input'], flag: null },
  closed: { name: 'Closed', of: ['door', 'input'], flag: null },
  unknown: { name: 'Unknown', of: ['door', 'reader', 'input', 'output', 'zone'], flag: null },
  locked: { name: 'Locked', of: ['door'], flag: null },
  unlocked: { name: 'Unlocked', of: ['door'], flag: null },
  lockdown: { name: 'Lockdown', of: ['door'], flag: null },
  emergency: { name: 'Emergency', of: ['door'], flag: 'alarm' },
  override: { name: 'Override', of: ['door'], flag: null },
  'locked-by-operator': { name: 'Locked by an operator', of: ['door'], flag: null },
  'unlocked-by-operator': { name: 'Unlocked by an operator', of: ['door'], flag: null },
  'forced-open': { name: 'Forced open', of: ['door'], flag: 'alarm' },
  'open-too-long': { name: 'Open too long', of: ['door'], flag: 'alarm' },
  tamper: { name: 'Tampered with', of: ['controller', 'reader'], flag: 'tamper' },
  'reader-offline': { name: 'Reader offline', of: ['door'], flag: 'offline' },
  'reader-error': { name: 'Reader without secure channel', of: ['door'], flag: null },
  'controller-offline': { name: 'Controller offline', of: ['door'], flag: 'offline' },
  insecure: { name: 'Without secure channel', of: ['reader'], flag: null },
  cut: { name: 'Cut', of: ['input'], flag: 'tamper' },
  short: { name: 'Shorted', of: ['input'], flag: 'tamper' },
  active: { name: 'Active', of: ['input', 'output'], flag: null },
  inactive: { name: 'Inactive', of: ['input', 'output'], flag: null },
  occupied: { name: 'Occupied', of: ['zone'], flag: null },
  empty: { name: 'Nobody in it', of: ['zone'], flag: null },
  full: { name: 'Full', of: ['zone'], flag: null },
  'anti-passback-suspended': { name: 'Anti-passback suspended', of: ['zone'], flag: null },
  'mains-lost': { name: 'Mains lost', of: ['controller'], flag: null },
  'battery-low': { name: 'Battery low', of: ['controller'], flag: null },
  'clock-untrusted': { name: 'Clock not trusted', of: ['controller'], flag: null },
  'clock-wrong': { name: 'Clock wrong', of: ['controller'], flag: null },
  'store-fault': { name: 'Storage fault', of: ['server', 'controller'], flag: null },
} as const satisfies Record<string, { name: string; of: readonly ElementType[]; flag: 'alarm' | 'tamper' | 'offline' | null }>
export type StateType = keyof typeof stateTypes
export const stateTypeIds = Object.keys(stateTypes) as [StateType, ...StateType[]]

/** Commands in the order a VMS shows them. `grant-access` marks the button that lets somebody in, `access-request` what may answer a request. */
export const commandTypes = {
  grant: { name: 'Grant access', categories: ['grant-access', 'access-request'] },
  unlock: { name: 'Unlock', categories: ['access-request'] },
  lock: { name: 'Lock', categories: ['access-request'] },
  lockdown: { name: 'Lockdown', categories: [] },
  reset: { name: 'Reset', categories: [] },
} as const satisfies Record<Action, { name: string; categories: readonly ('grant-access' | 'access-request')[] }>

/** Elements a command may be sent to. */
export const commandTargets = ['server', 'controller', 'door', 'access-point', 'zone'] as const satisfies readonly ElementType[]

const spelling = { rex: 'request to exit', pin: 'PIN', 'anti passback': 'anti-passback', 'over used': 'over-used' }

/** Name of a type of event, for a list in the VMS: `door.forced-open` → `Door forced open`. */
export function eventTypeName(type: EventType): string {
  let text = type.replaceAll(/[.-]/g, ' ').replace(/^alarm /, '')
  for (const [plain, word] of Object.entries(spelling)) text = text.replace(new RegExp(`\\b${plain}\\b`), word)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Which kinds of element a type of event comes from. */
export function eventSources(type: EventType): readonly ElementType[] {
  const [family = ''] = type.split('.')
  const known: Record<string, readonly ElementType[]> = {
    access: ['access-point'],
    door: type === 'door.rex' ? ['access-point', 'door'] : ['door'],
    reader: ['reader'],
    controller: ['controller'],
    configuration: ['controller'],
    link: ['controller'],
    store: ['controller', 'server'],
    zone: ['zone'],
    input: type === 'input.changed' ? ['input'] : ['input', 'door', 'reader'],
    output: ['output'],
    outlet: ['server'],
  }
  const alarms: Record<string, readonly ElementType[]> = {
    'alarm.duress': ['access-point'],
    'alarm.anti-passback-violation': ['access-point', 'zone'],
    'alarm.emergency': ['input', 'door'],
    'alarm.emergency-ended': ['input', 'door'],
  }
  return alarms[type] ?? known[family] ?? ['controller']
}

/** A built-in category's id is its name. */
export const builtInCategoryIds = builtInCategories.map(name => ({ id: name as string, name: name as string }))

/** Categories of a type as the product sets them. */
export const defaultCategories = (type: EventType): readonly BuiltInCategory[] => eventTypes[type]
export const eventTypeIds = Object.keys(eventTypes) as [EventType, ...EventType[]]
