import { AmountBeyondLiquidityError } from '../errors/AmountBeyondLiquidityError.js'
import { InvalidAmountError } from '../errors/InvalidAmountError.js'
import { UnknownTokenError } from '../errors/UnknownTokenError.js'
import type { Pool, TokenId } from './Pool.js'
import type { Swap } from './Swap.js'
import { swapConcentrated } from './swapConcentrated.js'
import {
  swapConstantProductExactIn,
  swapConstantProductExactOut,
} from './swapConstantProduct.js'
import { swapStableExactIn, swapStableExactOut } from './swapStable.js'
import { swapWeightedExactIn, swapWeightedExactOut } from './swapWeighted.js'

const maxAmount = (1n << 255n) - 1n

/**
 * Quotes the sale of an exact input in one pool, to the unit that its contract
 * pays on unchanged state.
 *
 * Where liquidity ends before the input does, the swap takes less than asked:
 * compare `amountIn` of the result.
 *
 * @param pool - The pool's state; it is not changed.
 * @param request.tokenIn - The token sold.
 * @param request.tokenOut - The token bought; may be left out with two tokens.
 * @param request.amountIn - What is sold, in smallest units.
 * @returns What is taken and paid, in smallest units, and the state after.
 * @throws {InvalidAmountError} when the amount is not in 1 … 2^255 - 1
 * @throws {UnknownTokenError} when the pool does not trade a token
 */
export function quoteExactIn(
  pool: Pool,
  request: {
    readonly tokenIn: TokenId
    readonly tokenOut?: TokenId | undefined
    readonly amountIn: bigint
  },
): Swap {
  const { amountIn } = request
  if (amountIn <= 0n || amountIn > maxAmount)
    throw new InvalidAmountError({ name: 'amountIn', units: amountIn })
  const [indexIn, indexOut] = findIndices(pool, request)
  return swapExactIn(pool, indexIn, indexOut, amountIn)
}

/** Sells by token positions, for callers that have checked them already. */
export function swapExactIn(
  pool: Pool,
  indexIn: number,
  indexOut: number,
  amountIn: bigint,
): Swap {
  switch (pool.kind) {
    case 'constant-product':
      return swapConstantProductExactIn(pool, indexIn === 0 ? 0 : 1, amountIn)
    case 'concentrated':
      return swapConcentrated(pool, {
        direction: indexIn === 0 ? 'zero-for-one' : 'one-for-zero',
        type: 'exact-in',
        units: amountIn,
      })
    case 'weighted':
      return swapWeightedExactIn(pool, indexIn, indexOut, amountIn)
    case 'stable':
      return (
        swapStableExactIn(pool, indexIn, indexOut, amountIn) ?? {
          amountIn: 0n,
          amountOut: 0n,
          poolAfter: pool,
        }
      )
  }
}

/**
 * Quotes the purchase of an exact output in one pool.
 *
 * @param pool - The pool's state; it is not changed.
 * @param request.tokenIn - The token sold.
 * @param request.tokenOut - The token bought.
 * @param request.amountOut - What is bought, in smallest units.
 * @returns What is taken and paid, in smallest units, and the state after.
 * @throws {InvalidAmountError} when the amount is not in 1 … 2^255 - 1
 * @throws {UnknownTokenError} when the pool does not trade a token
 * @throws {AmountBeyondLiquidityError} when the pool cannot pay that much
 */
export function quoteExactOut(
  pool: Pool,
  request: {
    readonly tokenIn: TokenId
    readonly tokenOut: TokenId
    readonly amountOut: bigint
  },
): Swap {
  const { amountOut } = request
  if (amountOut <= 0n || amountOut > maxAmount)
    throw new InvalidAmountError({ name: 'amountOut', units: amountOut })
  const [indexIn, indexOut] = findIndices(pool, request)
  const swap = swapExactOut(pool, indexIn, indexOut, amountOut)
  if (swap === undefined || swap.amountOut < amountOut)
    throw new AmountBeyondLiquidityError({
      asked: amountOut,
      possible: swap?.amountOut ?? 0n,
      token: request.tokenOut,
      where: `Pool "${pool.id}"`,
    })
  return swap
}

/** Buys by token positions; `undefined` or less than asked when it is too much. */
export function swapExactOut(
  pool: Pool,
  indexIn: number,
  indexOut: number,
  amountOut: bigint,
): Swap | undefined {
  switch (pool.kind) {
    case 'constant-product':
      return swapConstantProductExactOut(pool, indexIn === 0 ? 0 : 1, amountOut)
    case 'concentrated':
      return swapConcentrated(pool, {
        direction: indexIn === 0 ? 'zero-for-one' : 'one-for-zero',
        type: 'exact-out',
        units: amountOut,
      })
    case 'weighted':
      return swapWeightedExactOut(pool, indexIn, indexOut, amountOut)
    case 'stable':
      return swapStableExactOut(pool, indexIn, indexOut, amountOut)
  }
}

function findIndices(
  pool: Pool,
  request: {
    readonly tokenIn: TokenId
    readonly tokenOut?: TokenId | undefined
  },
): [number, number] {
  const where = `pool "${pool.id}"`
  const indexIn = pool.tokens.indexOf(request.tokenIn)
  if (indexIn < 0)
    throw new UnknownTokenError({ token: request.tokenIn, where })
  const indexOut =
    request.tokenOut === undefined && pool.tokens.length === 2
      ? 1 - indexIn
      : pool.tokens.indexOf(request.tokenOut ?? '')
  if (indexOut < 0 || indexOut === indexIn)
    throw new UnknownTokenError({ token: request.tokenOut ?? '', where })
  return [indexIn, indexOut]
}
