import { quoterV2Abi, uniswapV2RouterAbi } from '@behest/evm'
import type { Address } from '@behest/spec'
import { encodePath, encodeReversePath } from '../calls/encodeSwap.js'
import type { SwapHop } from '../calls/SwapLeg.js'
import type { SwapChain } from '../SwapChain.js'
import type { SwapPath } from './listPaths.js'

/** Which of the two amounts is fixed, in the smallest unit of its token. */
export type FixedAmount = {
  readonly type: 'exact-in' | 'exact-out'
  readonly units: bigint
}

/** A path with what it takes and gives on unchanged state. */
export type QuotedPath = {
  readonly hops: readonly SwapHop[]
  readonly amountInUnits: bigint
  /** What is asked of the last pool, where the output is fixed. */
  readonly amountOutUnits: bigint
  /** What arrives: `amountOutUnits`, or a little more. */
  readonly paidUnits: bigint
}

/**
 * Asks the protocols themselves what each path pays, all in one request: the
 * quoter for V3, the router for V2.
 *
 * @returns The best path: most for an exact input, least for an exact output;
 *   `null` where none can take the amount.
 */
export async function quoteBestPath(options: {
  readonly chain: SwapChain
  readonly paths: readonly SwapPath[]
  readonly amount: FixedAmount
  readonly blockNumber: bigint
}): Promise<QuotedPath | null> {
  const { paths, amount } = options
  const answers = await askPaths(options)
  let best: { readonly path: SwapPath; readonly units: bigint } | null = null
  for (const [index, path] of paths.entries()) {
    const units = answers[index] ?? 0n
    if (units === 0n) continue
    if (
      best === null ||
      (amount.type === 'exact-in' ? units > best.units : units < best.units)
    )
      best = { path, units }
  }
  if (best === null) return null
  const { path, units } = best
  const [amountInUnits, amountOutUnits] =
    amount.type === 'exact-in' ? [amount.units, units] : [units, amount.units]
  const stops = await readStops({
    ...options,
    path,
    amountInUnits,
    amountOutUnits,
  })
  return {
    amountInUnits,
    amountOutUnits,
    paidUnits: stops.at(-1) ?? amountOutUnits,
    hops: path.map((hop, index) => ({
      ...hop,
      amountInUnits: stops[index] ?? 0n,
      amountOutUnits: stops[index + 1] ?? 0n,
    })),
  }
}

/** What is held before, between and after the pools of a path. */
async function readStops(
  options: Parameters<typeof quoteBestPath>[0] & {
    readonly path: SwapPath
    readonly amountInUnits: bigint
    readonly amountOutUnits: bigint
  },
): Promise<readonly bigint[]> {
  const { path, amount, amountInUnits, amountOutUnits } = options
  const [first, ...rest] = path
  const last = rest.at(-1) ?? first
  if (amount.type === 'exact-in') {
    const [middle = 0n, paid = amountOutUnits] = await askPaths({
      ...options,
      paths: [[first], path],
      amount: { type: 'exact-in', units: amountInUnits },
    })
    return rest.length === 0
      ? [amountInUnits, paid]
      : [amountInUnits, middle, paid]
  }
  if (rest.length === 0) return [amountInUnits, amountOutUnits]
  const [middle = 0n] = await askPaths({ ...options, paths: [[last]] })
  return [amountInUnits, middle, amountOutUnits]
}

/** The other amount of each path; 0 where it cannot take this one. */
async function askPaths(options: {
  readonly chain: SwapChain
  readonly paths: readonly SwapPath[]
  readonly amount: FixedAmount
  readonly blockNumber: bigint
}): Promise<readonly bigint[]> {
  const { chain, paths, amount, blockNumber } = options
  const answers = await chain.client.multicall({
    contracts: paths.map((path) => toQuestion(chain, path, amount)),
    blockNumber,
  })
  return answers.map((answer) => {
    if (answer.status !== 'success') return 0n
    const result: unknown = answer.result
    return readAmount(result, amount)
  })
}

function toQuestion(chain: SwapChain, path: SwapPath, amount: FixedAmount) {
  const { uniswapV2, uniswapV3 } = chain.deployment
  const isExactIn = amount.type === 'exact-in'
  if (path[0].venue === 'uniswap-v3')
    return {
      address: uniswapV3.quoterV2,
      abi: quoterV2Abi,
      functionName: isExactIn ? 'quoteExactInput' : 'quoteExactOutput',
      args: [
        isExactIn ? encodePath(path) : encodeReversePath(path),
        amount.units,
      ],
    } as const
  const tokens: readonly Address[] = [
    path[0].tokenIn,
    ...path.map(({ tokenOut }) => tokenOut),
  ]
  return {
    address: uniswapV2.router,
    abi: uniswapV2RouterAbi,
    functionName: isExactIn ? 'getAmountsOut' : 'getAmountsIn',
    args: [amount.units, tokens],
  } as const
}

// Where a V3 pool's price ends when it has sold out.
const lowestSqrtPrice = 4_295_128_740n
const highestSqrtPrice =
  1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341n

/** V3 answers with the amount and more; V2 with the amounts along the path. */
function readAmount(result: unknown, amount: FixedAmount): bigint {
  if (!Array.isArray(result)) return 0n
  // The quoter says what a sold-out pool pays and not that it took only a part:
  // the rest would stay behind, and sent coin would be anybody's.
  const prices: readonly unknown[] = Array.isArray(result[1]) ? result[1] : []
  if (prices.some((price) => typeof price === 'bigint' && isAtEnd(price)))
    return 0n
  const list: readonly unknown[] = Array.isArray(result[0]) ? result[0] : result
  const isV2 = list.every((item) => typeof item === 'bigint')
  const found =
    isV2 && amount.type === 'exact-in' ? list[list.length - 1] : list[0]
  return typeof found === 'bigint' ? found : 0n
}

function isAtEnd(sqrtPriceX96: bigint): boolean {
  return sqrtPriceX96 <= lowestSqrtPrice || sqrtPriceX96 >= highestSqrtPrice
}
