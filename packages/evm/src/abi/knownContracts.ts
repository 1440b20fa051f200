import type { Address } from '@behest/spec'
import type { Abi, AbiFunction } from 'viem'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { delegationManagerAbi } from '../mandate/delegationAbi.js'
import {
  aaveDebtTokenAbi,
  aavePoolAbi,
  erc20Abi,
  morphoAbi,
  operatorAbi,
  permit2Abi,
  swapRouter02Abi,
  uniswapV2RouterAbi,
  universalRouterAbi,
  universalRouterCommands,
  wethAbi,
  wrappedTokenGatewayAbi,
} from './abis.js'

/** A contract that calldata can be decoded for. */
export type KnownContract = {
  readonly address: Address
  /** What a person would call it. */
  readonly name: string
  readonly abi: Abi
  /** What each byte of a string of commands means, where it runs such. */
  readonly commands?: Readonly<Record<number, AbiFunction>>
}

/**
 * Lists the contracts of a chain whose calls we can read.
 *
 * @param deployment - Addresses of the chain.
 * @returns Protocols first, then the listed tokens; no address twice.
 */
export function knownContracts(
  deployment: ChainDeployment,
): readonly KnownContract[] {
  const { uniswapV2, uniswapV3, aaveV3, morpho } = deployment
  const wrapped = deployment.wrappedNative.toLowerCase()
  return [
    {
      address: uniswapV2.router,
      name: 'Uniswap V2 Router',
      abi: uniswapV2RouterAbi,
    },
    {
      address: uniswapV3.swapRouter02,
      name: 'Uniswap SwapRouter02',
      abi: swapRouter02Abi,
    },
    {
      address: deployment.universalRouter,
      name: 'Uniswap Universal Router',
      abi: universalRouterAbi,
      commands: universalRouterCommands,
    },
    { address: deployment.permit2, name: 'Permit2', abi: permit2Abi },
    { address: aaveV3.pool, name: 'Aave V3 Pool', abi: aavePoolAbi },
    {
      address: aaveV3.wrappedTokenGateway,
      name: 'Aave V3 Wrapped Token Gateway',
      abi: wrappedTokenGatewayAbi,
    },
    { address: morpho.morpho, name: 'Morpho Blue', abi: morphoAbi },
    ...deployment.tokens.flatMap(({ address, symbol }) =>
      address === 'native'
        ? []
        : [
            {
              address,
              name: symbol,
              abi: address.toLowerCase() === wrapped ? wethAbi : erc20Abi,
            },
          ],
    ),
  ]
}

/**
 * Lists the contracts that only runs of standing orders call: what pays out what
 * their mandates give.
 *
 * @param deployment - Addresses of the chain.
 */
export function orderContracts(
  deployment: ChainDeployment,
): readonly KnownContract[] {
  const { delegation } = deployment
  return delegation === undefined
    ? []
    : [
        {
          address: delegation.delegationManager,
          name: 'Delegation Manager',
          abi: delegationManagerAbi,
        },
      ]
}

/**
 * ABIs that fit any contract of their kind: for targets that are not known by
 * address, to name what a call looks like.
 */
export const commonAbis = {
  erc20: erc20Abi,
  operator: operatorAbi,
  aaveDebtToken: aaveDebtTokenAbi,
} as const
