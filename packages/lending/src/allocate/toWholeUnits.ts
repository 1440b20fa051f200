import { max, min } from '../math/fixedPoint.js'

const scale = 2n ** 52n

/**
 * Turns shares into integers that add up exactly to the whole.
 *
 * What rounding leaves over goes to the largest shares first, never past a
 * limit, and to a market without a share only when no other has room.
 *
 * @param options.shares - Of the whole, 0 to 1, adding up to about 1.
 * @param options.wholeUnits - The whole.
 * @param options.limitUnits - The most for each; together at least the whole.
 * @param options.leastUnits - The least for each that has a share; 0 if absent.
 * @returns One amount for each share.
 */
export function toWholeUnits(options: {
  readonly shares: readonly number[]
  readonly wholeUnits: bigint
  readonly limitUnits: readonly bigint[]
  readonly leastUnits?: readonly bigint[]
}): bigint[] {
  const { shares, wholeUnits, limitUnits } = options
  const leastOf = (index: number) =>
    shares[index]! > 0 ? (options.leastUnits?.[index] ?? 0n) : 0n
  const units = shares.map((share, index) => {
    const fixed = BigInt(Math.floor(Math.max(0, share) * Number(scale)))
    const rounded = (fixed * wholeUnits + scale / 2n) / scale
    return min(max(rounded, leastOf(index)), limitUnits[index]!)
  })
  let rest = wholeUnits - units.reduce((sum, amount) => sum + amount, 0n)
  const order = shares
    .map((share, index) => ({ share, index }))
    .sort((a, b) => b.share - a.share || a.index - b.index)
  for (const { index } of order) {
    if (rest === 0n) break
    // Shares that add up to a hair more than 1 are cut from the largest.
    const changed =
      rest > 0n
        ? min(rest, limitUnits[index]! - units[index]!)
        : -min(-rest, units[index]! - leastOf(index))
    units[index]! += changed
    rest -= changed
  }
  return units
}
