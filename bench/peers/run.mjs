// Measures the router beside its peers over the same networks and requests.
//   node run.mjs [--seconds N] [--only market|dense|sdk|balancer[,…]]
// `--seconds` is about how long each network may take; `--only` measures a part
// and keeps the other rows of router.json.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import {
  findRoute,
  getSqrtPriceAtTick,
  quoteExactIn,
} from '../../packages/router/dist/index.js'
import { createNetwork } from '../../packages/router/dist/testing/index.js'
import { prepareBalancer } from './balancer.mjs'
import { drawLines } from './draw.mjs'
import { readProcessor } from './readProcessor.mjs'
import { simulatePaths } from './simulatePaths.mjs'
import { prepareSmartOrderRouter } from './smartOrderRouter.mjs'
import { prepareTines, simulateLegs } from './tines.mjs'
import { prepareUniswap } from './uniswap.mjs'

const flag = process.argv.indexOf('--seconds')
const seconds = flag > 0 ? Number(process.argv[flag + 1]) : 20
const onlyFlag = process.argv.indexOf('--only')
const only = onlyFlag > 0 ? process.argv[onlyFlag + 1].split(',') : undefined
const isWanted = (part) => only === undefined || only.includes(part)
const sizes = [10, 32, 100, 316, 1_000, 3_162, 10_000]
const gasPricesWei = [0n, 10n ** 10n]
const out = new URL('../../docs/benchmarks/', import.meta.url)
mkdirSync(out, { recursive: true })

const at = (values, share) => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

// The processor's time, and the least of up to three runs, say more about the code
// than about what else the machine is doing; slow ones are run once.
const patience = 400
async function time(run) {
  let least = Number.POSITIVE_INFINITY
  let result
  const end = performance.now() + patience
  for (
    let turn = 0;
    turn < 3 && (turn === 0 || performance.now() < end);
    turn++
  ) {
    const started = readProcessor()
    result = await run()
    // A peer's own time leaves out what we do to ask it.
    const took = readProcessor() - started
    least = Math.min(least, result.milliseconds ?? took)
  }
  return { result, milliseconds: least }
}

/** What a route nets in smallest units, under the one gas model of all. */
function toNet(network, amountOut, poolIds, unitsPerGas) {
  const gas = new Map(network.pools.map((pool) => [pool.id, pool.gas]))
  let cost = 0
  for (const id of poolIds) cost += gas.get(id) * unitsPerGas
  return Number(amountOut) - cost
}

const file = new URL('router.json', out)
const before =
  only !== undefined && existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { rows: [], peers: [] }
const rows = before.rows.filter(({ topology }) => !isWanted(topology))
for (const topology of ['market', 'dense'].filter(isWanted))
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
        const { result: route, milliseconds } = await time(() => ({
          ...findRoute({ ...network, ...request, gasPriceWei }),
        }))
        ours.push(milliseconds)
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
          const { result: peer, milliseconds } = await time(() =>
            tines(request, { gasPriceWei, flows }),
          )
          const { amountOut, used } = simulateLegs(
            network,
            request,
            peer.legs,
            quoteExactIn,
          )
          times.push(milliseconds)
          speedups.push(milliseconds / ours[i])
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
          compared: losses.length,
          lost: losses.filter((loss) => loss <= -0.01).length,
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
            : answers
                .filter(({ route }) => (route.net?.amountOut ?? 0n) > 0n)
                .map(({ request, route }) => [request.usd, route.net.gapBps]),
      }
      rows.push(row)
      process.stderr.write(
        `${topology} ${pools} ${row.gasPriceGwei} gwei: ${row.p50Milliseconds.toFixed(2)} ms, gap ${row.p50GapBps.toExponential(1)} / ${row.p99GapBps.toExponential(1)} bps, tines 100 ${peers['tines 100'].p50Milliseconds.toFixed(1)} ms, loses ${peers['tines 100'].p50LossBps?.toFixed(3)} bps\n`,
      )
    }
  }

/** The factory makes one pool for a pair and a fee, and Uniswap's SDKs rely on it. */
function keepOneOfEach(made) {
  const keys = made.pools.map(({ tokens, feePips }) => `${tokens}:${feePips}`)
  return {
    ...made,
    pools: made.pools.filter((_, i) => keys.indexOf(keys[i]) === i),
  }
}

