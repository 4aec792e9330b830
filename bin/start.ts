import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { defaultData, stoppable } from './data-directory.ts'
import { serve } from './serve.ts'
import type { TlsOptions } from './start-tls.ts'

const demoSite = fileURLToPath(new URL('./demo-site.yaml', import.meta.url))

interface Options extends TlsOptions {
  readonly site?: string
  readonly data: string
  readonly port: number
  readonly mqttPort: number
}

/** `portunus start` (cli.md): plugin server, broker and the site's emulated controllers in one process. */
export function startCommand(): Command {
  return new Command('start')
    .description('plugin server, embedded MQTT broker and the emulated controllers of the site in one process')
    .option('--site <file>', 'site file of the first start on a data directory; a demo site where none is given')
    .option('--data <directory>', 'where everything is kept', defaultData)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port of the page and the API; 0 takes a free one', portNumber, 8080)
    .option('--mqtt-port <number>', 'port of the embedded MQTT broker; 0 takes a free one', portNumber, 0)
    .option('--trusted-proxies <addresses>', 'reverse proxies whose word on the browser behind them is believed, separated by commas', list)
    .option('--tls-cert <file>', 'certificate of the page and the API, PEM; off loopback a self-signed one is made where none is given')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--plain-http', 'off loopback: no TLS. Takes effect only together with --plain-http-off-loopback')
    .option('--plain-http-off-loopback', 'says the same a second time')
    .addHelpText('after', '\nExample:\n  $ portunus start --data ./data --port 8080')
    .action(
      stoppable((options: Options) =>
        serve({
          ...options,
          command: 'portunus start',
          site: options.site ?? demoSite,
          siteIsDefault: options.site === undefined,
          emulate: true,
        }),
      ),
    )
}

const list = (text: string) => text.split(',').map(each => each.trim())

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.')
  return port
}
