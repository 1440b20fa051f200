// `npm run chaos -- --rounds N --seed S [--mutant NAME|all]`: breaks everything
// around the outbox, and watches. With `--engine`, whole intents through two intent API
// processes instead. See docs/operations/chaos.md.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { runEngineChaos } from './chaosEngine.mjs'
import { ensureInstalled, root } from './ensureReady.mjs'

ensureInstalled()
if (process.argv.includes('--engine')) {
  const { values } = parseArgs({
    options: {
      engine: { type: 'boolean' },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      'per-minute': { type: 'string', default: '60' },
      'kill-every': { type: 'string', default: '3' },
    },
  })
  const { type } = await runEngineChaos({
    minutes: Number(values.minutes),
    seed: values.seed,
    perMinute: Number(values['per-minute']),
    killEveryMs: Number(values['kill-every']) * 1_000,
  })
  process.exit(type === 'passed' ? 0 : 1)
}
const inSources = (path) => join(root, 'packages', path)
// Straight from the sources: what is tried is what is there now.
const { status } = spawnSync(
  process.execPath,
  [
    '--import',
    pathToFileURL(inSources('devnet/src/testing/runSources.mjs')).href,
    inSources('testing/src/chaos/main.ts'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
process.exit(status ?? 1)
