import { openGenericEvents } from './generic-events.ts'
import { openMqtt } from './mqtt.ts'
import type { Carrier, CarrierOptions } from './outlet.ts'
import type { OutletKind, SettingsOf } from './settings.ts'
import { openWebhook } from './webhook.ts'

/** The way out of each kind of outlet. */
export const carriers: { readonly [K in OutletKind]: (options: CarrierOptions<SettingsOf<K>>) => Carrier } = {
  webhook: openWebhook,
  'generic-events': openGenericEvents,
  mqtt: openMqtt,
}
