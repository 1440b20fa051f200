import { createTransferAgent } from '@behest/agent-transfer'
import { devnetAccounts } from '@behest/devnet'
import { readAllowanceLedger } from '@behest/evm'
import { readGrants } from '@behest/journal'
import { createWalletClient, erc20Abi, http, parseAbi } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'

let world: World

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(
    await world.serve([
      world.honest,
      createTransferAgent({ chains: [world.chain] }),
    ]),
  )
})
afterAll(async () => {
  await world.stop()
})

const readGranted = () =>
  readGrants({ pool: world.database, account: world.user })
async function readOpen() {
  const { allowances, isComplete } = await readAllowanceLedger({
    chain: world.chain,
    account: world.user,
    granted: await readGranted(),
  })
  expect(isComplete).toBe(true)
  return allowances.filter(({ units }) => units > 0n)
}

describe('the ledger of allowances', () => {
  test('I9: plans leave none behind, in either custody, and the ledger knows which gave some', async () => {
    for (const [text, custody] of [
      ['swap 100 USDC for ETH', 'direct'],
      ['swap 100 USDC for DAI', 'mandate'],
      ['swap 50 DAI for USDC', 'direct'],
    ] as const) {
      const record = await world.carryOut(text, undefined, custody)
      expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    }
    expect(await readOpen()).toEqual([])
    const granted = await readGranted()
    expect(granted.length).toBeGreaterThanOrEqual(2)
    expect(new Set(granted.map(({ token }) => token.toLowerCase()))).toContain(
      world.devnet.addresses.tokens.USDC.toLowerCase(),
    )
  })

  test('behavior: what others were allowed is found, in Permit2 too, and is taken back by a plan', async () => {
    const { tokens, permit2 } = world.devnet.addresses
    const stranger = devnetAccounts[7].address
    const wallet = createWalletClient({
      account: privateKeyToAccount(devnetAccounts[1].privateKey),
      chain: world.devnet.chain,
      transport: http(world.devnet.url),
    })
    const wait = async (hash: `0x${string}`) => {
      await world.chain.client.waitForTransactionReceipt({ hash })
    }
    await wait(
      await wallet.writeContract({
        address: tokens.USDC,
        abi: erc20Abi,
        functionName: 'approve',
        args: [stranger, 5_000_000n],
      }),
    )
    await wait(
      await wallet.writeContract({
        address: permit2,
        abi: parseAbi([
          'function approve(address token, address spender, uint160 amount, uint48 expiration)',
        ]),
        functionName: 'approve',
        args: [tokens.DAI, stranger, 2n ** 160n - 1n, 2 ** 47],
      }),
    )
    expect(await readOpen()).toMatchObject([
      { kind: 'erc20', symbol: 'USDC', spender: stranger, units: 5_000_000n },
      {
        kind: 'permit2',
        symbol: 'DAI',
        spender: stranger,
        coversBalance: true,
      },
    ])
    const record = await world.carryOut(
      `revoke the allowance of ${stranger} on my USDC`,
    )
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(await readOpen()).toMatchObject([{ kind: 'permit2' }])
  })
})
