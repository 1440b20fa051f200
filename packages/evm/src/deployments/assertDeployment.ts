import { type Address, BehestError } from '@behest/spec'
import type { ChainClient } from '../client/createChainClient.js'
import type { ChainDeployment } from './chainDeployment.js'

/**
 * Checks that a node serves the chain that the addresses belong to.
 *
 * @param options.client - Client of the node.
 * @param options.deployment - Addresses that must hold contracts there.
 * @throws {WrongChainError} when the node serves another chain.
 * @throws {ContractMissingError} when an address holds no code.
 */
export async function assertDeployment(options: {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
}): Promise<void> {
  const { client, deployment } = options
  const actualChainId = await client.getChainId()
  if (actualChainId !== deployment.chainId)
    throw new WrongChainError({
      name: deployment.name,
      expectedChainId: deployment.chainId,
      actualChainId,
    })
  const contracts = listContracts(deployment)
  const codes = await Promise.all(
    contracts.map(([, address]) => client.getCode({ address })),
  )
  const missing = contracts.filter(
    (_, index) => (codes[index] ?? '0x') === '0x',
  )
  if (missing.length > 0)
    throw new ContractMissingError({
      name: deployment.name,
      missing: missing
        .map(([name, address]) => `${name} (${address})`)
        .join(', '),
    })
}

function listContracts(
  deployment: ChainDeployment,
): readonly (readonly [string, Address])[] {
  const { uniswapV2, uniswapV3, aaveV3, morpho } = deployment
  return [
    ['multicall3', deployment.multicall3],
    ['permit2', deployment.permit2],
    ['wrappedNative', deployment.wrappedNative],
    ['universalRouter', deployment.universalRouter],
    ['uniswapV2.factory', uniswapV2.factory],
    ['uniswapV2.router', uniswapV2.router],
    ['uniswapV3.factory', uniswapV3.factory],
    ['uniswapV3.swapRouter02', uniswapV3.swapRouter02],
    ['uniswapV3.quoterV2', uniswapV3.quoterV2],
    ['aaveV3.pool', aaveV3.pool],
    ['aaveV3.oracle', aaveV3.oracle],
    ['aaveV3.dataProvider', aaveV3.dataProvider],
    ['aaveV3.wrappedTokenGateway', aaveV3.wrappedTokenGateway],
    ['aaveV3.addressesProvider', aaveV3.addressesProvider],
    ['morpho.morpho', morpho.morpho],
    ...deployment.tokens.flatMap(({ symbol, address }) =>
      address === 'native' ? [] : ([[`token ${symbol}`, address]] as const),
    ),
    ...morpho.markets.flatMap(({ id, oracle, irm }) => [
      [`morpho oracle of ${id.slice(0, 10)}`, oracle] as const,
      [`morpho rate model of ${id.slice(0, 10)}`, irm] as const,
    ]),
  ]
}

/** Thrown when a node serves another chain than the one that was configured. */
export class WrongChainError extends BehestError {
  readonly code = 'WRONG_CHAIN'
  readonly retry = 'never'

  constructor(facts: {
    readonly name: string
    readonly expectedChainId: number
    readonly actualChainId: number
  }) {
    super(
      `The node serves chain ${facts.actualChainId}, not ${facts.expectedChainId} ("${facts.name}"). Point BEHEST_RPC_URL to a node of that chain.`,
      { facts },
    )
  }
}

/** Thrown when a contract that we build on is not on the chain. */
export class ContractMissingError extends BehestError {
  readonly code = 'CONTRACT_MISSING'
  readonly retry = 'never'

  constructor(facts: { readonly name: string; readonly missing: string }) {
    super(
      `Chain "${facts.name}" has no code at ${facts.missing}. Correct its deployment table, or load the snapshot that the addresses belong to.`,
      { facts },
    )
  }
}
