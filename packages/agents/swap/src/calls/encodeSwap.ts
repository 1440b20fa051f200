import { swapRouter02Abi } from '@behest/evm'
import type { Address, Hex } from '@behest/spec'
import { concatHex, encodeFunctionData, numberToHex } from 'viem'
import type { SwapHop, SwapLeg } from './SwapLeg.js'

/** What {@link encodeSwap} takes. */
export type EncodeSwapOptions = {
  readonly legs: readonly SwapLeg[]
  /** Who receives what is bought, and what is not needed of native coin. */
  readonly account: Address
  readonly sellsNative: boolean
  readonly buysNative: boolean
  /** Chain time after which the router refuses, in Unix seconds. */
  readonly deadlineUnixSeconds: number
}

/** One call to SwapRouter02. */
export type EncodedSwap = {
  readonly data: Hex
  readonly valueWei: bigint
  /**
   * Where the sold amount stands in `data`; -1 for `valueWei`. Empty where it
   * stands in more than one leg, so that no single word can be replaced.
   */
  readonly amountOffsets: readonly number[]
}

// SwapRouter02's own shorthands: itself as recipient, and "all that you hold".
const routerItself: Address = '0x0000000000000000000000000000000000000002'
const routerBalance = 0n

/**
 * Encodes legs as one `multicall` of SwapRouter02, so that all happen or none.
 *
 * Every leg carries its own bound on chain. What is bought goes straight to the
 * account; only native coin passes through the router, which unwraps it under
 * the bound of the whole. Native coin that an exact output does not need comes
 * back in the same call.
 *
 * @returns Calldata, native coin to send in wei, and the sold amount's places.
 */
export function encodeSwap(options: EncodeSwapOptions): EncodedSwap {
  const { legs, account, sellsNative, buysNative } = options
  const calls: Hex[] = []
  const recipient = buysNative ? routerItself : account
  for (const leg of legs) calls.push(...encodeLeg(leg, recipient))
  if (buysNative)
    calls.push(
      encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'unwrapWETH9',
        args: [sumOf(legs, getLeastOut), account],
      }),
    )
  const hasExactOut = legs.some(({ type }) => type === 'exact-out')
  if (sellsNative && hasExactOut)
    calls.push(
      encodeFunctionData({ abi: swapRouter02Abi, functionName: 'refundETH' }),
    )
  const [leg] = legs
  const isOneWord = legs.length === 1 && leg?.type === 'exact-in'
  return {
    data: encodeFunctionData({
      abi: swapRouter02Abi,
      functionName: 'multicall',
      args: [BigInt(options.deadlineUnixSeconds), calls],
    }),
    valueWei: sellsNative ? sumOf(legs, getMostIn) : 0n,
    amountOffsets: isOneWord
      ? [
          ...(sellsNative ? [-1] : []),
          getFirstCallOffset(calls) + getAmountInOffset(leg.hops),
        ]
      : [],
  }
}

/** The most that a leg takes, in the sold token's smallest unit. */
export function getMostIn(leg: SwapLeg): bigint {
  return leg.type === 'exact-in' ? leg.amountInUnits : leg.mostInUnits
}

/** The least that a leg gives, in the bought token's smallest unit. */
export function getLeastOut(leg: SwapLeg): bigint {
  return leg.type === 'exact-in' ? leg.leastOutUnits : leg.amountOutUnits
}

/** Adds one figure of every leg up. */
export function sumOf(
  legs: readonly SwapLeg[],
  figure: (leg: SwapLeg) => bigint,
): bigint {
  return legs.reduce((sum, leg) => sum + figure(leg), 0n)
}

function encodeLeg(leg: SwapLeg, recipient: Address): readonly Hex[] {
  if (leg.type === 'exact-out') return [encodeExactOut(leg, recipient)]
  const segments = splitByVenue(leg.hops)
  return segments.map((hops, index) => {
    const isLast = index === segments.length - 1
    return encodeExactIn({
      hops,
      recipient: isLast ? recipient : routerItself,
      // What the segment before left at the router, whatever it came to.
      amountIn: index === 0 ? leg.amountInUnits : routerBalance,
      // The bound of the last segment holds for the whole leg.
      amountOutMinimum: isLast ? leg.leastOutUnits : 0n,
    })
  })
}

