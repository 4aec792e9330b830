import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `portunus start` on a new data directory and a free port, as a user starts it. */
export async function startServer(): Promise<{ url: string; password: string; stop(): Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), 'portunus-data-'))
  const child: ChildProcess = spawn('node', ['bin/portunus', 'start', '--data', data, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM')
      await new Promise(resolve => child.once('exit', resolve))
    }
    rmSync(data, { recursive: true, force: true })
  }
  try {
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        out += chunk.toString()
        if (/^page: /m.test(out)) resolve()
      }
      child.stdout!.on('data', hear)
      child.stderr!.on('data', hear)
      child.once('exit', code => reject(new Error(`portunus start ended with ${code}:\n${out}`)))
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { url: /^page: (\S+)/m.exec(out)![1]!, password: /password: (\S+)/.exec(out)![1]!, stop }
}
