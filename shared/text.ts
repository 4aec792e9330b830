import { type Reason, reasons } from './reason.ts'

/** What a reader with a display shows: nothing that would help an attacker. */
export function readerText(
  decided:
    | { readonly outcome: 'granted' }
    | { readonly outcome: 'waiting'; readonly waiting: string }
    | { readonly outcome: 'denied'; readonly reason: Reason },
): string {
  if (decided.outcome === 'granted') return 'Welcome'
  if (decided.outcome === 'denied') return reasons[decided.reason].reader
  return prompts[decided.waiting] ?? 'Please wait'
}

const prompts: Readonly<Record<string, string>> = {
  card: 'Present card',
  pin: 'Enter PIN',
  'licence-plate': 'Waiting for plate',
  mobile: 'Present phone',
  'second-person': 'Second person',
}
