import { readFileSync, readSync, writeFileSync } from 'node:fs'
import { whyNoFile } from '../shared/file-error.ts'
import { readUtf8 } from '../shared/utf8.ts'
import { Stop } from './data-directory.ts'

/** What a file is called in messages; `-` is standard input. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

/**
 * The text of a file, `-` being standard input.
 * @throws Stop where it cannot be read, or is not in UTF-8: names in another encoding would be kept as something else
 */
export function readText(command: string, file: string): string {
  let bytes: Buffer
  try {
    bytes = file === '-' ? readStandardInput() : readFileSync(file)
  } catch (error) {
    throw new Stop(`${command}: ${nameOf(file)}: ${whyNoFile(error)}`)
  }
  const read = readUtf8(bytes)
  if ('text' in read) return read.text
  throw new Stop(`${command}: ${nameOf(file)}:${read.line}: this is no text in UTF-8; save the file as UTF-8`)
}

/** Some pipes do not let a reader wait: what is not there yet is asked for again. */
function readStandardInput(): Buffer {
  const parts: Buffer[] = []
  const still = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    const part = Buffer.allocUnsafe(65_536)
    try {
      const length = readSync(0, part)
      if (length === 0) return Buffer.concat(parts)
      parts.push(part.subarray(0, length))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(still, 0, 0, 5)
    }
  }
}

/** The secret on standard input, as far as its first line end at the end. */
export const readSecret = (command: string): string => readText(command, '-').replace(/\r?\n$/, '')

/**
 * Writes to a file, or to standard output, which may be a pipe that takes its time.
 * @throws Stop where the file cannot be written
 */
export async function writeOut(command: string, content: string | Buffer, file?: string, mode?: number): Promise<void> {
  if (file === undefined) return new Promise(resolve => process.stdout.write(content, () => resolve()))
  try {
    writeFileSync(file, content, { mode })
  } catch (error) {
    throw new Stop(`${command}: ${file}: ${whyNoFile(error)}`)
  }
}
