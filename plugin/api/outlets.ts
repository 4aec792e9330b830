import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { clash } from '../outlets/mqtt-settings.ts'
import { outletStates } from '../outlets/outlet.ts'
import type { DeadLetter, StoredOutlet } from '../outlets/outlets.ts'
import {
  type IncomingOutlet,
  incomingOutlet,
  incomingWebhook,
  secretNames,
  toldOutlet,
  toldWebhook,
  wrongSecret,
} from '../outlets/settings.ts'
import { namesPeople } from '../outlets/template.ts'
import { oneOf } from '../site/kinds.ts'
import { type App, asker, audit, type Context, refuseRight } from './context.ts'
import { patchBody } from './merge-patch.ts'
import { cut, listOf, page, readCursor, tagOf, wantedVersion, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem, parse } from './validation.ts'

const status = z
  .object({
    state: z.enum(outletStates),
    /** Cursor up to which everything is delivered, filtered out or given up. */
    position: z.string(),
    /** Entries of the log behind that. */
    backlog: z.number().int(),
    delivered: z.number().int(),
    deadLetters: z.number().int(),
    /** How often what is first in line was tried in vain. */
    attempts: z.number().int(),
    lastSuccessAt: instant.nullable(),
    /** What went wrong last, and what to do. */
    lastFailure: z.object({ at: instant, message: z.string() }).nullable(),
    failingSince: instant.nullable(),
    nextAttemptAt: instant.nullable(),
    /** The last message was taken, and yet something is wrong at the other end. */
    warning: z.string().nullable(),
    /** Why a standing connection is down. */
    connection: z.string().nullable(),
    /** Cursors that retention removed before they were delivered. */
    gap: z.object({ at: instant, from: z.string(), to: z.string() }).nullable(),
  })
  .meta({ id: 'OutletStatus' })
const told = {
  id: z.string(),
  createdAt: instant,
  /** Which secrets are set. */
  secrets: z.record(z.string(), z.boolean()),
  status,
  /** The signing secret that was made here: told this once. */
  secret: z.string().optional(),
}
const outlet = toldOutlet(told).meta({ id: 'Outlet' })
const webhook = toldWebhook(told).meta({ id: 'Webhook' })
const newOutlet = incomingOutlet.meta({ id: 'NewOutlet' })
const newWebhook = incomingWebhook.meta({ id: 'NewWebhook' })
const deadLetter = z
  .object({
    number: z.number().int(),
    cursor: z.string(),
    event: z.string(),
    type: z.string(),
    door: z.string().nullable(),
    occurredAt: instant,
    givenUpAt: instant,
    attempts: z.number().int(),
    message: z.string(),
    queued: z.boolean(),
  })
  .meta({ id: 'DeadLetter' })

/** Whom an outlet speaks to, where it shows a secret there. */
function peerOf(settings: { readonly kind: string; readonly url?: string | null }): string {
  if (settings.url == null || !URL.canParse(settings.url)) return ''
  const { protocol, host } = new URL(settings.url)
  return `${protocol}//${host}`
}

const at = (ms: number) => new Date(ms).toISOString()
const orNull = (ms: number | null) => (ms === null ? null : at(ms))

function show({ id, created, settings, secrets, status: s, dead }: StoredOutlet): z.output<typeof outlet> {
  return {
    ...settings,
    id,
    createdAt: at(created),
    secrets,
    status: {
      state: s.state,
      position: String(s.position),
      backlog: s.backlog,
      delivered: s.delivered,
      deadLetters: dead,
      attempts: s.attempts,
      lastSuccessAt: orNull(s.lastSuccess),
      lastFailure: s.lastFailure && { ...s.lastFailure, at: at(s.lastFailure.at) },
      failingSince: orNull(s.failingSince),
      nextAttemptAt: orNull(s.nextAttempt),
      warning: s.warning,
      connection: s.connection,
      gap: s.gap && { at: at(s.gap.at), from: String(s.gap.first), to: String(s.gap.last) },
    },
  }
}

const showDead = ({ cursor, occurred, at: givenUp, ...rest }: DeadLetter): z.output<typeof deadLetter> => ({
  ...rest,
  cursor: String(cursor),
  occurredAt: at(occurred),
  givenUpAt: at(givenUp),
})

/** Ways out to other systems; `webhooks` are the same things, of one kind. */
export function outlets(app: App, context: Context): void {
  routesOf(app, context, { path: 'outlets', noun: 'outlet', incoming: newOutlet, shown: outlet, mine: () => true })
  const mine = ({ settings }: StoredOutlet) => settings.kind === 'webhook'
  routesOf(app, context, { path: 'webhooks', noun: 'webhook', incoming: newWebhook, shown: webhook, mine })
}

