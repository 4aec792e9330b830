import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import serveStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import type { App } from './context.ts'

/** What the built page has in place of the nonce of each answer (plugin/page/vite.config.ts). */
const placeholder = 'NONCE-OF-THIS-ANSWER'

/**
 * Serves the built page. Its styles are made in the browser; only those with the nonce of the answer, new each time, take effect.
 * @returns what answers with the page; undefined where it is not built
 */
export async function servePage(app: App, folder: string): Promise<((reply: FastifyReply) => FastifyReply) | undefined> {
  const file = join(folder, 'index.html')
  if (!existsSync(file)) return undefined
  const html = readFileSync(file, 'utf8')
  const send = (reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64')
    allowStyles(reply, [`'nonce-${nonce}'`])
    return reply.type('text/html; charset=utf-8').serializer(String).send(html.replaceAll(placeholder, nonce))
  }
  await app.register(serveStatic, {
    root: folder,
    wildcard: false,
    index: false,
    globIgnore: ['index.html'],
    setHeaders: response => void response.setHeader('cache-control', 'no-cache'),
  })
  for (const url of ['/', '/index.html']) app.get(url, { schema: { hide: true } }, async (_, reply) => send(reply))
  return send
}

/** Lets documents of ours use exactly the styles that they have inside, and no others. */
export function allowOwnStyles(app: App): void {
  app.addHook('onSend', (_, reply, payload, done) => {
    if (typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html')) {
      const styles = [...payload.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) =>
        createHash('sha256').update(style).digest('base64'),
      )
      allowStyles(
        reply,
        styles.map(hash => `'sha256-${hash}'`),
      )
    }
    done(null, payload)
  })
}

function allowStyles(reply: FastifyReply, sources: readonly string[]): void {
  const policy = String(reply.getHeader('content-security-policy'))
  reply.header('content-security-policy', policy.replace("style-src 'self'", ["style-src 'self'", ...sources].join(' ')))
}
