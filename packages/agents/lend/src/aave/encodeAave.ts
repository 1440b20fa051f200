import { aavePoolAbi, wethAbi, wrappedTokenGatewayAbi } from '@behest/evm'
import type { AgentCall } from '@behest/sdk'
import type { Address } from '@behest/spec'
import { encodeFunctionData } from 'viem'
import type { LendChain } from '../LendChain.js'

// Aave's own names for interest rate modes; the stable one is retired.
const variableRate = 2n
const noReferral = 0

// The amount is the second argument of supply, withdraw, borrow, repay and
// repayETH: behind the selector and one word.
const amountOffset = 36

/** What {@link encodeAaveSupply} and its like take. */
export type AaveCallOptions = {
  readonly chain: LendChain
  readonly account: Address
  /** The reserve's token; the wrapped one for native coin. */
  readonly token: Address
  /** Whether the account gives or gets native coin instead. */
  readonly isNative: boolean
  readonly units: bigint
}

/**
 * Encodes a supply on the account's own behalf. Native coin goes through Aave's
 * gateway: one call, and nothing to approve.
 */
export function encodeAaveSupply(options: AaveCallOptions): AgentCall {
  const { chain, account, token, isNative, units } = options
  const { pool, wrappedTokenGateway } = chain.deployment.aaveV3
  return isNative
    ? {
        to: wrappedTokenGateway,
        valueWei: units,
        data: encodeFunctionData({
          abi: wrappedTokenGatewayAbi,
          functionName: 'depositETH',
          args: [pool, account, noReferral],
        }),
        amountOffsets: [-1],
      }
    : {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'supply',
          args: [token, units, account, noReferral],
        }),
        amountOffsets: [amountOffset],
      }
}

/**
 * Encodes a withdrawal to the account. Native coin is unwrapped by the account
 * itself: the gateway would need an allowance on the aTokens.
 *
 * @param options.units - What is unwrapped, where it is native coin.
 * @param options.withdrawnUnits - What Aave is asked for; the largest number
 *   stands for all.
 */
export function encodeAaveWithdraw(
  options: AaveCallOptions & { readonly withdrawnUnits: bigint },
): readonly AgentCall[] {
  const { chain, account, token, isNative, units, withdrawnUnits } = options
  return [
    {
      to: chain.deployment.aaveV3.pool,
      data: encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'withdraw',
        args: [token, withdrawnUnits, account],
      }),
    },
    ...(isNative ? [encodeUnwrap(token, units)] : []),
  ]
}

/** Encodes a borrow at the variable rate, on the account's own credit. */
export function encodeAaveBorrow(
  options: AaveCallOptions,
): readonly AgentCall[] {
  const { chain, account, token, isNative, units } = options
  return [
    {
      to: chain.deployment.aaveV3.pool,
      data: encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'borrow',
        args: [token, units, variableRate, noReferral, account],
      }),
    },
    ...(isNative ? [encodeUnwrap(token, units)] : []),
  ]
}

/**
 * Encodes a repayment of the account's own variable debt. Aave takes no more
 * than is owed; the gateway sends back what was too much.
 */
export function encodeAaveRepay(options: AaveCallOptions): AgentCall {
  const { chain, account, token, isNative, units } = options
  const { pool, wrappedTokenGateway } = chain.deployment.aaveV3
  return isNative
    ? {
        to: wrappedTokenGateway,
        valueWei: units,
        data: encodeFunctionData({
          abi: wrappedTokenGatewayAbi,
          functionName: 'repayETH',
          args: [pool, units, variableRate, account],
        }),
        amountOffsets: [-1, amountOffset],
      }
    : {
        to: pool,
        data: encodeFunctionData({
          abi: aavePoolAbi,
          functionName: 'repay',
          args: [token, units, variableRate, account],
        }),
        amountOffsets: [amountOffset],
      }
}

/** Encodes that a supplied token counts as collateral. */
export function encodeUseAsCollateral(
  chain: LendChain,
  token: Address,
): AgentCall {
  return {
    to: chain.deployment.aaveV3.pool,
    data: encodeFunctionData({
      abi: aavePoolAbi,
      functionName: 'setUserUseReserveAsCollateral',
      args: [token, true],
    }),
  }
}

function encodeUnwrap(wrappedNative: Address, units: bigint): AgentCall {
  return {
    to: wrappedNative,
    data: encodeFunctionData({
      abi: wethAbi,
      functionName: 'withdraw',
      args: [units],
    }),
  }
}