interface Family {
  readonly path: 'outlets' | 'webhooks'
  readonly noun: string
  readonly incoming: z.ZodType<IncomingOutlet>
  readonly shown: z.ZodType
  readonly mine: (outlet: StoredOutlet) => boolean
}

function routesOf(app: App, context: Context, { path, noun, incoming, shown, mine }: Family): void {
  const { plugin, outlets: site } = context
  const config = { right: 'manage-configuration' } as const
  const tags = ['outlets']
  const params = z.object({ id: z.string().max(100) })
  const numbered = params.extend({ number: z.coerce.number().int().min(1).describe('Number of the dead letter.') })
  const lost = () => new HttpProblem('lost-update', `The ${noun} was changed since it was read; read it again.`)
  const taken = (name: string) => new HttpProblem('id-taken', `There is already an outlet "${name}".`)
  const find = (id: string): StoredOutlet => {
    const found = site.get(id)
    if (!found || !mine(found)) throw new HttpProblem('not-found', `There is no ${noun} "${id}".`)
    return found
  }
  const note = (request: FastifyRequest, message: string, { settings }: StoredOutlet) =>
    audit(context, request, {
      permitted: true,
      category: 'configuration',
      message: `${message} "${settings.name}"`,
      source: ['outlet', settings.name],
    })

  /** What no schema can judge: what the site has, and secrets. */
  function judge(request: FastifyRequest, body: IncomingOutlet, before?: StoredOutlet): void {
    // Who says whom a broker elsewhere lets operate doors, gives rights away.
    const given = [body, before?.settings].some(each => each?.kind === 'mqtt' && each.roles.length > 0)
    if (given && !asker(request).has('manage-security')) refuseRight(context, request, 'manage-security')
    if (body.kind === 'mqtt') {
      const role = body.roles.findIndex(id => context.identity.role(id) === undefined)
      if (role >= 0) throw fieldProblem(`roles[${role}]`, 'there is no such role')
      for (const { id, settings } of site.list()) {
        const met = id !== before?.id && settings.kind === 'mqtt' ? clash(body, settings) : undefined
        if (met) throw fieldProblem(met.field, met.message)
      }
    }
    // A secret goes to nobody it was not given for: whoever may configure could have it sent to themselves.
    const shared = body.kind === 'webhook' ? 'token' : 'password'
    if (before?.secrets[shared] && !(shared in body) && peerOf(body) !== peerOf(before.settings))
      throw fieldProblem(shared, 'has to be given anew with another address; null is none')
    // What goes out is what its maker may see.
    if (!asker(request).at('use-access-control', null)) refuseRight(context, request, 'use-access-control', 'everywhere')
    const templates = body.kind === 'generic-events' ? [body.template, ...Object.values(body.templates)] : []
    if (templates.some(namesPeople) && !asker(request).has('view-cardholders')) refuseRight(context, request, 'view-cardholders')
    const { categories, doors } = body.filter
    const known = plugin.tree().vms.categories.map(category => category.id)
    const category = categories.findIndex(id => !known.includes(id))
    if (category >= 0)
      throw fieldProblem(`filter.categories[${category}]`, `there is no category "${categories[category]}"; known are ${known.join(', ')}`)
    const door = doors.findIndex(id => plugin.tree().element(id)?.type !== 'door')
    if (door >= 0) throw fieldProblem(`filter.doors[${door}]`, `there is no door "${doors[door]}"`)
    if (body.after !== undefined && Number(body.after) > plugin.log.head())
      throw fieldProblem('after', `lies behind the newest cursor of the log, ${plugin.log.head()}`)
    for (const name of secretNames(body.kind)) {
      const secret = (body as Record<string, unknown>)[name]
      const wrong = typeof secret === 'string' ? wrongSecret(body.kind, name, secret) : undefined
      if (wrong !== undefined) throw fieldProblem(name, wrong)
    }
  }

  app.get(
    `/${path}`,
    {
      config,
      schema: { summary: `Every ${noun}, and how it fares`, tags, querystring: z.strictObject(page), response: { 200: listOf(shown) } },
    },
    async request => {
      const { items, next } = cut(site.list().filter(mine), request.query as { limit: number; after?: string }, each => each.id)
      return { items: items.map(show), next }
    },
  )

  app.post(
    `/${path}`,
    {
      config,
      schema: { summary: `Adds ${oneOf(noun)}; it delivers what happens from now on`, tags, body: incoming, response: { 201: shown } },
    },
    async (request, reply) => {
      const body = request.body as IncomingOutlet
      judge(request, body)
      const added = site.add(body)
      if (!added) throw taken(body.name)
      note(request, `Added ${noun}`, added.outlet)
      reply.code(201).header('etag', tagOf(added.outlet.version)).header('location', `/api/v1/${path}/${added.outlet.id}`)
      return { ...show(added.outlet), secret: added.secret }
    },
  )

  app.get(
    `/${path}/:id`,
    { config, schema: { summary: `One ${noun}, and how it fares`, tags, params, response: { 200: shown } } },
    async (request, reply) => {
      const found = find((request.params as { id: string }).id)
      reply.header('etag', tagOf(found.version))
      return show(found)
    },
  )

  app.patch(
    `/${path}/:id`,
    {
      config,
      schema: {
        summary: `Changes some fields of ${oneOf(noun)} (JSON merge patch); \`after\` sends it to another place in the log`,
        tags,
        params,
        body: patchBody(path === 'outlets' ? 'Outlet' : 'Webhook'),
        response: { 200: shown },
      },
    },
    async (request, reply) => {
      const found = find((request.params as { id: string }).id)
      const asked = Object.entries(request.body as Record<string, unknown>).filter(
        ([name]) => !['id', 'createdAt', 'secrets', 'status'].includes(name),
      )
      const patch = Object.fromEntries(asked)
      if (patch.kind !== undefined && patch.kind !== found.settings.kind)
        throw fieldProblem('kind', 'does not change; make another and remove this one')
      const body = parse(incoming, site.patched(found.id, patch))
      judge(request, body, found)
      const changed = await site.change(found.id, body, wantedVersion(request.headers['if-match']))
      if (!changed) throw new HttpProblem('not-found', `There is no ${noun} "${found.id}" any more.`)
      if (!changed.ok) throw changed.reason === 'lost-update' ? lost() : taken(body.name)
      note(request, `Changed ${Object.keys(patch).join(', ') || 'nothing'} of ${noun}`, changed.outlet)
      reply.header('etag', tagOf(changed.outlet.version))
      return show(changed.outlet)
    },
  )

  app.delete(
    `/${path}/:id`,
    {
      config,
      schema: { summary: `Removes ${oneOf(noun)}; what it has not delivered is not delivered`, tags, params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const found = find((request.params as { id: string }).id)
      const removed = await site.remove(found.id, wantedVersion(request.headers['if-match']))
      if (removed === 'lost-update') throw lost()
      note(request, `Removed ${noun}`, found)
      reply.code(204)
      return null
    },
  )

  app.post(
    `/${path}/:id/test`,
    {
      config,
      schema: {
        summary: `Sends a message that is no event, and tells what became of it`,
        tags,
        params,
        response: { 200: z.object({ ok: z.boolean(), detail: z.string() }) },
      },
    },
    async request => {
      const found = find((request.params as { id: string }).id)
      const outcome = await site.test(found.id)
      note(request, `Tested ${noun}`, found)
      if (!outcome) throw new HttpProblem('not-found', `There is no ${noun} "${found.id}" any more.`)
      return { ok: outcome.ok, detail: outcome.ok ? (outcome.warning ?? outcome.detail) : outcome.message }
    },
  )

  app.get(
    `/${path}/:id/dead-letters`,
    {
      config,
      schema: {
        summary: 'What was given up after a day of attempts, oldest first',
        tags,
        params,
        querystring: z.strictObject(page),
        response: { 200: listOf(deadLetter) },
      },
    },
    async request => {
      const { id } = find((request.params as { id: string }).id)
      const { limit, after } = request.query as { limit: number; after?: string }
      const letters = site.deadLetters(id, readCursor(after, z.number().int()) ?? 0, limit + 1)
      const shownLetters = letters.slice(0, limit)
      const last = shownLetters.at(-1)
      return { items: shownLetters.map(showDead), next: letters.length > limit && last ? writeCursor(last.number) : null }
    },
  )

  const replayed = z.object({ queued: z.number().int() })
  app.post(
    `/${path}/:id/dead-letters/replay`,
    { config, schema: { summary: 'Sends every dead letter again, before what is new', tags, params, response: { 202: replayed } } },
    async (request, reply) => {
      const found = find((request.params as { id: string }).id)
      const queued = site.replay(found.id)
      note(request, `Replayed ${queued} dead letters of ${noun}`, found)
      reply.code(202)
      return { queued }
    },
  )
  app.post(
    `/${path}/:id/dead-letters/:number/replay`,
    { config, schema: { summary: 'Sends one dead letter again', tags, params: numbered, response: { 202: replayed } } },
    async (request, reply) => {
      const { id, number } = request.params as { id: string; number: number }
      const found = find(id)
      const queued = site.replay(found.id, number)
      if (queued === 0)
        throw new HttpProblem('not-found', `There is no dead letter ${number}; it was delivered, or retention has removed its event.`)
      note(request, `Replayed dead letter ${number} of ${noun}`, found)
      reply.code(202)
      return { queued }
    },
  )
}
