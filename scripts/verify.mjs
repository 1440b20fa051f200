// `npm run verify`: everything that CI runs. Ends with `N passed, N failed`.
// A part that could not be run, for want of the network, counts as failed unless it is
// named: `--may-miss <name>`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, run } from './ensureReady.mjs'
import { assertKnown, readMayMiss, sayNotRun } from './mayMiss.mjs'

const judges = ['mcp-2025-11-25', 'mcp-2026-07-28']
assertKnown([...judges, 'reference', 'snapshot'])

ensureInstalled()
ensureBuilt()
run(process.execPath, ['scripts/check.mjs'])
checkSnapshot()
if (existsSync(join(root, 'scripts/examples.mjs')))
  run(process.execPath, ['scripts/examples.mjs'])
runWith('scripts/judges.mjs', judges)
runWith('scripts/reference.mjs', ['reference'])
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts/test.mjs')],
  { cwd: root, stdio: 'inherit' },
)
process.exit(status ?? 1)

/** Tells a part of it which of its own names may be missing. */
function runWith(script, names) {
  const may = readMayMiss().filter((name) => names.includes(name))
  run(process.execPath, [
    script,
    ...may.flatMap((name) => ['--may-miss', name]),
  ])
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
  // Not reached is not different, and not passed either.
  const isAway = /TARBALL_(?:FETCH_FAILED|UNAVAILABLE)|npm pack/.test(stderr)
  if (isAway && sayNotRun('snapshot', 'its tarballs could not be fetched.'))
    return
  process.exit(1)
}
