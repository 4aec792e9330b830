// The program as JavaScript. Made by esbuild in one go and kept as long as no source of it changes: a loader that translates file by file takes
// most of a second at every start, and so would every test that runs the command line.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const root = dirname(import.meta.dirname)
const kept = resolve(root, 'node_modules/.cache/portunus')
const list = resolve(kept, 'sources.json')

/** Loads the program from what is kept, which is made anew where a source has changed. Where nothing can be kept, tsx translates file by file. */
export async function loadProgram() {
  let program
  try {
    program = pathToFileURL(resolve(kept, fresh() ?? (await make()))).href
  } catch {
    const { register } = await import('tsx/esm/api')
    register()
    program = './main.ts'
  }
  await import(program)
}

/** @returns what changes with a file; nothing for one that changed after `before`, which may have been read earlier */
function stampOf(file, before = Number.POSITIVE_INFINITY) {
  const { mtimeMs, size } = statSync(resolve(root, file))
  return mtimeMs < before ? `${mtimeMs} ${size}` : ''
}

/** @returns the file to begin with; nothing where a source is not what it was */
function fresh() {
  if (!existsSync(list)) return undefined
  const { entry, sources } = JSON.parse(readFileSync(list, 'utf8'))
  return Object.entries(sources).every(([file, stamp]) => existsSync(resolve(root, file)) && stampOf(file) === stamp) ? entry : undefined
}

/** Files are named after what is in them and never written twice, so that programs that run go on finding theirs. */
async function make() {
  const begun = Date.now()
  const { build, stop } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['bin/main.ts'],
    entryNames: '[name]-[hash]',
    outdir: kept,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    sourcemap: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    plugins: [{ name: 'own place', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, inItsPlace) }],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  await stop()
  const sources = Object.fromEntries(Object.keys(metafile.inputs).map(file => [file, stampOf(file, begun)]))
  mkdirSync(kept, { recursive: true })
  const put = (file, contents) => {
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, contents, { flush: true })
    renameSync(draft, file)
  }
  for (const { path, contents } of outputFiles) if (!existsSync(path)) put(path, contents)
  const entry = basename(Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'bin/main.ts')[0])
  put(list, JSON.stringify({ entry, sources }))
  const made = new Set([list, ...outputFiles.map(({ path }) => path)])
  const yesterday = Date.now() - 86_400_000
  for (const file of readdirSync(kept).map(name => resolve(kept, name)))
    if (!made.has(file) && statSync(file).mtimeMs < yesterday) rmSync(file)
  return entry
}

/** What a source finds beside itself lies beside the source. */
async function inItsPlace({ path }) {
  const text = await readFile(path, 'utf8')
  return {
    loader: 'ts',
    contents: text
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
  }
}
