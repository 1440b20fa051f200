// Measures a registry of generated agents: import, start, searches, memory.
// Run after a build: node --expose-gc apps/registry-api/bench/scale.mjs [agents…] > out.json
// The database is an embedded one in a temporary folder, fsync on.

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { openDatabase, runMigrations } from '@behest/journal'
import { createRegistry, registryMigrations } from '@behest/registry'

const sizes = process.argv.slice(2).map(Number)
if (sizes.length === 0) sizes.push(1_000, 10_000)

let state = 11
const next = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
// Words as language has them: few are frequent, most are rare.
const vocabulary = Array.from({ length: 20_000 }, (_, rank) => {
  const syllables = [
    'ka',
    'lo',
    'mi',
    'tra',
    'ne',
    'pol',
    'ri',
    'su',
    'ven',
    'xo',
    'da',
    'fen',
    'gu',
    'hir',
  ]
  let text = ''
  for (let rest = rank + 14; rest > 0; rest = Math.floor(rest / 14))
    text += syllables[rest % 14]
  return text
})
const word = () =>
  vocabulary[
    Math.min(19_999, Math.floor(Math.exp(next() * Math.log(20_000))) - 1)
  ]
const words = (count) => Array.from({ length: count }, word).join(' ')
const actions = [
  'swap',
  'supply',
  'borrow',
  'transfer',
  'ask',
  'stake',
  'bridge',
]
const tokens = ['ETH', 'USDC', 'DAI', 'WBTC', 'LINK', 'UNI']
const pick = (list) => list[Math.floor(next() * list.length)]

function* manifests(count) {
  for (let number = 0; number < count; number += 1)
    yield JSON.stringify({
      name: `${word()}-${word()}-${number}`,
      description: words(18 + Math.floor(next() * 25)),
      url: `https://agent-${number}.example`,
      examples: [words(6), words(6), words(6)],
      capabilities: [
        {
          action: pick(actions),
          chains: next() < 0.2 ? 'any' : [pick([1, 10, 8453, 42161, 137])],
          tokens: next() < 0.5 ? 'any' : [pick(tokens), pick(tokens)],
          venues: [pick(['uniswap', 'aave', 'morpho', 'curve'])],
          feeBps: Math.floor(next() * 50),
        },
      ],
    })
}

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(share * values.length))
  ]
const round = (value) => Math.round(value * 100) / 100
async function measure(count, work) {
  for (let warm = 0; warm < Math.min(100, count); warm += 1) await work()
  const times = []
  const started = performance.now()
  for (let run = 0; run < count; run += 1) {
    const before = performance.now()
    await work()
    times.push(performance.now() - before)
  }
  return {
    p50Ms: round(quantile(times, 0.5)),
    p99Ms: round(quantile(times, 0.99)),
    perSecond: Math.round((count * 1000) / (performance.now() - started)),
  }
}

const report = {
  machine: {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
  sizes: {},
}
for (const size of sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'behest-scale-'))
  const database = await openDatabase({ dataFolder: folder, maxConnections: 8 })
  try {
    await runMigrations(database.pool, registryMigrations)
    const options = {
      pool: database.pool,
      chainId: () => 31_337,
      assertUrl: () => undefined,
      onError: (error) => console.error(error),
    }
    let registry = await createRegistry(options)
    let started = performance.now()
    await registry.importAgents(manifests(size))
    const importSeconds = (performance.now() - started) / 1000
    await registry.stop()
    registry = undefined
    globalThis.gc?.()
    const before = process.memoryUsage()
    started = performance.now()
    registry = await createRegistry(options)
    const bootSeconds = (performance.now() - started) / 1000
    globalThis.gc?.()
    const after = process.memoryUsage()
    const runs = size > 100_000 ? 500 : 2_000
    const search = (build) =>
      measure(runs, () => registry.search({ limit: 20, ...build() }))
    const commitToFound = await measure(20, async () => {
      const name = `fresh ${Math.floor(next() * 1e12)}`
      await registry.importAgents([
        JSON.stringify({ name, description: 'new' }),
      ])
      const { results } = await registry.search({ text: name, limit: 1 })
      if (results[0]?.name !== name) throw new Error(`${name} was not found`)
    })
    report.sizes[size] = {
      loadAverage: round(loadavg()[0]),
      importPerSecond: Math.round(size / importSeconds),
      bootSeconds: round(bootSeconds),
      indexMemoryMb: Math.round((after.rss - before.rss) / 2 ** 20),
      processMemoryMb: Math.round(after.rss / 2 ** 20),
      heapMb: Math.round(after.heapUsed / 2 ** 20),
      words3: await search(() => ({ text: words(3) })),
      words10: await search(() => ({ text: words(10) })),
      name: await search(() => ({ text: `${word()}-${word()}` })),
      filter: await search(() => ({
        action: pick(actions),
        chainId: 8453,
        tokens: [[pick(tokens)]],
      })),
      wordsAndFilter: await search(() => ({
        text: words(4),
        action: pick(actions),
        chainId: 1,
      })),
      commitToFound: { p50Ms: commitToFound.p50Ms, p99Ms: commitToFound.p99Ms },
    }
    await registry.stop()
  } finally {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.stderr.write(`${size} done\n`)
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
