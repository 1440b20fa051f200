import type { Dual } from '../solve/createDual.js'

/** Lists the profit of every pool that trades at a dual's prices. */
export function readProfits(dual: Dual): Map<number, number> {
  const profits = new Map<number, number>()
  for (let i = 0; i < dual.activeCount; i++)
    profits.set(
      dual.activeSide[i]! >> 1,
      dual.activeOut[i]! - dual.activeIn[i]!,
    )
  for (const { pool, trade } of dual.activeCliques)
    profits.set(pool, trade.value)
  return profits
}
