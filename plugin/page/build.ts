import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = import.meta.dirname
const built = join(root, 'dist', 'index.html')

/** Builds the page where it is not built yet, or something of it is newer. @returns the folder to serve */
export async function buildPage(): Promise<string> {
  const sources = [root, join(root, '../client'), join(root, 'public')]
  const files = sources.flatMap(dir =>
    readdirSync(dir, { withFileTypes: true }).flatMap(entry => (entry.isFile() ? [join(dir, entry.name)] : [])),
  )
  const newest = Math.max(...files.map(file => statSync(file).mtimeMs))
  if (!existsSync(built) || statSync(built).mtimeMs < newest) {
    const { build } = await import('vite')
    // Built aside and put in place whole: two servers may begin at once.
    const aside = join(root, `dist-${process.pid}`)
    const { NODE_ENV: before } = process.env
    // What is kept is for people, also where a test was the first to build it.
    process.env.NODE_ENV = 'production'
    try {
      await build({ configFile: join(root, 'vite.config.ts'), build: { outDir: aside, emptyOutDir: true } })
    } finally {
      if (before === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = before
    }
    rmSync(join(root, 'dist'), { recursive: true, force: true })
    try {
      renameSync(aside, join(root, 'dist'))
    } catch (error) {
      rmSync(aside, { recursive: true, force: true })
      if (!existsSync(built)) throw error
    }
  }
  return join(root, 'dist')
}
