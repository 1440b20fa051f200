// Measures the router beside its peers over the same networks and requests.
//   node run.mjs [--seconds N]   about how long each network may take
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import {
  findRoute,
  getSqrtPriceAtTick,
  quoteExactIn,
} from '../../packages/router/dist/index.js'
import { createNetwork } from '../../packages/router/dist/testing/index.js'
import { drawLines } from './draw.mjs'
import { prepareTines, simulateLegs } from './tines.mjs'
import { prepareUniswap } from './uniswap.mjs'

const flag = process.argv.indexOf('--seconds')
const seconds = flag > 0 ? Number(process.argv[flag + 1]) : 20
const sizes = [10, 32, 100, 316, 1_000, 3_162, 10_000]
const gasPricesWei = [0n, 10n ** 10n]
const out = new URL('../../docs/benchmarks/', import.meta.url)
mkdirSync(out, { recursive: true })

const at = (values, share) => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

/** What a route nets in smallest units, under the one gas model of all. */
function toNet(network, amountOut, poolIds, unitsPerGas) {
  const gas = new Map(network.pools.map((pool) => [pool.id, pool.gas]))
  let cost = 0
  for (const id of poolIds) cost += gas.get(id) * unitsPerGas
  return Number(amountOut) - cost
}

const rows = []
for (const topology of ['market', 'dense'])
  for (const pools of sizes) {
    const network = createNetwork({
      seed: 20_000 + pools,
      pools,
      topology,
      requests: 200,
    })
    const cold = performance.now()
    for (const request of network.requests.slice(0, 10))
      findRoute({ ...network, ...request })
    const warmUp = performance.now() - cold
    const tines = prepareTines(network, getSqrtPriceAtTick)
    for (const gasPriceWei of gasPricesWei) {
      const ours = []
      const gaps = []
      const netGaps = []
      const answers = []
      const stop = performance.now() + (seconds * 1000) / 4
      for (const request of network.requests) {
        if (performance.now() > stop && ours.length >= 20) break
        const started = performance.now()
        const route = findRoute({ ...network, ...request, gasPriceWei })
        ours.push(performance.now() - started)
        gaps.push(route.gapBps)
        netGaps.push(route.net?.gapBps ?? route.gapBps)
        answers.push({ request, route })
      }
      const peers = {}
      for (const flows of [10, 100]) {
        const times = []
        const losses = []
        const speedups = []
        let failed = 0
        const end = performance.now() + (seconds * 1000) / 4
        for (const [i, { request, route }] of answers.entries()) {
          if (performance.now() > end && times.length >= 3) break
          const peer = tines(request, { gasPriceWei, flows })
          const { amountOut, used } = simulateLegs(
            network,
            request,
            peer.legs,
            quoteExactIn,
          )
          times.push(peer.milliseconds)
          speedups.push(peer.milliseconds / ours[i])
          if (amountOut === 0n) {
            failed++
            continue
          }
          const unitsPerGas =
            route.net === undefined
              ? 0
              : route.certificate.net.unitsPerWei * Number(gasPriceWei)
          const theirs = toNet(network, amountOut, used, unitsPerGas)
          const mine = toNet(
            network,
            route.amountOut,
            route.fills.map(({ pool }) => pool),
            unitsPerGas,
          )
          // A trade that its gas eats up has no share to speak of.
          if (mine > 0) losses.push(1e4 * (1 - theirs / mine))
        }
        peers[`tines ${flows}`] = {
          requests: times.length,
          failed,
          p50Milliseconds: at(times, 0.5),
          p50Speedup: at(speedups, 0.5),
          p50LossBps: at(losses, 0.5),
          p90LossBps: at(losses, 0.9),
          worstForUsBps: at(losses, 0),
          winOrTie:
            losses.filter((loss) => loss > -0.01).length / losses.length,
        }
      }
      const row = {
        topology,
        pools,
        tokens: network.tokens.length,
        ticks: network.pools.reduce(
          (sum, pool) => sum + (pool.ticks?.length ?? 0),
          0,
        ),
        gasPriceGwei: Number(gasPriceWei) / 1e9,
        requests: ours.length,
        firstTenMilliseconds: warmUp,
        p50Milliseconds: at(ours, 0.5),
        p90Milliseconds: at(ours, 0.9),
        p99Milliseconds: at(ours, 0.99),
        p50GapBps: at(gasPriceWei === 0n ? gaps : netGaps, 0.5),
        p99GapBps: at(gasPriceWei === 0n ? gaps : netGaps, 0.99),
        peers,
        scatter:
          gasPriceWei === 0n
            ? answers.map(({ request, route }) => [request.usd, route.gapBps])
            : [],
      }
      rows.push(row)
      process.stderr.write(
        `${topology} ${pools} ${row.gasPriceGwei} gwei: ${row.p50Milliseconds.toFixed(2)} ms, gap ${row.p50GapBps.toExponential(1)} / ${row.p99GapBps.toExponential(1)} bps, tines 100 ${peers['tines 100'].p50Milliseconds.toFixed(1)} ms, loses ${peers['tines 100'].p50LossBps?.toFixed(3)} bps\n`,
      )
    }
  }

