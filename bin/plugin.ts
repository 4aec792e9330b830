import { Command } from 'commander'
import { parse } from 'yaml'
import { z } from 'zod'
import { isExposed } from '../shared/address.ts'
import { explain } from '../shared/issue.ts'
import { formatPath } from '../shared/problem.ts'
import { Stop, stoppable } from './data-directory.ts'
import { readText } from './file.ts'
import { serve } from './serve.ts'

const port = z.number().int().min(0).max(65_535)
const file = z.string().min(1)

/** What a server has to know that is not in its data directory. */
const pluginConfig = z.strictObject({
  /** Where everything is kept. */
  data: file,
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(8080),
  /** Site file of the first start; later ones use what is there. */
  site: file.optional(),
  /** The embedded broker's port, or a broker elsewhere. */
  mqtt: z
    .union([
      z.strictObject({ port }),
      z.strictObject({
        url: z.string().regex(/^mqtts?:\/\/[^/@\s]+$/, 'the broker is written mqtts://HOST:PORT, without user name and password'),
        username: z.string().optional(),
        passwordFile: file.optional(),
        /** PEM files: whom to believe in place of the public authorities; who we are, where the broker asks. */
        ca: file.optional(),
        cert: file.optional(),
        key: file.optional(),
        /** Off loopback without TLS: only where both are true. */
        plain: z.boolean().default(false),
        plainOffLoopback: z.boolean().default(false),
      }),
    ])
    .refine(mqtt => !('url' in mqtt) || !mqtt.url.startsWith('mqtt:') || (mqtt.plain && mqtt.plainOffLoopback) || !isExposed(mqtt.url), {
      path: ['url'],
      error: 'without TLS, cards and passwords would cross the network in clear; write mqtts://, or set both plain and plainOffLoopback',
    })
    .default({ port: 1883 }),
  tls: z.strictObject({ cert: file, key: file }).optional(),
  /** Reverse proxies, by address or range: what they say of the browser behind them is believed. */
  trustedProxies: z.array(z.string()).default([]),
  /** Off loopback without TLS: only where both are true. */
  plainHttp: z.boolean().default(false),
  plainHttpOffLoopback: z.boolean().default(false),
})

/** `portunus plugin` (cli.md): the plugin server alone; its controllers are elsewhere. */
export function pluginCommand(): Command {
  return new Command('plugin')
    .description('the plugin server alone, for controllers that run elsewhere')
    .requiredOption('--config <file>', 'what the server has to know: data directory, addresses, broker, certificate')
    .addHelpText('after', '\nExample:\n  $ portunus plugin --config /etc/portunus/plugin.yaml')
    .action(stoppable(run))
}

async function run({ config: path }: { config: string }): Promise<void> {
  const { mqtt, tls, ...config } = readConfig(path)
  const read = (name: string | undefined) => (name === undefined ? undefined : readText('portunus plugin', name))
  const given = <T extends object>(values: T) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
  await serve({
    ...config,
    command: 'portunus plugin',
    site: config.site,
    siteIsDefault: false,
    emulate: false,
    mqttPort: 'port' in mqtt ? mqtt.port : 0,
    ...(tls ? { tlsCert: tls.cert, tlsKey: tls.key } : {}),
    ...('url' in mqtt
      ? {
          broker: {
            url: mqtt.url,
            ...given({ username: mqtt.username, password: read(mqtt.passwordFile)?.trim() }),
            tls: given({ ca: read(mqtt.ca), cert: read(mqtt.cert), key: read(mqtt.key) }),
          },
        }
      : {}),
  })
}

function readConfig(path: string): z.output<typeof pluginConfig> {
  let value: unknown
  try {
    value = parse(readText('portunus plugin', path), { version: '1.2', schema: 'core' })
  } catch (error) {
    if (error instanceof Stop) throw error
    throw new Stop(`${path}: this is no YAML: ${(error as Error).message.split('\n')[0]}`)
  }
  const read = pluginConfig.safeParse(value)
  if (read.success) return read.data
  const told = read.error.issues.flatMap(issue => explain(issue, value, pluginConfig))
  throw new Stop(...told.map(({ path: at, message }) => `${path}: ${formatPath(at) || 'file'}: ${message}`))
}
