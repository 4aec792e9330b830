import { z } from 'zod'
import { type App, audit, type Context } from './context.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

/** What can happen to emulated hardware: a schema a step. Each names its place by `reader`, `door` or `controller`. */
export type EmulatorSteps = Readonly<Record<string, z.ZodType>>

/** The name of the ask that a controller on emulated hardware answers: `{ step, body }` → `{ done, why }`. */
export const emulateAsk = 'emulator'

const outcome = z.object({ done: z.boolean(), why: z.string().optional() })

export function emulator(app: App, context: Context, steps: EmulatorSteps): void {
  const { plugin, controllers } = context
  for (const [step, body] of Object.entries(steps)) {
    app.post(
      `/emulator/${step}`,
      {
        config: { right: 'manage-configuration' },
        schema: {
          summary: `Scenario step "${step}" on emulated hardware`,
          tags: ['emulator'],
          body,
          response: { 202: z.object({ controller: z.string() }) },
        },
      },
      async (request, reply) => {
        const asked = request.body as { reader?: string; door?: string; controller?: string; card?: string }
        const [path, id] = (['reader', 'door', 'controller'] as const).flatMap(key =>
          asked[key] === undefined ? [] : [[key, asked[key]] as const],
        )[0] ?? ['reader', '']
        const element = plugin.tree().element(id)
        if (element?.type !== path) throw fieldProblem(path, `there is no ${path} "${id}"`)
        if (asked.card !== undefined && plugin.book.people.found('id', asked.card).length === 0)
          throw fieldProblem('card', `there is no credential "${asked.card}"`)
        const controller = plugin.tree().controllerOf(id) ?? ''
        const { site } = plugin.book.configuration()
        const above = path === 'controller' ? id : (site.doors.find(d => d.id === plugin.tree().doorOf(id))?.controller ?? controller)
        if (!site.controllers.find(c => c.id === above)?.emulated)
          throw new HttpProblem('not-emulated', `The hardware of controller "${above}" is real; only emulated hardware can be played.`)
        const answer = await controllers.ask(controller, emulateAsk, { step, body: request.body })
        if (!answer.ok) {
          if (answer.reason === 'unreachable')
            throw new HttpProblem('unreachable', `Controller "${controller}" does not answer; nothing was played.`)
          throw new HttpProblem('not-supported', answer.message)
        }
        const { done, why } = outcome.parse(answer.body)
        if (!done) throw new HttpProblem('not-supported', why ?? 'The hardware did not do it.')
        audit(context, request, { permitted: true, category: 'system', message: `Played ${step}`, source: [path, id] })
        reply.code(202)
        return { controller }
      },
    )
  }
}
