const wholeBps = 10_000n

/**
 * Gets the least that a trade must give.
 *
 * @param options.expectedUnits - What it gives on unchanged state, at least 1.
 * @param options.maxSlippageBps - How far it may fall short, 0 to 10,000.
 * @returns Rounded down, and never 0: a trade without a bound is a gift.
 */
export function getLeastUnits(options: {
  readonly expectedUnits: bigint
  readonly maxSlippageBps: number
}): bigint {
  const { expectedUnits, maxSlippageBps } = options
  const least = (expectedUnits * (wholeBps - BigInt(maxSlippageBps))) / wholeBps
  return least > 0n ? least : 1n
}

/**
 * Gets the most that a trade may take.
 *
 * @param options.expectedUnits - What it takes on unchanged state.
 * @param options.maxSlippageBps - How far it may go past that, 0 to 10,000.
 * @returns Rounded down, so that the tolerance is never exceeded.
 */
export function getMostUnits(options: {
  readonly expectedUnits: bigint
  readonly maxSlippageBps: number
}): bigint {
  const { expectedUnits, maxSlippageBps } = options
  return (expectedUnits * (wholeBps + BigInt(maxSlippageBps))) / wholeBps
}

/**
 * Shares a total out over parts, in proportion to their ceilings.
 *
 * @param totalUnits - At most the sum of the ceilings.
 * @param ceilings - The most that each part can take.
 * @returns As many parts as ceilings, none above its own; they add up to the
 *   total, or to the sum of the ceilings where the total is more.
 */
export function shareOut(
  totalUnits: bigint,
  ceilings: readonly bigint[],
): readonly bigint[] {
  const sum = ceilings.reduce((total, ceiling) => total + ceiling, 0n)
  if (sum === 0n || totalUnits >= sum) return ceilings
  const parts = ceilings.map((ceiling) => (totalUnits * ceiling) / sum)
  let left = totalUnits - parts.reduce((total, part) => total + part, 0n)
  return parts.map((part, index) => {
    const room = (ceilings[index] ?? 0n) - part
    const more = left < room ? left : room
    left -= more
    return part + more
  })
}
