import {
  type ChainDeployment,
  createFacilitator,
  type EvmChainPort,
} from '@behest/evm'
import type { Address } from '@behest/spec'
import {
  createPublicClient,
  http,
  type LocalAccount,
  parseEther,
  toHex,
} from 'viem'
import { type FacilitatorServer, serveFacilitator } from './serveFacilitator.js'

const usualPort = 4200

/**
 * Starts the house's own facilitator. On the local chain it is given the gas
 * that it needs; elsewhere its operator sends some to its address.
 *
 * @param options.account - Pays the gas of settlements.
 * @param options.port - Where to listen; 4200, or a free one, if absent.
 */
export async function startFacilitator(options: {
  readonly chain: EvmChainPort
  readonly deployment: ChainDeployment
  readonly account: LocalAccount
  readonly host: string
  readonly port: number | undefined
  readonly rpcUrl: string
  readonly onError: (error: unknown) => void
}): Promise<FacilitatorServer> {
  const { chain, deployment, account, host, port, onError } = options
  if (deployment.name === 'local')
    await giveGas({ rpcUrl: options.rpcUrl, address: account.address })
  const usdc = deployment.tokens.find(({ symbol }) => symbol === 'USDC')
  return serveFacilitator({
    facilitator: createFacilitator({
      client: chain.client,
      account,
      assets:
        usdc === undefined || usdc.address === 'native' ? [] : [usdc.address],
    }),
    host,
    ports: port === undefined ? [usualPort, 0] : [port],
    onError,
  })
}

async function giveGas(options: {
  readonly rpcUrl: string
  readonly address: Address
}): Promise<void> {
  const { rpcUrl, address } = options
  const client = createPublicClient({ transport: http(rpcUrl) })
  if ((await client.getBalance({ address })) > 0n) return
  // A method of the local chain's node; no other chain has it.
  const request = client.request as (call: {
    method: string
    params: readonly unknown[]
  }) => Promise<unknown>
  await request({
    method: 'anvil_setBalance',
    params: [address, toHex(parseEther('100'))],
  })
}
