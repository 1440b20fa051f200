import type { ConstantProductPool } from './Pool.js'
import type { Swap } from './Swap.js'

const million = 1_000_000n
// The pair stores each reserve in 112 bits and reverts above them.
const maxReserve = (1n << 112n) - 1n

/** Sells into a constant-product pair; takes no more than its reserve can hold. */
export function swapConstantProductExactIn(
  pool: ConstantProductPool,
  side: 0 | 1,
  amountIn: bigint,
): Swap {
  const other = side === 0 ? 1 : 0
  const reserveIn = pool.reserves[side]
  const reserveOut = pool.reserves[other]
  const room = maxReserve - reserveIn
  const taken = amountIn < room ? amountIn : room
  const lessFee = taken * (million - BigInt(pool.feePips))
  const amountOut = (lessFee * reserveOut) / (reserveIn * million + lessFee)
  return {
    amountIn: taken,
    amountOut,
    poolAfter: move(pool, side, taken, amountOut),
  }
}

/** Buys from a constant-product pair; `undefined` when it holds too little. */
export function swapConstantProductExactOut(
  pool: ConstantProductPool,
  side: 0 | 1,
  amountOut: bigint,
): Swap | undefined {
  const other = side === 0 ? 1 : 0
  const reserveIn = pool.reserves[side]
  const reserveOut = pool.reserves[other]
  if (amountOut >= reserveOut) return undefined
  const amountIn =
    (reserveIn * amountOut * million) /
      ((reserveOut - amountOut) * (million - BigInt(pool.feePips))) +
    1n
  if (reserveIn + amountIn > maxReserve) return undefined
  return {
    amountIn,
    amountOut,
    poolAfter: move(pool, side, amountIn, amountOut),
  }
}

function move(
  pool: ConstantProductPool,
  side: 0 | 1,
  amountIn: bigint,
  amountOut: bigint,
): ConstantProductPool {
  const [reserve0, reserve1] = pool.reserves
  return {
    ...pool,
    reserves:
      side === 0
        ? [reserve0 + amountIn, reserve1 - amountOut]
        : [reserve0 - amountOut, reserve1 + amountIn],
  }
}