// The SDK knows concentrated pools only and one path at a time.
const sdk = []
for (const pools of [10, 20, 40]) {
  const made = createNetwork({
    seed: 30_000 + pools,
    pools,
    concentrated: 1,
    requests: 60,
  })
  // The factory makes one pool for a pair and a fee, and the SDK insists on it.
  const keys = made.pools.map(({ tokens, feePips }) => `${tokens}:${feePips}`)
  const network = {
    ...made,
    pools: made.pools.filter((_, i) => keys.indexOf(keys[i]) === i),
  }
  const best = prepareUniswap(network)
  const times = []
  const losses = []
  const speedups = []
  const end = performance.now() + (seconds * 1000) / 4
  for (const request of network.requests) {
    if (performance.now() > end && times.length >= 3) break
    findRoute({ ...network, ...request })
    const started = performance.now()
    const route = findRoute({ ...network, ...request })
    const mine = performance.now() - started
    const peer = await best(request)
    times.push(peer.milliseconds)
    speedups.push(peer.milliseconds / mine)
    losses.push(1e4 * (1 - Number(peer.amountOut) / Number(route.amountOut)))
  }
  sdk.push({
    pools,
    requests: times.length,
    p50Milliseconds: at(times, 0.5),
    p50Speedup: at(speedups, 0.5),
    p50LossBps: at(losses, 0.5),
    worstForUsBps: at(losses, 0),
  })
}

/** Slope of time in pools on logarithmic axes, from 100 pools on. */
function fitExponent(topology) {
  const points = rows
    .filter(
      (row) =>
        row.topology === topology && row.gasPriceGwei === 0 && row.pools >= 100,
    )
    .map((row) => [Math.log(row.pools), Math.log(row.p50Milliseconds)])
  const mean = (index) =>
    points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [mx, my] = [mean(0), mean(1)]
  let above = 0
  let below = 0
  for (const [px, py] of points) {
    above += (px - mx) * (py - my)
    below += (px - mx) ** 2
  }
  return above / below
}
const exponents = { market: fitExponent('market'), dense: fitExponent('dense') }

const machine = {
  node: process.version,
  processor: cpus()[0]?.model.trim(),
  cores: cpus().length,
  // Above the number of cores, times say more about the neighbours.
  loadAverage: Math.round(loadavg()[0]),
}
writeFileSync(
  new URL('router.json', out),
  `${JSON.stringify({ machine, exponents, rows, sdk }, null, 1)}\n`,
)

