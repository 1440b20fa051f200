// Carries the same routes out by every router that is deployed on the local
// chain, and by the least contract of one's own, and prints what each costs in
// gas. No build is needed.
// node packages/agents/swap/bench/execution.mjs [--out file.json]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { out: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'behest-execution-'))
const report = join(folder, 'report.json')
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'chain',
    'packages/agents/swap/src/execution.anvil.test.ts',
  ],
  {
    cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
    stdio: ['ignore', 2, 2],
    env: { ...process.env, BEHEST_EXECUTION_REPORT: report },
  },
)
if (status === 0) {
  const rows = JSON.parse(readFileSync(report, 'utf8'))
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify(rows, null, 2)}\n`)
  const others = [
    'SwapRouter02, other forms',
    'SwapRouter02, no deadline',
    'SwapRouter',
    'V2 Router02',
    'V2 Router02, unmeasured',
    'Universal Router',
  ]
  const group = (gas) =>
    gas === undefined ? '' : Number(gas).toLocaleString('en')
  const compare = (ours, other) => {
    if (other === undefined) return ''
    const percent = ((Number(ours) / Number(other) - 1) * 100).toFixed(1)
    return percent.startsWith('-') ? percent : `+${percent}`
  }
  console.log(
    `| route | ours | ${others.join(' | ')} | yardstick | ours over cheapest deployed, % | ours over yardstick, % |`,
  )
  console.log(`| --- |${' ---: |'.repeat(others.length + 4)}`)
  for (const { route, gas } of rows) {
    // What does not keep the deadline, or trusts a computed amount, promises
    // less, and is no comparison.
    const deployed = others
      .filter((name) => !/deadline$|unmeasured$/.test(name))
      .flatMap((name) => (gas[name] === undefined ? [] : [Number(gas[name])]))
      .concat(Number(gas.ours))
    console.log(
      `| ${route} | ${group(gas.ours)} | ${others.map((name) => group(gas[name])).join(' | ')} | ${group(gas.yardstick)} | ${compare(gas.ours, Math.min(...deployed))} | ${compare(gas.ours, gas.yardstick)} |`,
    )
  }
}
rmSync(folder, { recursive: true })
process.exit(status ?? 1)
