// How near to the best possible amounts are spread over lending markets, and in
// what time: seeded sets of 5 to 50 markets of every kind.
// node packages/lending/bench/allocation.mjs [--sets N] [--seed S] [--sizes 5,10,20,50] [--out file.json]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  allocateBorrow,
  allocateSupply,
  MarketCapacityError,
  ray,
  wad,
} from '../dist/index.js'
import { createRandom, drawMarkets, drawThresholds } from './random.mjs'

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    sizes: { type: 'string', default: '5,10,20,50' },
    out: { type: 'string' },
  },
})
const sets = Number(values.sets)
const prices = [
  { token: '0xeth', decimals: 18, priceNativeRay: ray },
  { token: '0xusd', decimals: 6, priceNativeRay: ray / 3000n },
]
const monthSeconds = 2_592_000n

const tasks = [
  {
    name: 'supply',
    run: ({ markets, units }) => allocateSupply({ markets, units }),
  },
  {
    name: 'supply for 30 days',
    run: ({ markets, units }) =>
      allocateSupply({ markets, units, horizonSeconds: monthSeconds }),
  },
  {
    name: 'borrow, floor 1.5',
    run: ({ bounded, debtUnits, collateralUnits }) =>
      allocateBorrow({
        markets: bounded,
        units: debtUnits,
        collateral: { token: '0xeth', units: collateralUnits },
        minHealthWad: (3n * wad) / 2n,
        prices,
      }),
  },
]

const drawSets = (size, count, seed) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const markets = drawMarkets(random, size)
    const availableUnits = markets.reduce(
      (sum, market) => sum + market.availableUnits,
      0n,
    )
    // Up to half of what lies there, so that few are refused.
    const debtUnits = random.share(availableUnits, 1, 500_000) || 1n
    return {
      markets,
      units: random.units(9, 16),
      bounded: drawThresholds(random, markets),
      debtUnits,
      // From just enough for the best markets to plenty.
      collateralUnits:
        (debtUnits * 10n ** 18n * BigInt(random.integer(1_700, 6_000))) /
        (3000n * 10n ** 6n * 1000n),
    }
  })
}

const at = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

const rows = []
for (const size of values.sizes.split(',').map(Number)) {
  const drawn = drawSets(size, sets, Number(values.seed) * 1000 + size)
  for (const { name, run } of tasks) {
    const gaps = []
    const times = []
    const workTimes = []
    let refused = 0
    const attempt = (set) => {
      const startedMs = performance.now()
      const started = process.cpuUsage()
      try {
        const { gapBps } = run(set)
        times.push(performance.now() - startedMs)
        const { user, system } = process.cpuUsage(started)
        workTimes.push((user + system) / 1000)
        gaps.push(gapBps)
      } catch (error) {
        if (!(error instanceof MarketCapacityError)) throw error
        refused += 1
      }
    }
    for (const set of drawn.slice(0, 200)) attempt(set)
    // What came before was only to warm up.
    gaps.length = 0
    times.length = 0
    workTimes.length = 0
    refused = 0
    for (const set of drawn) attempt(set)
    gaps.sort((a, b) => a - b)
    times.sort((a, b) => a - b)
    workTimes.sort((a, b) => a - b)
    rows.push({
      task: name,
      markets: size,
      answered: gaps.length,
      refused,
      gapP50Bps: at(gaps, 0.5),
      gapP99Bps: at(gaps, 0.99),
      gapMaxBps: gaps.at(-1) ?? 0,
      over: gaps.filter((gap) => gap > 0.01).length,
      timeP50Ms: at(times, 0.5),
      timeP99Ms: at(times, 0.99),
      timeMaxMs: times.at(-1) ?? 0,
      // Of the processor: what other work on the machine takes is not in it.
      workP99Ms: at(workTimes, 0.99),
    })
  }
}
if (values.out !== undefined)
  writeFileSync(values.out, `${JSON.stringify(rows, null, 2)}\n`)
const gap = (bps) => bps.toFixed(6)
const time = (ms) => ms.toFixed(2)
console.log(
  '| task | markets | answered | refused | gap p50, bps | p99 | max | over 0.01 | time p50, ms | p99 | max | of the processor, p99 |',
)
console.log(`| --- |${' ---: |'.repeat(11)}`)
for (const row of rows)
  console.log(
    `| ${row.task} | ${row.markets} | ${row.answered} | ${row.refused} | ${gap(row.gapP50Bps)} | ${gap(row.gapP99Bps)} | ${gap(row.gapMaxBps)} | ${row.over} | ${time(row.timeP50Ms)} | ${time(row.timeP99Ms)} | ${time(row.timeMaxMs)} | ${time(row.workP99Ms)} |`,
  )
