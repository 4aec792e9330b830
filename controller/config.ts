import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { isExposed } from '../shared/address.ts'
import { whyNoFile } from '../shared/file-error.ts'
import { formatPath, type Path } from '../shared/problem.ts'
import { id } from '../shared/scalar.ts'

const file = z.string().min(1)

/** What a device has to know by itself; everything else comes over the link. */
export const controllerConfig = z.strictObject({
  /** Its id in the site. */
  controller: id,
  /** Where it keeps site, people, log and keys. */
  data: file,
  link: z
    .strictObject({
      url: z.string().regex(/^mqtts?:\/\/[^/@\s]+$/, 'the broker is written mqtts://HOST:PORT, without user name and password'),
      prefix: z.string().min(1).default('portunus'),
      /** PEM files: whom to believe in place of the public authorities; who we are, where the broker asks. */
      ca: file.optional(),
      cert: file.optional(),
      key: file.optional(),
      /** 64 hexadecimal digits shared with the plugin; or, for the first start, an adoption code and the server that made it. */
      secretFile: file.optional(),
      adoption: z
        .strictObject({
          server: z.string().regex(/^https?:\/\/[^/@\s]+$/, 'the server is written https://HOST:PORT'),
          code: z.string().min(1),
        })
        .optional(),
      /** Off loopback without TLS: only where both are true. */
      plain: z.boolean().default(false),
      plainOffLoopback: z.boolean().default(false),
    })
    .superRefine(({ url, adoption, plain, plainOffLoopback }, { addIssue }) => {
      if (plain && plainOffLoopback) return
      const message =
        'without TLS, cards and keys would cross the network in clear; use it, or set both link.plain and link.plainOffLoopback'
      if (url.startsWith('mqtt:') && isExposed(url)) addIssue({ code: 'custom', path: ['url'], message })
      if (adoption && isExposed(adoption.server)) addIssue({ code: 'custom', path: ['adoption', 'server'], message })
    })
    .nullable()
    .default(null),
  /** Whether a battery keeps the clock going: without one, time counts from the first synchronisation on. */
  clock: z.enum(['battery', 'network']).default('battery'),
})
export type ControllerConfig = z.output<typeof controllerConfig>

/** Reads a YAML or JSON file. @returns the configuration, or one line a problem */
export function readConfig(path: string): { readonly config: ControllerConfig } | { readonly problems: readonly string[] } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return { problems: [`${path}: ${whyNoFile(error)}`] }
  }
  const document = parseDocument(text, { version: '1.2', schema: 'core' })
  const [broken] = document.errors
  if (broken) return { problems: [`${path}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`] }
  const read = controllerConfig.safeParse(document.toJS())
  if (read.success) return { config: read.data }
  return {
    problems: read.error.issues.map(issue => {
      const place = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
      return `${path}: ${formatPath(place as Path) || 'file'}: ${issue.message}`
    }),
  }
}
