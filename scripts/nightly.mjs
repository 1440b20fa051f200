// `npm run nightly [-- name …]`: what takes too long for every change: every mutant, the
// long chaos, whole intents under kills, ten thousand hostile cases, an hour of soak.
// Each writes what it prints to nightly-results/; the seed of the night is its date,
// unless --seed gives another. See docs/operations/README.md.
import { spawnSync } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: today } },
  allowPositionals: true,
})
const { seed } = values
const results = join(root, 'nightly-results')

/** What is run, in this order; each may be named alone. */
const parts = {
  mutants: {
    about: 'the outbox broken in every way of the list: each is noticed',
    command: ['chaos.mjs', '--seed', seed, '--mutant', 'all'],
  },
  chaos: {
    about: '10,000 faults, 5,000 kills and 1,000 reorgs: nothing twice or lost',
    command: [
      ...['chaos.mjs', '--seed', seed, '--rounds', '400', '--other-chain'],
      ...['--plans', '300', '--seconds', '90'],
      ...['--faults', '10000', '--kills', '5000', '--reorgs', '1000'],
      // Ended and begun again, it goes on after its last whole round.
      ...['--continue', join(results, `chaos-${seed}.json`)],
    ],
  },
  disk: {
    about:
      'a disk that is full for a while: nothing lost, nothing twice (root)',
    command: ['chaos.mjs', '--full-disk', '--seconds', '30'],
  },
  engine: {
    about: 'whole intents through two intent APIs that are killed in turn',
    command: ['chaos.mjs', '--engine', '--minutes', '5', '--seed', seed],
  },
  hostile: {
    about: '10,000 hostile cases: nothing beyond the bounds',
    command: ['hostile.mjs', '--cases', '10000', '--seed', seed],
  },
  soak: {
    about: 'an hour at a steady pace: memory stays level',
    command: [
      ...['soak.mjs', '--minutes', '60', '--per-minute', '20'],
      ...['--out', join(results, `soak-${seed}.json`)],
    ],
  },
}

/** A part ends with this code where the machine does not let it be tried. */
const notPossible = 3

const unknown = positionals.filter((name) => !(name in parts))
if (unknown.length > 0) {
  for (const [name, { about }] of Object.entries(parts))
    console.log(`${name.padEnd(10)} ${about}`)
  process.exit(2)
}
ensureInstalled()
ensureBuilt()
mkdirSync(results, { recursive: true })
const summary = []
for (const [name, { about, command }] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.log(`\n=== ${name}: ${about}`)
  const startedAtMs = Date.now()
  const [script, ...given] = command
  const file = join(results, `${name}-${seed}.out`)
  const out = openSync(file, 'a')
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'scripts', script), ...given],
    { cwd: root, stdio: ['ignore', out, 'inherit'] },
  )
  const minutes = (Date.now() - startedAtMs) / 60_000
  const outcome =
    status === 0 ? 'passed' : status === notPossible ? 'not tried' : 'failed'
  summary.push({ name, outcome, minutes, load: loadavg()[0] })
  console.log(
    `${outcome.padEnd(10)}${name.padEnd(10)} ${minutes.toFixed(1)} min  ${file}`,
  )
}
writeFileSync(
  join(results, `summary-${seed}.json`),
  `${JSON.stringify({ seed, parts: summary }, null, 2)}\n`,
)
process.exit(summary.every(({ outcome }) => outcome !== 'failed') ? 0 : 1)
