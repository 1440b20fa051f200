// `npm run bench [-- name …]`: benchmarks, against the peers where one runs here.
// Each writes what it prints to bench-results/, a summary of the runs beside it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

/** Name, what it measures, and the scripts that do, each with its arguments. */
const benches = {
  spine: {
    about: 'sentence to preview and approval to receipt, stage by stage',
    scripts: [['apps/cli/dist/bench/benchSpine.js']],
  },
  language: {
    about: 'the parser on its evaluation set: accuracy and latency',
    scripts: [['packages/language/evaluation/run.mjs']],
  },
  lending: {
    about: 'allocation over 5 to 50 lending markets, and the health floor',
    scripts: [
      ['packages/lending/bench/allocation.mjs'],
      ['packages/lending/bench/healthFloor.mjs'],
    ],
  },
  router: {
    about: 'routes over 10 to 10,000 pools, beside the peers',
    install: 'bench/peers',
    scripts: [['bench/peers/run.mjs']],
  },
  exactness: {
    about: "quotes against V4's pool manager and the SDKs' mathematics",
    install: 'bench/peers',
    scripts: [['bench/peers/references.mjs'], ['bench/peers/v4.mjs']],
  },
  parity: {
    about: 'quoted against paid, random swaps on the local chain',
    // The full run: node packages/agents/swap/bench/parity.mjs --count 10000
    scripts: [['packages/agents/swap/bench/parity.mjs', '--count', '1000']],
  },
  execution: {
    about: 'gas of the same routes by every router on the local chain',
    scripts: [['packages/agents/swap/bench/execution.mjs']],
  },
  mev: {
    about: 'what an attacker could take from our swaps',
    scripts: [['packages/agents/swap/bench/sandwich.mjs']],
  },
  outbox: {
    about: 'payments a second with every commit flushed, beside plain sends',
    scripts: [['packages/testing/bench/outbox.mjs']],
  },
  registry: {
    about: 'search quality, and cost as the registry grows',
    scripts: [
      ['packages/registry/bench/quality.mjs'],
      ['apps/registry-api/bench/scale.mjs'],
      ['apps/registry-api/bench/http.mjs'],
    ],
  },
}

const wanted = process.argv.slice(2).filter((name) => !name.startsWith('-'))
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0 || process.argv.includes('--help')) {
  for (const [name, { about }] of Object.entries(benches))
    console.log(`  ${name.padEnd(10)} ${about}`)
  process.exit(unknown.length > 0 ? 2 : 0)
}
ensureInstalled()
ensureBuilt()
const folder = join(root, 'bench-results')
mkdirSync(folder, { recursive: true })
const runs = []
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const { about, scripts, install } = benches[name]
  console.error(`\n=== ${name}: ${about}`)
  if (install && isStale(join(root, install)))
    spawnSync(
      'npm',
      ['ci', '--ignore-scripts', '--legacy-peer-deps', '--loglevel=error'],
      { cwd: join(root, install), stdio: ['ignore', 2, 2] },
    )
  for (const [index, [script, ...args]] of scripts.entries()) {
    const startedMs = Date.now()
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, script), ...args],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
        maxBuffer: 1 << 28,
        encoding: 'utf8',
      },
    )
    process.stdout.write(stdout ?? '')
    const file = `${name}${scripts.length > 1 ? `-${index + 1}` : ''}.out`
    writeFileSync(join(folder, file), stdout ?? '')
    runs.push({
      name,
      script,
      status,
      seconds: (Date.now() - startedMs) / 1000,
      file,
    })
  }
}
const [cpu] = cpus()
writeFileSync(
  join(folder, 'summary.json'),
  `${JSON.stringify(
    {
      at: new Date().toISOString(),
      node: process.versions.node,
      machine: {
        cpu: cpu?.model,
        cores: cpus().length,
        memoryGb: Math.round(totalmem() / 2 ** 30),
        loadAverage: loadavg(),
      },
      runs,
    },
    null,
    2,
  )}\n`,
)
console.error('')
for (const { name, script, status, seconds, file } of runs)
  console.error(
    `${status === 0 ? '✓' : '✕'} ${name.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s  ${script} → bench-results/${file}`,
  )
process.exit(runs.every(({ status }) => status === 0) ? 0 : 1)

/** What was installed before the lock file changed lacks what was added since. */
function isStale(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json')
  return (
    !existsSync(installed) ||
    statSync(installed).mtimeMs <
      statSync(join(folder, 'package-lock.json')).mtimeMs
  )
}
