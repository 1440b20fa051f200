// `npm run reference`: writes docs/reference from the comments of what authors
// import, and fails on an export that nobody documented or a link into nowhere.
// Typedoc has a lockfile of its own: it wants an older TypeScript than ours.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, root } from './ensureReady.mjs'
import { sayNotRun } from './mayMiss.mjs'

const folder = join(root, 'bench/reference')

ensureInstalled()
if (!install()) {
  // Not reached is not passed.
  const may = sayNotRun('reference', 'typedoc could not be installed.')
  process.exit(may ? 0 : 1)
}
const { status } = spawnSync(
  process.execPath,
  [
    join(folder, 'node_modules/typedoc/bin/typedoc'),
    '--options',
    join(folder, 'typedoc.json'),
  ],
  { cwd: folder, stdio: ['ignore', 2, 2] },
)
if (status === 0) console.log('The reference is in docs/reference/index.html.')
process.exit(status ?? 1)

/** Installs the folder's own lockfile, unless that very one is installed. */
function install() {
  const stamp = join(folder, 'node_modules/.installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true
  const { status: installed } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder, stdio: ['ignore', 2, 2] },
  )
  if (installed !== 0) return false
  writeFileSync(stamp, wanted)
  return true
}
