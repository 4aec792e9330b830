import { readUtf8 } from '../../shared/utf8.ts'
import type { App } from './context.ts'
import { HttpProblem } from './problem.ts'

/** Takes bodies of these types as text, which is in UTF-8 or refused. */
export function takeText(app: App, types: readonly string[], bodyLimit?: number): void {
  app.addContentTypeParser([...types], { parseAs: 'buffer', ...(bodyLimit === undefined ? {} : { bodyLimit }) }, (_, body, done) => {
    const read = textOf(body as Buffer)
    if (read instanceof HttpProblem) done(read)
    else done(null, read)
  })
}

/** Takes JSON, which is in UTF-8 or refused. */
export function takeJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const read = textOf(body as Buffer)
    if (read instanceof HttpProblem) done(read)
    else parse(request, read, done)
  })
}

function textOf(body: Buffer): string | HttpProblem {
  const read = readUtf8(body)
  return 'text' in read ? read.text : new HttpProblem('malformed', `Line ${read.line} of the body is no text in UTF-8; send it as UTF-8.`)
}
