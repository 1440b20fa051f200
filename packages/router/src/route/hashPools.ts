import type { Market } from '../market/Market.js'
import type { Pool } from '../pools/Pool.js'

/**
 * Names a pool set by its contents, in the order of its pools.
 *
 * It tells snapshots apart; it is not a defence against somebody who builds a
 * second set with the same name on purpose.
 */
export function hashPools(market: Market): string {
  if (market.hash !== undefined) return market.hash
  const lanes = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35]
  let length = 0
  const feed = (text: string): void => {
    let [a, b, c, d] = lanes as [number, number, number, number]
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ (code + (a >>> 16)), 0x85ebca6b)
      c = Math.imul(c ^ (code + (b >>> 15)), 0xc2b2ae35)
      d = Math.imul(d ^ (code + (c >>> 13)), 0x27d4eb2f)
    }
    lanes[0] = a
    lanes[1] = b
    lanes[2] = c
    lanes[3] = d
    length += text.length
  }
  for (const pool of market.pools) feed(describe(pool))
  feed(`#${length}`)
  market.hash = lanes
    .map((lane) => (lane >>> 0).toString(16).padStart(8, '0'))
    .join('')
  return market.hash
}

function describe(pool: Pool): string {
  const head = `${JSON.stringify([pool.id, pool.kind, pool.tokens])}|${pool.feePips}|${pool.gas}|`
  switch (pool.kind) {
    case 'constant-product':
      return `${head}${hex(pool.reserves)}\n`
    case 'concentrated': {
      const { window } = pool
      const edge =
        window === undefined ? '' : `${window.lowest},${window.highest}`
      let ticks = ''
      for (const { index, liquidityNet } of pool.ticks)
        ticks += `${index}:${liquidityNet.toString(16)},`
      return `${head}${pool.tickSpacing}|${hex([pool.sqrtPriceX96, pool.liquidity])}|${pool.tick}|${edge}|${ticks}\n`
    }
    case 'weighted':
      return `${head}${hex(pool.balances)}|${hex(pool.weights)}|${hex(pool.scales)}\n`
    case 'stable':
      return `${head}${hex(pool.balances)}|${hex([pool.amplification])}|${hex(pool.rates)}\n`
  }
}

function hex(values: readonly bigint[]): string {
  return values.map((value) => value.toString(16)).join(',')
}