// Peers that know one kind of pool, over networks of that kind alone.
const specialists = [
  {
    part: 'sdk',
    name: '@uniswap/v3-sdk',
    sizes: [10, 20, 40],
    options: { concentrated: 1 },
    narrow: keepOneOfEach,
    gasPrices: [0n],
    prepare: prepareUniswap,
  },
  {
    part: 'sdk',
    name: '@uniswap/smart-order-router',
    sizes: [10, 40, 100],
    options: { concentrated: 1 },
    narrow: keepOneOfEach,
    gasPrices: gasPricesWei,
    prepare: prepareSmartOrderRouter,
  },
  {
    part: 'balancer',
    name: '@balancer-labs/sor',
    sizes: [10, 40, 100],
    options: { weighted: 1 },
    narrow: (made) => made,
    gasPrices: gasPricesWei,
    prepare: prepareBalancer,
  },
]
const others = before.peers.filter(({ part }) => !isWanted(part))
for (const peer of specialists.filter(({ part }) => isWanted(part)))
  for (const pools of peer.sizes) {
    const network = peer.narrow(
      createNetwork({
        seed: 30_000 + pools,
        pools,
        requests: 100,
        ...peer.options,
      }),
    )
    const ask = await peer.prepare(network)
    for (const gasPriceWei of peer.gasPrices) {
      const times = []
      const losses = []
      const speedups = []
      const ours = []
      let failed = 0
      const end = performance.now() + (seconds * 1000) / 2
      for (const request of network.requests) {
        if (performance.now() > end && times.length >= 3) break
        let route
        let mine
        try {
          const timed = await time(() => ({
            ...findRoute({ ...network, ...request, gasPriceWei }),
          }))
          route = timed.result
          mine = timed.milliseconds
        } catch (error) {
          // More than the pools hold: there is nothing to compare.
          if (error.code === 'ROUTE_AMOUNT_BEYOND_LIQUIDITY') continue
          throw error
        }
        const { result, milliseconds } = await time(() =>
          ask(request, { gasPriceWei }),
        )
        const { amountOut, used } =
          result.paths === undefined
            ? { amountOut: result.amountOut, used: [] }
            : simulatePaths(network, result.paths, quoteExactIn)
        times.push(milliseconds)
        ours.push(mine)
        speedups.push(milliseconds / mine)
        if (amountOut === 0n) {
          failed++
          continue
        }
        const unitsPerGas =
          route.net === undefined
            ? 0
            : route.certificate.net.unitsPerWei * Number(gasPriceWei)
        const theirs = toNet(network, amountOut, used, unitsPerGas)
        const own = toNet(
          network,
          route.amountOut,
          route.fills.map(({ pool }) => pool),
          unitsPerGas,
        )
        if (own > 0) losses.push(1e4 * (1 - theirs / own))
      }
      others.push({
        part: peer.part,
        name: peer.name,
        pools: network.pools.length,
        gasPriceGwei: Number(gasPriceWei) / 1e9,
        requests: times.length,
        failed,
        oursP50Milliseconds: at(ours, 0.5),
        p50Milliseconds: at(times, 0.5),
        p50Speedup: at(speedups, 0.5),
        p50LossBps: at(losses, 0.5),
        p90LossBps: at(losses, 0.9),
        worstForUsBps: at(losses, 0),
        compared: losses.length,
        lost: losses.filter((loss) => loss <= -0.01).length,
      })
      process.stderr.write(`${JSON.stringify(others.at(-1))}\n`)
    }
  }

