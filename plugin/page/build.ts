import { existsSync, readdirSync, statSync } from 'node:fs'
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
    await build({ configFile: join(root, 'vite.config.ts') })
  }
  return join(root, 'dist')
}
