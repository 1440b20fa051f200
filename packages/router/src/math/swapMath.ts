import { divideUp, maxUint256 } from './integer.js'

const shift96 = 96n
const million = 1_000_000n

/** Gives the token0 between two square-root prices at a liquidity. */
export function getAmount0Between(
  left: bigint,
  right: bigint,
  liquidity: bigint,
  rounding: 'up' | 'down',
): bigint {
  const [low, high] = left < right ? [left, right] : [right, left]
  const product = (liquidity << shift96) * (high - low)
  return rounding === 'up'
    ? divideUp(divideUp(product, high), low)
    : product / high / low
}

/** Gives the token1 between two square-root prices at a liquidity. */
export function getAmount1Between(
  left: bigint,
  right: bigint,
  liquidity: bigint,
  rounding: 'up' | 'down',
): bigint {
  const product = liquidity * (left < right ? right - left : left - right)
  return rounding === 'up'
    ? divideUp(product, 1n << shift96)
    : product >> shift96
}

function getPriceAfterToken0(
  price: bigint,
  liquidity: bigint,
  amount: bigint,
): bigint {
  if (amount === 0n) return price
  const scaled = liquidity << shift96
  const product = amount * price
  // The contract falls back to a coarser formula when its words overflow,
  // and the two round differently.
  if (product <= maxUint256 && scaled + product <= maxUint256)
    return divideUp(scaled * price, scaled + product)
  return divideUp(scaled, scaled / price + amount)
}

function getPriceBeforeToken0(
  price: bigint,
  liquidity: bigint,
  amount: bigint,
): bigint | undefined {
  if (amount === 0n) return price
  const scaled = liquidity << shift96
  const product = amount * price
  if (product > maxUint256 || scaled <= product) return undefined
  return divideUp(scaled * price, scaled - product)
}

/** One step of a swap: up to the next stop of the price, not past it. */
export type SwapStep = {
  readonly price: bigint
  readonly amountIn: bigint
  readonly amountOut: bigint
  readonly fee: bigint
}

/** Computes a step that is bounded by the input left. */
export function computeStepExactIn(
  price: bigint,
  target: bigint,
  liquidity: bigint,
  remaining: bigint,
  feePips: bigint,
): SwapStep {
  const falls = target <= price
  const room = (remaining * (million - feePips)) / million
  const toTarget = falls
    ? getAmount0Between(target, price, liquidity, 'up')
    : getAmount1Between(price, target, liquidity, 'up')
  const next =
    room >= toTarget
      ? target
      : falls
        ? getPriceAfterToken0(price, liquidity, room)
        : price + (room << shift96) / liquidity
  const reached = next === target
  const amountIn = reached
    ? toTarget
    : falls
      ? getAmount0Between(next, price, liquidity, 'up')
      : getAmount1Between(price, next, liquidity, 'up')
  const amountOut = falls
    ? getAmount1Between(next, price, liquidity, 'down')
    : getAmount0Between(price, next, liquidity, 'down')
  return {
    price: next,
    amountIn,
    amountOut,
    fee: reached
      ? divideUp(amountIn * feePips, million - feePips)
      : remaining - amountIn,
  }
}

/** Computes a step that is bounded by the output left. */
export function computeStepExactOut(
  price: bigint,
  target: bigint,
  liquidity: bigint,
  remaining: bigint,
  feePips: bigint,
): SwapStep {
  const falls = target <= price
  const toTarget = falls
    ? getAmount1Between(target, price, liquidity, 'down')
    : getAmount0Between(price, target, liquidity, 'down')
  const next =
    remaining >= toTarget
      ? target
      : ((falls
          ? price - divideUp(remaining << shift96, liquidity)
          : getPriceBeforeToken0(price, liquidity, remaining)) ?? target)
  const amountIn = falls
    ? getAmount0Between(next, price, liquidity, 'up')
    : getAmount1Between(price, next, liquidity, 'up')
  const paid =
    next === target
      ? toTarget
      : falls
        ? getAmount1Between(next, price, liquidity, 'down')
        : getAmount0Between(price, next, liquidity, 'down')
  return {
    price: next,
    amountIn,
    amountOut: paid > remaining ? remaining : paid,
    fee: divideUp(amountIn * feePips, million - feePips),
  }
}
