import { type Devnet, start } from '@behest/devnet'
import {
  createChainPort,
  type EvmChainPort,
  toLocalDeployment,
} from '@behest/evm'
import { quoteInProcess } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import type { Address, Instruction, Quote, Token } from '@behest/spec'
import { createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTransferAgent } from './createTransferAgent.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
let devnet: Devnet
let chain: EvmChainPort
let usdc: Token & { address: Address }
let account: Address
let friend: Address

beforeAll(async () => {
  devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  chain = createChainPort({ rpcUrl: devnet.url, deployment })
  account = devnet.accounts[1].address
  friend = devnet.accounts[2].address
  usdc = {
    chainId: chain.chainId,
    address: devnet.addresses.tokens.USDC,
    symbol: 'USDC',
    decimals: 6,
  }
  await devnet.deal({ account, token: 'USDC', amountUnits: 100_000_000n })
})
afterAll(() => devnet?.stop())

async function ask(instruction: Instruction) {
  const head = await chain.readHead()
  return quoteInProcess(createTransferAgent({ chains: [chain] }), {
    request: createTestRequest({
      instruction,
      account,
      chainId: chain.chainId,
      blockNumber: head.number,
      blockHash: head.hash,
      nowUnixSeconds: head.timestampUnixSeconds,
    }),
    signer,
  })
}

/** Quotes, and sends the calls as they are. */
async function carryOut(instruction: Instruction): Promise<Quote> {
  const quote = (await ask(instruction)) as Quote
  const wallet = createWalletClient({
    account: privateKeyToAccount(devnet.accounts[1].privateKey),
    chain: devnet.chain,
    transport: http(devnet.url),
  })
  for (const { to, valueWei, data } of quote.calls) {
    const receipt = await wallet.sendTransactionSync({
      to,
      value: valueWei,
      data,
    })
    expect(receipt.status).toBe('success')
  }
  return quote
}
const balanceOf = (owner: Address, token: Address | 'native') =>
  chain.readBalance({ account: owner, token })
const allowanceOf = async (spender: Address) =>
  (
    await chain.readAllowances({
      account,
      pairs: [{ token: usdc.address, spender }],
    })
  )[0]

describe('createTransferAgent on the local chain', () => {
  test('L-UNIT-03: exactly the units that were said arrive', async () => {
    const before = await balanceOf(friend, usdc.address)
    await carryOut({
      action: 'transfer',
      token: usdc,
      amount: { type: 'exact', units: 1_234_567n },
      to: friend,
    })
    expect((await balanceOf(friend, usdc.address)) - before).toBe(1_234_567n)
    expect(await balanceOf(account, usdc.address)).toBe(98_765_433n)
  })

  test('L-UNIT-12: the native coin arrives to the wei', async () => {
    const before = await balanceOf(friend, 'native')
    await carryOut({
      action: 'transfer',
      token: chain.nativeToken,
      amount: { type: 'exact', units: 10n ** 17n + 1n },
      to: friend,
    })
    expect((await balanceOf(friend, 'native')) - before).toBe(10n ** 17n + 1n)
  })

  test('L-SEND-04: what is promised is what a simulation shows', async () => {
    const quote = (await ask({
      action: 'transfer',
      token: usdc,
      amount: { type: 'exact', units: 42n },
      to: friend,
    })) as Quote
    const head = await chain.readHead()
    const { steps } = await chain.simulate({
      account,
      blockNumber: head.number,
      steps: [{ stepId: 's1', calls: quote.calls }],
      otherAccounts: [friend],
      tokens: [usdc.address],
      allowances: [],
    })
    expect(steps[0]?.calls.every(({ succeeded }) => succeeded)).toBe(true)
    expect(
      steps[0]?.deltas.map((delta) => [
        delta.account.toLowerCase(),
        delta.units,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [account.toLowerCase(), -42n],
        [friend.toLowerCase(), 42n],
      ]),
    )
  })

  test('L-APPR-01: an allowance is exact, changed over 0, and revoked', async () => {
    const approve = (units: bigint) =>
      carryOut({
        action: 'approve',
        token: usdc,
        amount: { type: 'exact', units },
        spender: friend,
      })
    expect((await approve(7n)).calls).toHaveLength(1)
    expect(await allowanceOf(friend)).toBe(7n)
    expect((await approve(9n)).calls).toHaveLength(2)
    expect(await allowanceOf(friend)).toBe(9n)
    await carryOut({ action: 'revoke', token: usdc, spender: friend })
    expect(await allowanceOf(friend)).toBe(0n)
    await expect(
      ask({ action: 'revoke', token: usdc, spender: friend }),
    ).resolves.toMatchObject({ code: 'NOTHING_TO_REVOKE' })
  })
})
