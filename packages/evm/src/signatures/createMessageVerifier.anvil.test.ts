import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ChainClient,
  createChainClient,
} from '../client/createChainClient.js'
import { toLocalDeployment } from '../deployments/toLocalDeployment.js'
import { createMessageVerifier } from './createMessageVerifier.js'

const holder = privateKeyToAccount(devnetAccounts[1].privateKey)
const stranger = privateKeyToAccount(devnetAccounts[2].privateKey)
const message = 'let this chat speak for me'
let devnet: Devnet
let client: ChainClient
let away: ChainClient

beforeAll(async () => {
  devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  client = createChainClient({ rpcUrl: devnet.url, deployment })
  away = createChainClient({ rpcUrl: 'http://127.0.0.1:9', deployment })
})
afterAll(() => devnet.stop())

describe('createMessageVerifier', () => {
  test('default: the holder signed it, a stranger did not', async () => {
    const verify = createMessageVerifier(client)
    const { address } = holder
    const own = await holder.signMessage({ message })
    const other = await stranger.signMessage({ message })
    expect(await verify({ address, message, signature: own })).toBe(true)
    expect(await verify({ address, message, signature: other })).toBe(false)
    expect(await verify({ address, message, signature: '0x' })).toBe(false)
    expect(await verify({ address, message, signature: '0xzz' as never })).toBe(
      false,
    )
  })

  test('error: ChainUnreachableError, and never a signature that is called wrong', async () => {
    const verify = createMessageVerifier(away)
    const { address } = holder
    const own = await holder.signMessage({ message })
    // A plain key's signature needs no node.
    expect(await verify({ address, message, signature: own })).toBe(true)
    // Of another key: only the node knows whether the account is a contract.
    await expect(
      verify({
        address,
        message,
        signature: await stranger.signMessage({ message }),
      }),
    ).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE', retry: 'same-input' })
  })
})
