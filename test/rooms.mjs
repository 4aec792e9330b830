// The import table is held by dependency-cruiser; a planted bad import shows that the check itself sees TypeScript.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'

const rooms = ['osdp', 'wiegand', 'shared', 'controller', 'plugin', 'bin']
const cruise = () => spawnSync('node_modules/.bin/depcruise', ['--output-type', 'err', ...rooms], { encoding: 'utf8' })

const planted = 'controller/core/planted-violation.ts'
writeFileSync(planted, "import { readFileSync } from 'node:fs'\nimport '../../plugin/main.ts'\n\nexport const planted = readFileSync\n")
let seen
try {
  seen = cruise()
} finally {
  rmSync(planted)
}
if (seen.status === 0 || !seen.stdout.includes('room ^controller/core/') || !seen.stdout.includes('packages of core')) {
  process.stderr.write(`The import check does not see a planted violation:\n${seen.stdout}${seen.stderr}\n`)
  process.exit(1)
}
const result = cruise()
process.stdout.write(result.stdout)
process.stderr.write(result.stderr)
process.exit(result.status ?? 1)
