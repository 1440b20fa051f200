// Asks for random swaps and holds what the local chain pays against what was
// quoted, to the unit. No build is needed.
// node packages/agents/swap/bench/parity.mjs [--count N] [--seed S] [--out file.json]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
})
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'chain',
    'packages/agents/swap/src/parity.anvil.test.ts',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      BEHEST_PARITY_COUNT: values.count,
      BEHEST_PARITY_SEED: values.seed,
      ...(values.out === undefined ? {} : { BEHEST_PARITY_REPORT: values.out }),
    },
  },
)
process.exit(status ?? 1)
