// Holds our quotes against the SDKs' and Balancer's own mathematics, to the unit.
//   node references.mjs [--swaps N]   swaps for each kind of pool
import { createRequire } from 'node:module'
import {
  quoteExactIn,
  quoteExactOut,
} from '../../packages/router/dist/index.js'
import { createNetwork } from '../../packages/router/dist/testing/index.js'

const require = createRequire(import.meta.url)
const { CurrencyAmount, Token } = require('@uniswap/sdk-core')
const { Pair } = require('@uniswap/v2-sdk')
const { Pool, TickListDataProvider } = require('@uniswap/v3-sdk')
const { StableMathBigInt, WeightedMaths } = require('@balancer-labs/sor')

const flag = process.argv.indexOf('--swaps')
const swaps = flag > 0 ? Number(process.argv[flag + 1]) : 2_000
let state = 7
const draw = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
// From a single unit to more than the pool is worth.
const drawAmount = (most) => {
  const units = BigInt(Math.floor(Number(most) * 10 ** (-12 * draw()) * 2))
  return units > 0n ? units : 1n
}
const toToken = ({ id, decimals, symbol }) => new Token(1, id, decimals, symbol)

const kinds = {
  'v2-sdk': {
    options: { concentrated: 0 },
    prepare: (pool, [token0, token1]) => {
      const raw = (token, units) =>
        CurrencyAmount.fromRawAmount(token, String(units))
      const pair = new Pair(
        raw(token0, pool.reserves[0]),
        raw(token1, pool.reserves[1]),
      )
      return {
        exactIn: async (index, units) =>
          pair.getOutputAmount(raw([token0, token1][index], units))[0],
        exactOut: async (index, units) =>
          pair.getInputAmount(raw([token0, token1][1 - index], units))[0],
      }
    },
    getMost: (pool, index) => pool.reserves[index],
    tolerance: 0n,
  },
  'v3-sdk': {
    options: { concentrated: 1 },
    prepare: (pool, [token0, token1]) => {
      const peer = new Pool(
        token0,
        token1,
        pool.feePips,
        String(pool.sqrtPriceX96),
        String(pool.liquidity),
        pool.tick,
        new TickListDataProvider(
          pool.ticks.map(({ index, liquidityNet }) => ({
            index,
            liquidityNet: String(liquidityNet),
            liquidityGross: String(
              liquidityNet < 0n ? -liquidityNet : liquidityNet,
            ),
          })),
          pool.tickSpacing,
        ),
      )
      const raw = (token, units) =>
        CurrencyAmount.fromRawAmount(token, String(units))
      return {
        exactIn: async (index, units) =>
          (await peer.getOutputAmount(raw([token0, token1][index], units)))[0],
        exactOut: async (index, units) =>
          (
            await peer.getInputAmount(raw([token0, token1][1 - index], units))
          )[0],
      }
    },
    getMost: (pool, index) => {
      const price = Number(pool.sqrtPriceX96) / 2 ** 96
      const liquidity = Number(pool.liquidity)
      return index === 0 ? liquidity / price : liquidity * price
    },
    tolerance: 0n,
  },
  'sor weighted, no fee': {
    options: { weighted: 1 },
    // Its powers are of the first pools, which had no shortcut for 1, 2 and 4,
    // and it takes the fee after scaling, where a pool takes whole units.
    change: (pool) => ({
      ...pool,
      feePips: 0,
      weights: [6n * 10n ** 17n, 4n * 10n ** 17n],
    }),
    prepare: (pool) => {
      const call = (run, index, units) =>
        run(
          pool.balances[index] * pool.scales[index],
          pool.weights[index],
          pool.balances[1 - index] * pool.scales[1 - index],
          pool.weights[1 - index],
          units,
          BigInt(pool.feePips) * 10n ** 12n,
        )
      return {
        exactIn: async (index, units) =>
          call(
            WeightedMaths._calcOutGivenIn,
            index,
            units * pool.scales[index],
          ) / pool.scales[1 - index],
      }
    },
    getMost: (pool, index) => Number(pool.balances[index]) / 7,
    tolerance: 0n,
  },
  'sor stable, no fee': {
    options: { stable: 1 },
    change: (pool) => ({ ...pool, feePips: 0 }),
    prepare: (pool) => ({
      exactIn: async (index, units) => {
        const scaled = pool.balances.map(
          (balance, k) => (balance * pool.rates[k]) / 10n ** 18n,
        )
        const out = StableMathBigInt._calcOutGivenIn(
          pool.amplification * 1000n,
          scaled,
          index,
          1 - index,
          (units * pool.rates[index]) / 10n ** 18n,
          0n,
        )
        return (out * 10n ** 18n) / pool.rates[1 - index]
      },
    }),
    getMost: (pool, index) => Number(pool.balances[index]) / 2,
    // Two contracts that round the same curve differently.
    tolerance: 3n,
  },
}

let failures = 0
for (const [name, kind] of Object.entries(kinds)) {
  let compared = 0
  let exact = 0
  let refused = 0
  const network = createNetwork({ seed: 99, pools: 60, ...kind.options })
  const tokens = new Map(network.tokens.map((token) => [token.id, token]))
  const wanted = name.includes('stable')
    ? network.pools.filter((pool) => pool.kind === 'stable')
    : network.pools.filter((pool) => pool.tokens.length === 2)
  const prepared = wanted.map((made) => {
    const pool = kind.change === undefined ? made : kind.change(made)
    return [
      pool,
      kind.prepare(
        pool,
        pool.tokens.map((id) => toToken(tokens.get(id))),
      ),
    ]
  })
  for (let i = 0; i < swaps; i++) {
    const [pool, peer] = prepared[i % prepared.length]
    const index = draw() < 0.5 ? 0 : 1
    const sides = {
      tokenIn: pool.tokens[index],
      tokenOut: pool.tokens[1 - index],
    }
    const isOut = peer.exactOut !== undefined && draw() < 0.5
    const units = drawAmount(kind.getMost(pool, isOut ? 1 - index : index))
    let ours
    try {
      if (isOut)
        ours = quoteExactOut(pool, { ...sides, amountOut: units }).amountIn
      else {
        const swap = quoteExactIn(pool, { ...sides, amountIn: units })
        // What the pool could not take the SDKs do not tell.
        ours = swap.amountIn === units ? swap.amountOut : undefined
      }
    } catch {
      ours = undefined
    }
    let theirs
    try {
      const found = await (isOut ? peer.exactOut : peer.exactIn)(index, units)
      theirs =
        typeof found === 'bigint' ? found : BigInt(found.quotient.toString())
    } catch {
      theirs = undefined
    }
    if (ours === undefined || theirs === undefined) {
      refused++
      continue
    }
    compared++
    const difference = ours > theirs ? ours - theirs : theirs - ours
    if (difference === 0n) exact++
    if (difference > kind.tolerance) {
      failures++
      if (failures < 10)
        console.error(
          `${name}: ${isOut ? 'out' : 'in'} ${units} of ${pool.id}: ${ours}, not ${theirs}`,
        )
    }
  }
  console.log(
    `${name}: ${compared} swaps compared, ${exact} equal to the unit, ${refused} that one of the two refuses`,
  )
}
process.exitCode = failures === 0 ? 0 : 1
