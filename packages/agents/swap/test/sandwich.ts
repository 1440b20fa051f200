import { type Pool, quoteExactIn } from '@behest/router'
import type { SwapHop, SwapLeg } from '../src/calls/SwapLeg.js'

/** One trade of the attacker: along hops first, and back along them last. */
export type Attack = {
  readonly hops: readonly SwapHop[]
  readonly units: bigint
}

/** The best that an attacker finds around a swap. */
export type Sandwich = {
  readonly attacks: readonly Attack[]
  /** In dollars times 1e8, after the pools' fees and before gas. */
  readonly profitUsdE8: bigint
  /** What the swap gives in between, in the bought token's smallest unit. */
  readonly victimUnits: bigint
}

type States = ReadonlyMap<string, Pool>

/**
 * Searches the best front-run and back-run around a sale, in the protocols' own
 * integers.
 *
 * The attacker knows everything and pays no fee but the pools'. Each way of the
 * sale is attacked along its whole length or at any one of its pools, each with
 * a size of its own: the largest that leaves every bound of the sale standing,
 * or a smaller one where that earns more.
 *
 * @param options.toUsdE8 - The worth of an amount of a token.
 */
export function findSandwich(options: {
  readonly pools: readonly Pool[]
  readonly legs: readonly SwapLeg[]
  readonly toUsdE8: (token: string, units: bigint) => bigint
}): Sandwich {
  const { pools, legs, toUsdE8 } = options
  const start: States = new Map(pools.map((pool) => [pool.id, pool]))
  const evaluate = (attacks: readonly Attack[]): Sandwich | null =>
    play({ start, legs, attacks, toUsdE8 })
  const alone = evaluate([])
  if (alone === null) throw new RangeError('the sale itself does not hold')
  let best: Sandwich = alone
  for (const leg of legs) {
    const targets = [leg.hops, ...leg.hops.map((hop) => [hop])]
    let found: Sandwich = best
    for (const hops of targets) {
      const one = searchSize({ before: best, hops, evaluate })
      if (one !== null && one.profitUsdE8 > found.profitUsdE8) found = one
    }
    best = found
  }
  return best
}

function searchSize(options: {
  readonly before: Sandwich
  readonly hops: readonly SwapHop[]
  readonly evaluate: (attacks: readonly Attack[]) => Sandwich | null
}): Sandwich | null {
  const { before, hops, evaluate } = options
  const trade = hops[0]?.amountInUnits ?? 0n
  if (trade === 0n) return null
  const at = (units: bigint) => evaluate([...before.attacks, { hops, units }])
  // The largest that still lets the sale through.
  let good = 0n
  let bad = trade * 1024n
  while (bad - good > good / 1_000_000n + 1n) {
    const middle = (good + bad) / 2n
    if (at(middle) === null) bad = middle
    else good = middle
  }
  if (good === 0n) return null
  // What it earns rises and then falls: cut the range by thirds.
  let low = 1n
  let high = good
  while (high - low > 2n + high / 100_000n) {
    const third = (high - low) / 3n
    const left = at(low + third)
    const right = at(high - third)
    if ((left?.profitUsdE8 ?? 0n) < (right?.profitUsdE8 ?? 0n)) low += third
    else high -= third
  }
  const candidates = [low, high, good].map(at)
  return candidates.reduce(
    (most, one) =>
      one !== null && one.profitUsdE8 > (most?.profitUsdE8 ?? 0n) ? one : most,
    null,
  )
}

/** Front-runs, the sale, back-runs; `null` where the sale would revert. */
function play(options: {
  readonly start: States
  readonly legs: readonly SwapLeg[]
  readonly attacks: readonly Attack[]
  readonly toUsdE8: (token: string, units: bigint) => bigint
}): Sandwich | null {
  const { start, legs, attacks, toUsdE8 } = options
  const states = new Map(start)
  const swap = (hops: readonly SwapHop[], units: bigint): bigint | null => {
    let held = units
    for (const { pool: id, tokenIn, tokenOut } of hops) {
      const pool = states.get(id)
      if (pool === undefined || held === 0n) return null
      try {
        const done = quoteExactIn(pool, { tokenIn, tokenOut, amountIn: held })
        states.set(id, done.poolAfter)
        held = done.amountOut
      } catch {
        // Beyond what the pool holds: no attack of this size.
        return null
      }
    }
    return held
  }
  const bought: bigint[] = []
  for (const { hops, units } of attacks) {
    const out = swap(hops, units)
    if (out === null) return null
    bought.push(out)
  }
  let victimUnits = 0n
  for (const leg of legs) {
    if (leg.type !== 'exact-in') return null
    const out = swap(leg.hops, leg.amountInUnits)
    if (out === null || out < leg.leastOutUnits) return null
    victimUnits += out
  }
  let profitUsdE8 = 0n
  for (const [index, { hops, units }] of [...attacks.entries()].reverse()) {
    const back = swap(turnRound(hops), bought[index] ?? 0n)
    if (back === null) return null
    const token = hops[0]?.tokenIn ?? ''
    profitUsdE8 += toUsdE8(token, back) - toUsdE8(token, units)
  }
  return { attacks, profitUsdE8, victimUnits }
}

/** The same hops from their end. */
export function turnRound(hops: readonly SwapHop[]): readonly SwapHop[] {
  return hops.toReversed().map((hop) => ({
    ...hop,
    tokenIn: hop.tokenOut,
    tokenOut: hop.tokenIn,
  }))
}
