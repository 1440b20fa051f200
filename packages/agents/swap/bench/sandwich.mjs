// Places the best front-run and back-run around our own swaps on the local chain
// and prints what an attacker would have earned. No build is needed.
// node packages/agents/swap/bench/sandwich.mjs [--sizes 1,10,100] [--out file.json]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1,10,50,100,250,500,1000' },
    out: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'behest-sandwich-'))
const report = join(folder, 'report.json')
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'chain',
    'packages/agents/swap/src/sandwich.anvil.test.ts',
  ],
  {
    cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
    stdio: ['ignore', 2, 2],
    env: {
      ...process.env,
      BEHEST_SANDWICH_SIZES: values.sizes,
      BEHEST_SANDWICH_REPORT: report,
    },
  },
)
if (status === 0) {
  const rows = JSON.parse(readFileSync(report, 'utf8'))
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify(rows, null, 2)}\n`)
  const round = (decimal) => Number(decimal).toFixed(2)
  console.log(
    '| sold, WETH | slippage, bps | expected, USDC | least, USDC | attacker, $ | gas, $ | net, $ | lost, bps |',
  )
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const row of rows)
    console.log(
      `| ${row.sell} | ${row.slippageBps} | ${round(row.expectedUsdc)} | ${round(row.leastUsdc)} | ${round(row.grossUsd)} | ${round(row.gasUsd)} | ${round(row.netUsd)} | ${row.lossBps} |`,
    )
}
rmSync(folder, { recursive: true })
process.exit(status ?? 1)
