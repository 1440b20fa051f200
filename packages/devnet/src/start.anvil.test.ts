import {
  type Address,
  createPublicClient,
  erc20Abi,
  getAddress,
  http,
  parseAbi,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenDecimals, tokenSymbols } from './addresses.js'
import { DevnetRequestError } from './requestRpc.js'
import {
  DevnetPortTakenError,
  DevnetStartError,
  spawnAnvil,
} from './spawnAnvil.js'
import {
  type Devnet,
  DevnetOptionError,
  DevnetRevertError,
  start,
} from './start.js'
import { isAnvilRunning } from './stateOwner.js'

let devnet: Devnet

beforeAll(async () => {
  devnet = await start()
})
afterAll(() => devnet.stop())

function createClient(chain: Devnet) {
  return createPublicClient({ chain: chain.chain, transport: http(chain.url) })
}

function collectAddresses(value: unknown): readonly Address[] {
  if (typeof value === 'string')
    return /^0x[0-9a-fA-F]{40}$/.test(value) ? [value as Address] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(collectAddresses)
}

describe('start', () => {
  test('default', async () => {
    const client = createClient(devnet)
    expect(await client.getChainId()).toBe(31337)
    expect(isAnvilRunning(devnet.processId)).toBe(true)
  })

  test('behavior: the last block is of now, not of the snapshot', async () => {
    const fresh = await start({ timestampUnixSeconds: 1_900_000_000 })
    try {
      const block = await createClient(fresh).getBlock()
      expect(block.timestamp).toBeGreaterThanOrEqual(1_900_000_000n)
      expect(block.number).toBe(
        BigInt(fresh.addresses.snapshot.blockNumber) + 1n,
      )
    } finally {
      await fresh.stop()
    }
  })

  test('behavior: each address is in checksum form and has code', async () => {
    const client = createClient(devnet)
    const addresses = collectAddresses(devnet.addresses)
    expect(addresses.length).toBeGreaterThan(120)
    expect(addresses).toEqual(addresses.map((one) => getAddress(one)))
    const codes = await Promise.all(
      addresses.map((address) => client.getCode({ address })),
    )
    expect(addresses.filter((_, index) => codes[index] === undefined)).toEqual(
      [],
    )
  })

  test('behavior: tokens are what they are called', async () => {
    // One request for all, through Multicall3 at its public address.
    const answers = await createClient(devnet).multicall({
      allowFailure: false,
      contracts: tokenSymbols.flatMap((symbol) => {
        const token = {
          address: devnet.addresses.tokens[symbol],
          abi: erc20Abi,
        }
        return [
          { ...token, functionName: 'symbol' } as const,
          { ...token, functionName: 'decimals' } as const,
        ]
      }),
    })
    expect(answers).toEqual(
      tokenSymbols.flatMap((symbol) => [symbol, tokenDecimals[symbol]]),
    )
  })

  test('behavior: chain time can be given', async () => {
    const timestampUnixSeconds = 1_900_000_000
    const dated = await start({ timestampUnixSeconds })
    try {
      await dated.setPrice({ symbol: 'DAI', usd: '1' })
      const { timestamp } = await createClient(dated).getBlock()
      expect(Number(timestamp)).toBeGreaterThanOrEqual(timestampUnixSeconds)
      expect(Number(timestamp)).toBeLessThan(timestampUnixSeconds + 60)
    } finally {
      await dated.stop()
    }
  })

  test('behavior: mixed mining lets chain time go on', async () => {
    const mixed = await start({ mining: 'mixed' })
    try {
      const client = createClient(mixed)
      const first = await client.getBlockNumber()
      await expect
        .poll(() => client.getBlockNumber({ cacheTime: 0 }), {
          timeout: 10_000,
        })
        .toBeGreaterThan(first)
    } finally {
      await mixed.stop()
    }
  })

  test('behavior: another chain id, for tests of the wrong chain', async () => {
    const wrong = await start({ chainId: 5 })
    try {
      expect(wrong.chain.id).toBe(5)
      expect(await createClient(wrong).getChainId()).toBe(5)
    } finally {
      await wrong.stop()
    }
  })

  test('behavior: stop ends the process', async () => {
    const other = await start()
    await other.stop()
    expect(await other.exited).toEqual({ exitCode: 0, signal: null })
    expect(isAnvilRunning(other.processId)).toBe(false)
  })

  test('error: DevnetPortTakenError', async () => {
    const port = Number(new URL(devnet.url).port)
    const error = await start({ port }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(DevnetPortTakenError)
    expect((error as DevnetPortTakenError).facts).toEqual({ port: `${port}` })
  })

  test('error: DevnetOptionError', async () => {
    const { timestampUnixSeconds } = devnet.addresses.snapshot
    await expect(start({ timestampUnixSeconds })).rejects.toThrow(
      DevnetOptionError,
    )
  })

  test('error: DevnetStartError tells what anvil said', async () => {
    const error = await spawnAnvil({
      port: 0,
      flags: ['--no-such-flag'],
    }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(DevnetStartError)
    expect((error as DevnetStartError).facts.reason).toContain('--no-such-flag')
  })

  test('error: DevnetRequestError', async () => {
    const account = devnet.accounts[1].address
    const nothing = devnet.accounts[2].address
    await expect(
      devnet.deal({ account, token: nothing, amountUnits: 1n }),
    ).rejects.toThrow(DevnetRequestError)
  })
})

describe('deal', () => {
  test('default', async () => {
    const client = createClient(devnet)
    const account = devnet.accounts[1].address
    for (const symbol of tokenSymbols) {
      await devnet.deal({ account, token: symbol, amountUnits: 7n })
      const units = await client.readContract({
        address: devnet.addresses.tokens[symbol],
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [account],
      })
      expect(units).toBe(7n)
    }
    await devnet.deal({ account, token: 'native', amountUnits: 9n })
    expect(await client.getBalance({ address: account })).toBe(9n)
  })
})

describe('snapshot', () => {
  test('default', async () => {
    const client = createClient(devnet)
    const account = devnet.accounts[3].address
    const snapshotId = await devnet.snapshot()
    await devnet.deal({ account, token: 'DAI', amountUnits: 5n })
    await devnet.revert(snapshotId)
    const units = await client.readContract({
      address: devnet.addresses.tokens.DAI,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [account],
    })
    expect(units).toBe(0n)
  })

  test('error: DevnetRevertError on an id that is used up', async () => {
    const snapshotId = await devnet.snapshot()
    await devnet.revert(snapshotId)
    await expect(devnet.revert(snapshotId)).rejects.toThrow(DevnetRevertError)
  })
})

describe('setPrice', () => {
  const feedAbi = parseAbi([
    'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
    'function updateAnswer(int256 answer)',
    'error OnlyOwner()',
  ])

  test('default', async () => {
    const client = createClient(devnet)
    await devnet.setPrice({ symbol: 'WBTC', usd: '94123.45' })
    const [, answer, , updatedAt] = await client.readContract({
      address: devnet.addresses.priceFeeds.WBTC,
      abi: feedAbi,
      functionName: 'latestRoundData',
    })
    expect(answer).toBe(94_123_45000000n)
    expect(updatedAt).toBeGreaterThanOrEqual(
      (await client.getBlock()).timestamp,
    )
  })

  test('behavior: nobody else moves a price', async () => {
    await expect(
      createClient(devnet).simulateContract({
        account: devnet.accounts[1].address,
        address: devnet.addresses.priceFeeds.WBTC,
        abi: feedAbi,
        functionName: 'updateAnswer',
        args: [1n],
      }),
    ).rejects.toThrow('OnlyOwner')
  })
})
