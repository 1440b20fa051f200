import type { AgentDecline, InstructionOf } from '@behest/sdk'
import {
  type Address,
  type AssetAddress,
  isSameAddress,
  type Token,
} from '@behest/spec'

type Sides = {
  readonly sell: Token
  readonly buy: Token
  /** Both as ERC-20 tokens: the wrapped one stands for native coin. */
  readonly sellToken: Address
  readonly buyToken: Address
  readonly maxSlippageBps: number
}

/** A swap in units. */
export type Trade = Sides &
  (
    | {
        readonly type: 'exact-in'
        /** What is encoded: always there when the step starts. */
        readonly sellUnits: bigint
        /** What the step will most likely sell, and the most it may. */
        readonly mostSellUnits: bigint
        /** Execution writes the realised amount into the call. */
        readonly isOutput: boolean
        /** The least that the user named in so many words, where they did. */
        readonly wantedUnits: bigint
      }
    | { readonly type: 'exact-out'; readonly buyUnits: bigint }
  )

/**
 * Reads what is to be traded out of an instruction.
 *
 * @param instruction - A swap with one amount, or two: then the sold one is
 *   fixed and the bought one is a bound.
 * @param wrappedNative - The wrapped form of the chain's coin.
 * @returns The trade, or why there is none.
 */
export function readTrade(
  instruction: InstructionOf<'swap'>,
  wrappedNative: Address,
): Trade | AgentDecline {
  const { sell, buy, maxSlippageBps } = instruction
  if (isSameAddress(sell.token.address, buy.token.address))
    return {
      declined: 'SAME_TOKEN',
      message: `${sell.token.symbol} is to be swapped for itself. Name two different tokens.`,
    }
  const sides: Sides = {
    sell: sell.token,
    buy: buy.token,
    sellToken: toErc20(sell.token.address, wrappedNative),
    buyToken: toErc20(buy.token.address, wrappedNative),
    maxSlippageBps,
  }
  for (const amount of [sell.amount, buy.amount]) {
    if (amount?.type === 'share')
      return {
        declined: 'AMOUNT_UNRESOLVED',
        message: `${amount.bps} bps of an unknown holding is no amount. Ask with an amount in units.`,
      }
    if (amount?.units === 0n)
      return {
        declined: 'AMOUNT_ZERO',
        message: 'Nothing would be swapped. Ask with an amount above 0.',
      }
  }
  if (sell.amount !== undefined && sell.amount.type !== 'share') {
    const isOutput = sell.amount.type === 'output'
    const { units } = sell.amount
    const expected =
      sell.amount.type === 'output' ? sell.amount.expectedUnits : units
    return {
      ...sides,
      type: 'exact-in',
      sellUnits: units,
      mostSellUnits: expected > units ? expected : units,
      isOutput,
      wantedUnits:
        buy.amount !== undefined && buy.amount.type !== 'share'
          ? buy.amount.units
          : 0n,
    }
  }
  if (buy.amount !== undefined && buy.amount.type !== 'share')
    return { ...sides, type: 'exact-out', buyUnits: buy.amount.units }
  return {
    declined: 'AMOUNT_MISSING',
    message: `Neither an amount of ${sell.token.symbol} nor of ${buy.token.symbol} is given. Ask with one of them.`,
  }
}

function toErc20(asset: AssetAddress, wrappedNative: Address): Address {
  return asset === 'native' ? wrappedNative : asset
}