function encodeExactIn(options: {
  readonly hops: readonly SwapHop[]
  readonly recipient: Address
  readonly amountIn: bigint
  readonly amountOutMinimum: bigint
}): Hex {
  const { hops, recipient, amountIn, amountOutMinimum } = options
  const [hop] = hops
  if (hop?.venue === 'uniswap-v2')
    return encodeFunctionData({
      abi: swapRouter02Abi,
      functionName: 'swapExactTokensForTokens',
      args: [amountIn, amountOutMinimum, listTokens(hops), recipient],
    })
  const bounds = { recipient, amountIn, amountOutMinimum }
  // One pool has a form of its own, which costs less than a path of one.
  return hop !== undefined && hops.length === 1
    ? encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'exactInputSingle',
        args: [{ ...toPoolOf(hop), ...bounds }],
      })
    : encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'exactInput',
        args: [{ path: encodePath(hops), ...bounds }],
      })
}

function encodeExactOut(
  leg: Extract<SwapLeg, { type: 'exact-out' }>,
  recipient: Address,
): Hex {
  const { hops, amountOutUnits, mostInUnits } = leg
  const [hop] = hops
  if (hop?.venue === 'uniswap-v2')
    return encodeFunctionData({
      abi: swapRouter02Abi,
      functionName: 'swapTokensForExactTokens',
      args: [amountOutUnits, mostInUnits, listTokens(hops), recipient],
    })
  const bounds = {
    recipient,
    amountOut: amountOutUnits,
    amountInMaximum: mostInUnits,
  }
  return hop !== undefined && hops.length === 1
    ? encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'exactOutputSingle',
        args: [{ ...toPoolOf(hop), ...bounds }],
      })
    : encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'exactOutput',
        // Exact outputs are walked from the bought token backwards.
        args: [{ path: encodeReversePath(hops), ...bounds }],
      })
}

/** Names a pool as the forms for one pool do; no limit of price beside the bound. */
function toPoolOf(hop: SwapHop) {
  return {
    tokenIn: hop.tokenIn,
    tokenOut: hop.tokenOut,
    fee: hop.feePips,
    sqrtPriceLimitX96: 0n,
  }
}

/** Packs a path as Uniswap V3 reads it: token, fee, token, fee, token. */
export function encodePath(
  hops: readonly Pick<SwapHop, 'tokenIn' | 'tokenOut' | 'feePips'>[],
): Hex {
  const [first] = hops
  return concatHex([
    ...(first === undefined ? [] : [first.tokenIn]),
    ...hops.flatMap(({ feePips, tokenOut }) => [
      numberToHex(feePips, { size: 3 }),
      tokenOut,
    ]),
  ])
}

/** Packs the same path as exact outputs want it: from its end. */
export function encodeReversePath(
  hops: readonly Pick<SwapHop, 'tokenIn' | 'tokenOut' | 'feePips'>[],
): Hex {
  return encodePath(
    hops.toReversed().map(({ tokenIn, tokenOut, feePips }) => ({
      tokenIn: tokenOut,
      tokenOut: tokenIn,
      feePips,
    })),
  )
}

/** Cuts a leg where the venue changes: each part is one call of the router. */
export function splitByVenue(
  hops: readonly SwapHop[],
): readonly (readonly SwapHop[])[] {
  const segments: SwapHop[][] = []
  for (const hop of hops) {
    const last = segments.at(-1)
    if (last?.[0]?.venue === hop.venue) last.push(hop)
    else segments.push([hop])
  }
  return segments
}

/** Lists the tokens of a way, the sold one first. */
export function listTokens(hops: readonly SwapHop[]): readonly Address[] {
  const [first] = hops
  return first === undefined
    ? []
    : [first.tokenIn, ...hops.map(({ tokenOut }) => tokenOut)]
}

/**
 * Where the first inner call begins in `multicall(uint256,bytes[])`: selector,
 * deadline, place of the list, its length, one place per call, and the first
 * call's own length.
 */
function getFirstCallOffset(calls: readonly Hex[]): number {
  return 4 + 32 + 32 + 32 + 32 * calls.length + 32
}

/**
 * Where the sold amount stands in the first inner call: V2 has it first; V3 in
 * the fifth word for one pool, and for a path in the third word of a struct,
 * behind the word that says where the struct is.
 */
function getAmountInOffset(hops: readonly SwapHop[]): number {
  const [first = []] = splitByVenue(hops)
  if (first[0]?.venue === 'uniswap-v2') return 4
  return first.length === 1 ? 4 + 128 : 4 + 32 + 64
}
