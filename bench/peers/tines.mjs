// Adapts @sushiswap/tines: builds its pools and carries its route out in the
// contracts' own integers, so that what is compared is what a chain would pay.

import {
  ConstantProductRPool,
  findMultiRouteExactIn,
  setTokenId,
  UniV3Pool,
} from '@sushiswap/tines'
import { readProcessor } from './readProcessor.mjs'

const q96 = 2n ** 96n

/** Gives what a concentrated pool holds, from the liquidity of its ranges. */
function sumReserves(pool, getSqrtPriceAtTick) {
  let reserve0 = 0n
  let reserve1 = 0n
  let liquidity = 0n
  for (const [i, { index, liquidityNet }] of pool.ticks.entries()) {
    liquidity += liquidityNet
    const next = pool.ticks[i + 1]
    if (next === undefined || liquidity === 0n) continue
    const low = getSqrtPriceAtTick(index)
    const high = getSqrtPriceAtTick(next.index)
    const price = pool.sqrtPriceX96
    const from = price < low ? low : price > high ? high : price
    reserve0 += (liquidity * q96 * (high - from)) / high / from
    reserve1 += (liquidity * (from - low)) / q96
  }
  return [reserve0, reserve1]
}

/** Prepares a network for tines once; its own preparation is not timed. */
export function prepareTines(network, getSqrtPriceAtTick) {
  const tokens = new Map(
    network.tokens.map(({ id, symbol, decimals }) => [
      id,
      { name: symbol, symbol, address: id, decimals, chainId: 1 },
    ]),
  )
  setTokenId(...tokens.values())
  const pools = network.pools.map((pool) => {
    const [token0, token1] = pool.tokens.map((id) => tokens.get(id))
    const fee = pool.feePips / 1e6
    let peer
    if (pool.kind === 'constant-product')
      peer = new ConstantProductRPool(
        pool.id,
        token0,
        token1,
        fee,
        ...pool.reserves,
      )
    else
      peer = new UniV3Pool(
        pool.id,
        token0,
        token1,
        fee,
        ...sumReserves(pool, getSqrtPriceAtTick),
        pool.tick,
        pool.liquidity,
        pool.sqrtPriceX96,
        pool.ticks.map(({ index, liquidityNet }) => ({
          index,
          DLiquidity: liquidityNet,
        })),
      )
    peer.swapGasCost = pool.gas
    return peer
  })
  const base = tokens.get(network.tokens[0].id)

  return (request, { gasPriceWei, flows }) => {
    const started = readProcessor()
    const route = findMultiRouteExactIn(
      tokens.get(request.sell),
      tokens.get(request.buy),
      request.amountIn,
      pools,
      [{ chainId: 1, baseToken: base, gasPrice: Number(gasPriceWei) }],
      undefined,
      flows,
    )
    const milliseconds = readProcessor() - started
    return {
      milliseconds,
      status: route.status,
      legs: route.legs.map((leg) => ({
        pool: leg.poolAddress,
        tokenIn: leg.tokenFrom.address,
        tokenOut: leg.tokenTo.address,
        portion: leg.swapPortion,
      })),
    }
  }
}

/** Carries legs out in order: each takes its portion of what is left. */
export function simulateLegs(network, request, legs, quoteExactIn) {
  const states = new Map(network.pools.map((pool) => [pool.id, pool]))
  const held = new Map([[request.sell, request.amountIn]])
  const used = []
  for (const { pool, tokenIn, tokenOut, portion } of legs) {
    const balance = held.get(tokenIn) ?? 0n
    const units =
      portion >= 1
        ? balance
        : (balance * BigInt(Math.floor(portion * 2 ** 52))) >> 52n
    if (units <= 0n) continue
    const swap = quoteExactIn(states.get(pool), {
      tokenIn,
      tokenOut,
      amountIn: units,
    })
    states.set(pool, swap.poolAfter)
    used.push(pool)
    held.set(tokenIn, balance - swap.amountIn)
    held.set(tokenOut, (held.get(tokenOut) ?? 0n) + swap.amountOut)
  }
  return { amountOut: held.get(request.buy) ?? 0n, used }
}
