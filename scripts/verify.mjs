// `npm run verify`: everything that CI runs. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, run } from './ensureReady.mjs'

run(process.execPath, ['scripts/check.mjs'])
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts/test.mjs')],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
