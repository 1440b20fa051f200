import { type MorphoMarketState, morphoAbi, wethAbi } from '@behest/evm'
import type { AgentCall } from '@behest/sdk'
import type { Address } from '@behest/spec'
import { encodeFunctionData } from 'viem'
import type { LendChain } from '../LendChain.js'

// Every function that we call takes the five words of the market first.
const amountOffset = 4 + 5 * 32
const noCallback = '0x'

/** What the encoders of this file take. */
export type MorphoCallOptions = {
  readonly chain: LendChain
  readonly account: Address
  readonly market: MorphoMarketState
}

/** An amount of the loan token, or of the shares that stand for it. */
export type MorphoAmount =
  | { readonly type: 'units'; readonly units: bigint }
  | { readonly type: 'shares'; readonly shares: bigint }

/** Encodes a deposit that earns interest. */
export function encodeMorphoSupply(
  options: MorphoCallOptions & { readonly units: bigint },
): AgentCall {
  const { chain, account, market, units } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'supply',
      args: [toParams(market), units, 0n, account, noCallback],
    }),
    amountOffsets: [amountOffset],
  }
}

/** Encodes a deposit that borrows are secured by. */
export function encodeMorphoSupplyCollateral(
  options: MorphoCallOptions & { readonly units: bigint },
): AgentCall {
  const { chain, account, market, units } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'supplyCollateral',
      args: [toParams(market), units, account, noCallback],
    }),
    amountOffsets: [amountOffset],
  }
}

/** Encodes a withdrawal of what was lent, to the account. */
export function encodeMorphoWithdraw(
  options: MorphoCallOptions & { readonly amount: MorphoAmount },
): AgentCall {
  const { chain, account, market, amount } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'withdraw',
      args: [toParams(market), ...toPair(amount), account, account],
    }),
  }
}

/** Encodes a withdrawal of collateral, to the account. */
export function encodeMorphoWithdrawCollateral(
  options: MorphoCallOptions & { readonly units: bigint },
): AgentCall {
  const { chain, account, market, units } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'withdrawCollateral',
      args: [toParams(market), units, account, account],
    }),
  }
}

/** Encodes a borrow, to the account. */
export function encodeMorphoBorrow(
  options: MorphoCallOptions & { readonly units: bigint },
): AgentCall {
  const { chain, account, market, units } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'borrow',
      args: [toParams(market), units, 0n, account, account],
    }),
  }
}

/** Encodes a repayment of the account's own debt. */
export function encodeMorphoRepay(
  options: MorphoCallOptions & { readonly amount: MorphoAmount },
): AgentCall {
  const { chain, account, market, amount } = options
  return {
    to: chain.deployment.morpho.morpho,
    data: encodeFunctionData({
      abi: morphoAbi,
      functionName: 'repay',
      args: [toParams(market), ...toPair(amount), account, noCallback],
    }),
    // Shares are a number of their own: no amount of tokens goes there.
    ...(amount.type === 'units' ? { amountOffsets: [amountOffset] } : {}),
  }
}

/** Encodes that the account wraps native coin, or unwraps it. */
export function encodeWrap(chain: LendChain, units: bigint): AgentCall {
  return {
    to: chain.deployment.wrappedNative,
    valueWei: units,
    data: encodeFunctionData({ abi: wethAbi, functionName: 'deposit' }),
  }
}

/** Encodes that the account unwraps native coin. */
export function encodeUnwrap(chain: LendChain, units: bigint): AgentCall {
  return {
    to: chain.deployment.wrappedNative,
    data: encodeFunctionData({
      abi: wethAbi,
      functionName: 'withdraw',
      args: [units],
    }),
  }
}

function toParams(market: MorphoMarketState) {
  const { loanToken, collateralToken, oracle, irm, lltv } = market
  return { loanToken, collateralToken, oracle, irm, lltv }
}

/** Assets, then shares; the one that is 0 follows from the other. */
function toPair(amount: MorphoAmount): readonly [bigint, bigint] {
  return amount.type === 'units' ? [amount.units, 0n] : [0n, amount.shares]
}
