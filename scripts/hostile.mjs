// `npm run hostile -- --cases N --seed S [--only INDEX] [--from INDEX] [--to INDEX]`:
// everybody but the user is the attacker, and the user may lose nothing beyond what
// they approved. See docs/operations/hostile.md.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, root } from './ensureReady.mjs'

ensureInstalled()
const inSources = (path) => join(root, 'packages', path)
// Straight from the sources: what is tried is what is there now.
const { status } = spawnSync(
  process.execPath,
  [
    '--import',
    pathToFileURL(inSources('devnet/src/testing/runSources.mjs')).href,
    inSources('testing/src/hostile/main.ts'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
process.exit(status ?? 1)
