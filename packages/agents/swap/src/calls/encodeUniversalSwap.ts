import { universalRouterAbi } from '@behest/evm'
import type { Address } from '@behest/spec'
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  isAddress,
  numberToHex,
} from 'viem'
import {
  type EncodedSwap,
  encodePath,
  encodeReversePath,
  getMostIn,
  listTokens,
  splitByVenue,
  sumOf,
} from './encodeSwap.js'
import type { SwapHop, SwapLeg } from './SwapLeg.js'

// The commands of the Universal Router that are used, and its shorthands.
const v3ExactIn = 0x00
const v3ExactOut = 0x01
const v2ExactIn = 0x08
const v2ExactOut = 0x09
const wrapCoin = 0x0b
const unwrapCoin = 0x0c
const routerItself: Address = '0x0000000000000000000000000000000000000002'
const alreadyPaid = 0n
const wholeBalance = 2n ** 255n
// What is swapped is the router's: it wrapped it.
const isPaidByUser = false

type Command = { readonly code: number; readonly input: Hex }

/**
 * Encodes legs that sell native coin as one call of the Universal Router.
 *
 * It wraps once for all legs, where SwapRouter02 wraps for each and at each stop. No allowance is
 * needed: the coin comes with the call, and what is not needed of it goes back
 * to the account in the same one.
 *
 * @param options.legs - At least one; each sells wrapped coin.
 * @returns Calldata, native coin to send in wei, and the sold amount's places
 *   where there is one leg of an exact input.
 */
export function encodeUniversalSwap(options: {
  readonly legs: readonly SwapLeg[]
  /** Who receives what is bought, and what is not needed of native coin. */
  readonly account: Address
  /** Chain time after which the router refuses, in Unix seconds. */
  readonly deadlineUnixSeconds: number
}): EncodedSwap {
  const { legs, account, deadlineUnixSeconds } = options
  const valueWei = sumOf(legs, getMostIn)
  const commands = [
    { code: wrapCoin, input: encodeCoin(routerItself, valueWei) },
    ...legs.flatMap((leg) => encodeLeg(leg, account)),
    // What exact outputs left of the coin.
    ...(legs.some(({ type }) => type === 'exact-out')
      ? [{ code: unwrapCoin, input: encodeCoin(account, 0n) }]
      : []),
  ]
  return {
    data: encodeFunctionData({
      abi: universalRouterAbi,
      functionName: 'execute',
      args: [
        concatHex(commands.map(({ code }) => numberToHex(code, { size: 1 }))),
        commands.map(({ input }) => input),
        BigInt(deadlineUnixSeconds),
      ],
    }),
    valueWei,
    amountOffsets:
      legs.length === 1 && legs[0]?.type === 'exact-in'
        ? [-1, ...getAmountOffsets(commands.length)]
        : [],
  }
}

/**
 * Where what is wrapped and what is first swapped stand in `execute(bytes,
 * bytes[],uint256)`: selector, three places, the commands with their length, the
 * number of inputs, one place for each, and of the first two inputs the second
 * word behind their own length.
 */
function getAmountOffsets(commands: number): readonly number[] {
  const first = 4 + 3 * 32 + 2 * 32 + 32 + 32 * commands
  // What wraps has two words.
  const second = first + 32 + 2 * 32
  return [first + 32 + 32, second + 32 + 32]
}

function encodeLeg(leg: SwapLeg, account: Address): readonly Command[] {
  if (leg.type === 'exact-out') {
    const isPair = leg.hops[0]?.venue === 'uniswap-v2'
    const amounts = [leg.amountOutUnits, leg.mostInUnits] as const
    return [
      isPair
        ? {
            code: v2ExactOut,
            input: encodePairSwap(account, amounts, leg.hops),
          }
        : {
            code: v3ExactOut,
            input: encodePoolSwap(
              account,
              amounts,
              encodeReversePath(leg.hops),
            ),
          },
    ]
  }
  const segments = splitByVenue(leg.hops)
  return segments.map((hops, index) => {
    const next = segments[index + 1]?.[0]
    const isPair = hops[0]?.venue === 'uniswap-v2'
    const amounts = [
      index === 0
        ? leg.amountInUnits
        : getPaidPair(hops[0]) === undefined
          ? wholeBalance
          : alreadyPaid,
      // The bound of the last segment holds for the whole leg.
      next === undefined ? leg.leastOutUnits : 0n,
    ] as const
    const recipient =
      next === undefined ? account : (getPaidPair(next) ?? routerItself)
    return isPair
      ? { code: v2ExactIn, input: encodePairSwap(recipient, amounts, hops) }
      : {
          code: v3ExactIn,
          input: encodePoolSwap(recipient, amounts, encodePath(hops)),
        }
  })
}

/** The pair that a swap before it can pay directly; other pools ask for it. */
function getPaidPair(hop: SwapHop | undefined): Address | undefined {
  return hop?.venue === 'uniswap-v2' && isAddress(hop.pool)
    ? hop.pool
    : undefined
}

type Amounts = readonly [first: bigint, second: bigint]

function encodePairSwap(
  recipient: Address,
  amounts: Amounts,
  hops: readonly SwapHop[],
): Hex {
  return encodeAbiParameters(
    [
      { type: 'address' },
      { type: 'uint256' },
      { type: 'uint256' },
      { type: 'address[]' },
      { type: 'bool' },
    ],
    [recipient, ...amounts, listTokens(hops), isPaidByUser],
  )
}

function encodePoolSwap(recipient: Address, amounts: Amounts, path: Hex): Hex {
  return encodeAbiParameters(
    [
      { type: 'address' },
      { type: 'uint256' },
      { type: 'uint256' },
      { type: 'bytes' },
      { type: 'bool' },
    ],
    [recipient, ...amounts, path, isPaidByUser],
  )
}

function encodeCoin(recipient: Address, units: bigint): Hex {
  return encodeAbiParameters(
    [{ type: 'address' }, { type: 'uint256' }],
    [recipient, units],
  )
}
