// `npm run verify`: everything that CI runs. Ends with `N passed, N failed`.
// What could not be run for want of the network is named, and fails nothing here: a
// machine without it must still be able to try the rest. Each of those parts by itself
// (`npm run judges`, `npm run reference`) fails where it cannot run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, run } from './ensureReady.mjs'

ensureInstalled()
ensureBuilt()
run(process.execPath, ['scripts/check.mjs'])
checkSnapshot()
if (existsSync(join(root, 'scripts/examples.mjs')))
  run(process.execPath, ['scripts/examples.mjs'])
run(process.execPath, [
  'scripts/judges.mjs',
  ...mayMiss('mcp-2025-11-25', 'mcp-2026-07-28'),
])
run(process.execPath, ['scripts/reference.mjs', ...mayMiss('reference')])
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts/test.mjs')],
  { cwd: root, stdio: 'inherit' },
)
process.exit(status ?? 1)

function mayMiss(...names) {
  return names.flatMap((name) => ['--may-miss', name])
}

/** Builds the local chain's state again and compares it with the committed one. */
function checkSnapshot() {
  const { status: exitCode, stderr } = spawnSync(
    process.execPath,
    [join(root, 'packages/devnet/dist/build/snapshot.js'), '--check'],
    { cwd: root, stdio: ['ignore', 2, 'pipe'], encoding: 'utf8' },
  )
  if (exitCode === 0) return
  process.stderr.write(stderr)
  // Not reached is not different, and not passed either: it is said as such.
  if (!/TARBALL_(?:FETCH_FAILED|UNAVAILABLE)|npm pack/.test(stderr))
    process.exit(1)
  console.error('NOT RUN  snapshot: its tarballs could not be fetched.')
}