const free = rows.filter((row) => row.gasPriceGwei === 0)
writeFileSync(
  new URL('router-time.svg', out),
  drawLines({
    title: 'Time for one route, no gas (median)',
    xLabel: 'pools',
    yLabel: 'milliseconds',
    lines: [
      ...['market', 'dense'].map((topology) => ({
        name: `Behest, ${topology}`,
        points: free
          .filter((row) => row.topology === topology)
          .map((row) => [row.pools, row.p50Milliseconds]),
      })),
      ...['market', 'dense'].map((topology) => ({
        name: `tines 100, ${topology}`,
        points: free
          .filter((row) => row.topology === topology)
          .map((row) => [row.pools, row.peers['tines 100'].p50Milliseconds]),
      })),
    ],
  }),
)
writeFileSync(
  new URL('router-gap.svg', out),
  drawLines({
    title: 'Certified gap by size of the trade, no gas',
    xLabel: 'dollars',
    yLabel: 'basis points',
    lines: [
      {
        name: 'one request',
        dots: true,
        points: free.flatMap((row) =>
          row.scatter.map(([usd, gap]) => [usd, Math.max(gap, 1e-8)]),
        ),
      },
    ],
  }),
)

const number = (value, digits) =>
  Number.isFinite(value) ? value.toFixed(digits) : '-'
const table = rows.map((row) => {
  const ten = row.peers['tines 10']
  const hundred = row.peers['tines 100']
  return `| ${row.topology} | ${row.pools} | ${row.gasPriceGwei} | ${number(row.p50Milliseconds, 2)} / ${number(row.p90Milliseconds, 1)} / ${number(row.p99Milliseconds, 1)} | ${row.p50GapBps.toExponential(1)} / ${row.p99GapBps.toExponential(1)} | ${number(ten.p50Milliseconds, 1)}, ${number(ten.p50LossBps, 3)} | ${number(hundred.p50Milliseconds, 1)}, ${number(hundred.p50LossBps, 3)} | ${number(hundred.p50Speedup, 0)}x | ${number(100 * Math.min(ten.winOrTie, hundred.winOrTie), 1)} %, ${number(Math.min(ten.worstForUsBps, hundred.worstForUsBps), 4)} |`
})
writeFileSync(
  new URL('router.md', out),
  `# The router beside its peers

Measured by \`node bench/peers/run.mjs\` on ${machine.processor}, ${machine.cores} cores shared with other work (load average ${machine.loadAverage}), Node ${machine.node}. Networks come from seeds (\`@behest/router/testing\`): half pairs, half concentrated pools with ticks, prices inside their fee bands; \`market\` has few hubs and many tokens, \`dense\` has \`2 * sqrt(pools)\` tokens. Sizes are log-uniform from 100 to 10 million dollars. Every route, ours and a peer's, is carried out again in the contracts' integers and charged the same gas for each pool.

Time is for one request over a snapshot that has been asked before, in milliseconds. The gap is to the certified bound (net of gas where gas counts). Loss is how much less the peer's route nets than ours, in basis points; a negative worst case would be a request that the peer won. Peers with few requests in their time are in \`router.json\` with their counts.

| network | pools | gwei | ours: ms p50 / p90 / p99 | gap bps p50 / p99 | tines 10: ms, loss p50 | tines 100: ms, loss p50 | faster than tines 100 | won or tied (0.01 bps), worst |
|---|---|---|---|---|---|---|---|---|
${table.join('\n')}

Growth of the median time with the number of pools, from 100 to 10,000: exponent ${number(exponents.market, 2)} (\`market\`), ${number(exponents.dense, 2)} (\`dense\`).

![time](router-time.svg)

![gap](router-gap.svg)

Best single path of \`@uniswap/v3-sdk\` (concentrated pools only, three hops):

| pools | requests | ms p50 | faster | loss bps p50 | worst for us |
|---|---|---|---|---|---|
${sdk.map((row) => `| ${row.pools} | ${row.requests} | ${number(row.p50Milliseconds, 0)} | ${number(row.p50Speedup, 0)}x | ${number(row.p50LossBps, 2)} | ${number(row.worstForUsBps, 4)} |`).join('\n')}

Not run: \`@uniswap/smart-order-router\` and \`@balancer-labs/sor\`. No figure about them is claimed here.
`,
)
