// Before the tests: the Debian packages they need. As root they are installed; otherwise the command is named and the run ends.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

const needed = {
  chromium: ['/usr/bin/chromium'],
  mosquitto: ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'],
  socat: ['/usr/bin/socat'],
}
const missing = Object.entries(needed)
  .filter(([, paths]) => !paths.some(existsSync))
  .map(([name]) => name)
if (missing.length > 0) {
  const install = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0) {
    process.stdout.write(`Installing ${missing.join(', ')} for the tests …\n`)
    execFileSync('sh', ['-c', install], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  } else {
    process.stderr.write(`The tests need ${missing.join(', ')}: sudo sh -c '${install}'\n`)
    process.exit(1)
  }
}
