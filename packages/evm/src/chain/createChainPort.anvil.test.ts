import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain, type TestChain } from '../../test/startChain.js'
import {
  assertDeployment,
  type ChainDeployment,
  ChainUnreachableError,
  ContractMissingError,
  createChainClient,
  createChainPort,
  deployments,
  TokenDecimalsMismatchError,
  TokenUnreadableError,
  WrongChainError,
} from '../index.js'

let chain: TestChain
beforeAll(async () => {
  chain = await startChain()
})
afterAll(() => chain.devnet.stop())

const find = async (symbol: string) =>
  (await chain.port.findTokens({ symbol })).map((token) => [
    token.symbol,
    token.address,
    token.decimals,
  ])

describe('createChainPort', () => {
  test('findTokens: by symbol in any case, native coin and its wrapped form apart', async () => {
    const { USDC, WETH, WBTC } = chain.devnet.addresses.tokens
    expect(await find('usdc')).toEqual([['USDC', USDC, 6]])
    expect(await find(' UsDc ')).toEqual([['USDC', USDC, 6]])
    expect(await find('eth')).toEqual([['ETH', 'native', 18]])
    expect(await find('ether')).toEqual([['ETH', 'native', 18]])
    expect(await find('weth')).toEqual([['WETH', WETH, 18]])
    expect(await find('bitcoin')).toEqual([['WBTC', WBTC, 8]])
    expect(await find('PEPE')).toEqual([])
    // A look-alike of one letter is no listed symbol.
    expect(await find('UЅDC')).toEqual([])
  })

  test('findTokens: by address, as the contract says', async () => {
    const { addresses } = chain.devnet
    const { aToken } = addresses.aaveV3.reserves.DAI
    expect(await chain.port.findTokens({ address: aToken })).toEqual([
      {
        chainId: 31337,
        address: aToken,
        symbol: 'aDevDAI',
        decimals: 18,
      },
    ])
    const lower = addresses.tokens.USDC.toLowerCase() as `0x${string}`
    expect(await chain.port.findTokens({ address: lower })).toEqual([
      {
        chainId: 31337,
        address: addresses.tokens.USDC,
        symbol: 'USDC',
        name: 'USD Coin',
        decimals: 6,
      },
    ])
    expect(
      await chain.port.findTokens({ address: chain.deployment.permit2 }),
    ).toEqual([])
    expect(await chain.port.findTokens({ address: chain.account })).toEqual([])
  })

  test('error: TokenDecimalsMismatchError before any amount is computed', async () => {
    const wrong: ChainDeployment = {
      ...chain.deployment,
      tokens: chain.deployment.tokens.map((token) =>
        token.symbol === 'USDC' ? { ...token, decimals: 18 } : token,
      ),
    }
    const port = createChainPort({
      rpcUrl: chain.devnet.url,
      deployment: wrong,
    })
    await expect(port.findTokens({ symbol: 'USDC' })).rejects.toBeInstanceOf(
      TokenDecimalsMismatchError,
    )
  })

  test('resolveParty: an address with its checksum, or nobody', async () => {
    const { port, account } = chain
    const swapped = account.replace(/[a-f]/, (letter) => letter.toUpperCase())
    expect(await port.resolveParty(account)).toBe(account)
    expect(await port.resolveParty(account.toLowerCase())).toBe(account)
    expect(swapped).not.toBe(account)
    expect(await port.resolveParty(swapped)).toBeNull()
    expect(await port.resolveParty(account.slice(0, -1))).toBeNull()
    expect(await port.resolveParty(`0x${'00'.repeat(20)}`)).toBeNull()
    // This chain has no name service.
    expect(await port.resolveParty('vitalik.eth')).toBeNull()
    expect(await port.resolveParty('my friend')).toBeNull()
  })

  test('reads: balances, allowances and prices of one block', async () => {
    const { port, account, devnet, deployment } = chain
    const { USDC, WBTC, WETH } = devnet.addresses.tokens
    await devnet.deal({ account, token: 'USDC', amountUnits: 77n })
    expect(await port.readBalance({ account, token: USDC })).toBe(77n)
    expect(await port.readBalance({ account, token: 'native' })).toBe(
      await port.client.getBalance({ address: account }),
    )
    expect(
      await port.readAllowances({
        account,
        pairs: [
          { token: USDC, spender: deployment.permit2 },
          { token: WETH, spender: deployment.permit2 },
        ],
      }),
    ).toEqual([0n, 0n])
    expect(
      await Promise.all(
        [WBTC, 'native' as const, USDC, account].map((token) =>
          port.readPriceUsdE8({ token }),
        ),
      ),
    ).toEqual([95_000n * 10n ** 8n, 3000n * 10n ** 8n, 10n ** 8n, null])
    const { number } = await port.readHead()
    await devnet.setPrice({ symbol: 'WETH', usd: '2500' })
    expect(await port.readPriceUsdE8({ token: 'native' })).toBe(
      2500n * 10n ** 8n,
    )
    expect(
      await port.readPriceUsdE8({ token: 'native', blockNumber: number }),
    ).toBe(3000n * 10n ** 8n)
  })

  test('error: TokenUnreadableError for what is no token', async () => {
    const { port, account } = chain
    await expect(
      port.readBalance({ account, token: account }),
    ).rejects.toBeInstanceOf(TokenUnreadableError)
    await expect(
      port.readAllowances({
        account,
        pairs: [{ token: account, spender: account }],
      }),
    ).rejects.toBeInstanceOf(TokenUnreadableError)
  })

  test('error: ChainUnreachableError that does not tell the address', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    try {
      const silent = createChainPort({
        rpcUrl: `http://127.0.0.1:${port}/secret-key`,
        deployment: chain.deployment,
        timeoutMs: 50,
      })
      const error = await silent.readHead().catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(ChainUnreachableError)
      expect(String(error)).not.toContain('secret-key')
      expect(
        JSON.stringify((error as ChainUnreachableError).toReport()),
      ).toMatch(/took too long/)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('assertDeployment', () => {
  test('default: the local chain holds what its addresses say', async () => {
    await expect(
      assertDeployment({
        client: chain.port.client,
        deployment: chain.deployment,
      }),
    ).resolves.toBeUndefined()
  })

  test('error: WrongChainError', async () => {
    const error = await assertDeployment({
      client: createChainClient({
        rpcUrl: chain.devnet.url,
        deployment: deployments.base,
      }),
      deployment: deployments.base,
    }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(WrongChainError)
    expect((error as WrongChainError).facts).toEqual({
      name: 'base',
      expectedChainId: '8453',
      actualChainId: '31337',
    })
  })

  test('error: ContractMissingError names exactly what is missing', async () => {
    const { deployment, account } = chain
    const error = await assertDeployment({
      client: chain.port.client,
      deployment: {
        ...deployment,
        permit2: account,
        aaveV3: { ...deployment.aaveV3, oracle: account },
      },
    }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ContractMissingError)
    expect((error as ContractMissingError).facts.missing).toBe(
      `permit2 (${account}), aaveV3.oracle (${account})`,
    )
  })
})
