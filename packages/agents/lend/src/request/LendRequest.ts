import type { AaveReserveState, LendingSnapshot } from '@behest/evm'
import type { Market } from '@behest/lending'
import type { AgentDecline } from '@behest/sdk'
import {
  type Address,
  type PriorChanges,
  type Token,
  toDecimal,
} from '@behest/spec'
import type { LendChain } from '../LendChain.js'

/** Everything that a quote is made from, all of one block and what comes first. */
export type LendRequest = {
  readonly chain: LendChain
  readonly account: Address
  readonly blockNumber: bigint
  readonly validUntilUnixSeconds: number
  /** With the changes of the plan's earlier steps made. */
  readonly snapshot: LendingSnapshot
  /** What the earlier steps do to the wallet, at the worst. */
  readonly walletChanges: PriorChanges['wallet']
  /** The same markets, with their rate curves. */
  readonly markets: readonly Market[]
  /** The health factor that no action of ours goes under, in wad. */
  readonly floorWad: bigint
}

/** A reserve as a token of quotes. */
export function toToken(
  request: LendRequest,
  token: Pick<AaveReserveState, 'token' | 'symbol' | 'decimals'>,
): Token {
  return {
    chainId: request.chain.deployment.chainId,
    address: token.token,
    symbol: token.symbol,
    decimals: token.decimals,
  }
}

/** The ERC-20 form of a token: the wrapped one for native coin. */
export function toErc20(request: LendRequest, token: Token): Address {
  return token.address === 'native'
    ? request.chain.deployment.wrappedNative
    : token.address
}

/** Builds a decline. */
export function decline(code: string, message: string): AgentDecline {
  return { declined: code, message: message.slice(0, 1000) }
}

/** Writes an amount with its symbol. */
export function sayUnits(
  units: bigint,
  token: { readonly symbol: string; readonly decimals: number },
): string {
  return `${toDecimal(units, token.decimals)} ${token.symbol}`
}