/** Slope of time in pools on logarithmic axes, from 100 pools on. */
function fitExponent(topology, gwei) {
  const points = rows
    .filter(
      (row) =>
        row.topology === topology &&
        row.gasPriceGwei === gwei &&
        row.pools >= 100,
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
const exponents = {
  market: fitExponent('market', 0),
  dense: fitExponent('dense', 0),
  marketWithGas: fitExponent('market', 10),
  denseWithGas: fitExponent('dense', 10),
}
const order = ['market', 'dense']
rows.sort(
  (left, right) =>
    order.indexOf(left.topology) - order.indexOf(right.topology) ||
    left.pools - right.pools ||
    left.gasPriceGwei - right.gasPriceGwei,
)
others.sort(
  (left, right) =>
    left.name.localeCompare(right.name) ||
    left.pools - right.pools ||
    left.gasPriceGwei - right.gasPriceGwei,
)
const everyPeer = [
  ...rows.flatMap(({ peers }) => Object.values(peers)),
  ...others,
]
const compared = everyPeer.reduce((sum, peer) => sum + peer.compared, 0)
const lost = everyPeer.reduce((sum, peer) => sum + peer.lost, 0)

const machine = {
  node: process.version,
  processor: cpus()[0]?.model.trim(),
  cores: cpus().length,
  // Above the number of cores, times say more about the neighbours.
  loadAverage: Math.round(loadavg()[0]),
}
writeFileSync(
  file,
  `${JSON.stringify({ machine, exponents, compared, lost, rows, peers: others }, null, 1)}\n`,
)

const free = rows.filter((row) => row.gasPriceGwei === 0)
writeFileSync(
  new URL('router-time.svg', out),
  drawLines({
    title: 'Processor time for one route (median)',
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
        name: `Behest with gas, ${topology}`,
        points: rows
          .filter((row) => row.topology === topology && row.gasPriceGwei > 0)
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
writeFileSync(
  new URL('router-net-gap.svg', out),
  drawLines({
    title: 'Certified gap net of gas by size of the trade, 10 gwei',
    xLabel: 'dollars',
    yLabel: 'basis points',
    lines: [
      {
        name: 'one request',
        dots: true,
        points: rows
          .filter((row) => row.gasPriceGwei > 0)
          .flatMap((row) =>
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
  return `| ${row.topology} | ${row.pools} | ${row.gasPriceGwei} | ${number(row.p50Milliseconds, 2)} / ${number(row.p90Milliseconds, 1)} / ${number(row.p99Milliseconds, 1)} | ${row.p50GapBps.toExponential(1)} / ${row.p99GapBps.toExponential(1)} | ${number(ten.p50Milliseconds, 1)}, ${number(ten.p50LossBps, 3)} | ${number(hundred.p50Milliseconds, 1)}, ${number(hundred.p50LossBps, 3)} | ${number(hundred.p50Speedup, 0)}x | ${ten.lost + hundred.lost} of ${ten.compared + hundred.compared}, ${number(Math.min(ten.worstForUsBps, hundred.worstForUsBps), 4)} |`
})
writeFileSync(
  new URL('router.md', out),
  `# The router beside its peers

Measured by \`node bench/peers/run.mjs\` on ${machine.processor}, ${machine.cores} cores shared with other work (load average ${machine.loadAverage}), Node ${machine.node}. Networks come from seeds (\`@behest/router/testing\`): half pairs, half concentrated pools with ticks, prices inside their fee bands; \`market\` has few hubs and many tokens, \`dense\` has \`2 * sqrt(pools)\` tokens. Sizes are log-uniform from 100 to 10 million dollars. Every route, ours and a peer's, is carried out again in the contracts' integers and charged the same gas for each pool.

Time is the processor's for one request over a snapshot that has been asked before, in milliseconds, all threads of the process counted: the least of three runs, of ours and of each peer alike (a run that takes longer than 0.4 s is not repeated). The gap is to the certified bound (net of gas where gas counts). Loss is how much less the peer's route nets than ours, in basis points; a negative worst case would be a request that the peer won. Peers with few requests in their time are in \`router.json\` with their counts.

| network | pools | gwei | ours: ms p50 / p90 / p99 | gap bps p50 / p99 | tines 10: ms, loss p50 | tines 100: ms, loss p50 | faster than tines 100 | lost by more than 0.01 bps, worst |
|---|---|---|---|---|---|---|---|---|
${table.join('\n')}

Growth of the median time with the number of pools, from 100 to 10,000: exponent ${number(exponents.market, 2)} (\`market\`), ${number(exponents.dense, 2)} (\`dense\`) without gas; ${number(exponents.marketWithGas, 2)} and ${number(exponents.denseWithGas, 2)} with it.

Over all peers here and below: ${lost} of ${compared} requests were lost by more than 0.01 basis points net of gas.

![time](router-time.svg)

![gap](router-gap.svg)

![gap net of gas](router-net-gap.svg)

Peers that know one kind of pool, over networks of that kind alone: \`@uniswap/v3-sdk\` gives the best single path of three hops over concentrated pools; \`@uniswap/smart-order-router\` is its AlphaRouter with every provider answered from memory (quotes by \`@uniswap/v3-sdk\`, our gas model in place of mainnet's, its default settings), so its time has no network in it; \`@balancer-labs/sor\` has weighted pools only. A peer that found no route, or one that a pool refuses, counts as failed and not as lost.

| peer | pools | gwei | requests, failed | ours ms p50 | ms p50 | faster | loss bps p50 / p90 | lost by us, worst |
|---|---|---|---|---|---|---|---|---|
${others.map((row) => `| ${row.name} | ${row.pools} | ${row.gasPriceGwei} | ${row.requests}, ${row.failed} | ${number(row.oursP50Milliseconds, 2)} | ${number(row.p50Milliseconds, 0)} | ${number(row.p50Speedup, 0)}x | ${number(row.p50LossBps, 2)} / ${number(row.p90LossBps, 1)} | ${row.lost} of ${row.compared}, ${number(row.worstForUsBps, 4)} |`).join('\n')}
`,
)
