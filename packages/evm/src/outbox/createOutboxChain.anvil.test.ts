import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '@behest/devnet'
import { encodeFunctionData, type Hex, parseEther } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChain, type TestChain } from '../../test/startChain.js'
import { startRpcProxy } from '../../test/startRpcProxy.js'
import { ChainReadError } from '../client/errors.js'
import {
  createChainClient,
  createLegSigner,
  createOutboxChain,
  erc20Abi,
  type LegTransaction,
  type OutboxChain,
  toLocalDeployment,
} from '../index.js'

const signer = createLegSigner({
  account: mnemonicToAccount(
    'test test test test test test test test test test test junk',
    { addressIndex: 4 },
  ),
  chainId: 31337,
})

let chain: TestChain
let outbox: OutboxChain
beforeAll(async () => {
  chain = await startChain({ accountIndex: 5 })
  outbox = createOutboxChain({
    client: chain.port.client,
    deployment: chain.deployment,
  })
})
afterAll(() => chain.devnet.stop())

const toTransaction = async (
  change: Partial<LegTransaction> = {},
): Promise<LegTransaction> => ({
  purpose: 'send',
  legId: 'leg',
  planHash: `0x${'11'.repeat(32)}`,
  chainId: 31337,
  from: signer.address,
  to: chain.account,
  valueWei: 1n,
  data: '0x',
  nonce: await outbox.readNonce({
    address: signer.address,
    include: 'pending',
  }),
  gasLimit: 200_000n,
  maxFeePerGasWei: 2_000_000_000n,
  maxPriorityFeePerGasWei: 1_000_000n,
  ...change,
})

const waitForReceipt = async (hash: Hex) => {
  for (;;) {
    const receipt = await outbox.readReceipt(hash)
    if (receipt !== null) return receipt
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('createOutboxChain', () => {
  test('default: offers signed bytes and finds their receipt', async () => {
    const nonce = await outbox.readNonce({
      address: signer.address,
      include: 'mined',
    })
    const { raw, hash } = await signer.sign(await toTransaction())
    expect(await outbox.readReceipt(hash)).toBeNull()
    expect(await outbox.sendRaw(raw)).toBe(`accepted: ${hash}`)

    const receipt = await waitForReceipt(hash)
    expect(receipt).toMatchObject({
      hash,
      status: 'success',
      gasUsed: 21_000n,
      blockHash: await outbox.readBlockHash(receipt.blockNumber),
    })
    expect(
      await outbox.readNonce({ address: signer.address, include: 'mined' }),
    ).toBe(nonce + 1)
    expect((await outbox.readHead()).number).toBe(receipt.blockNumber)
  })

  test('behavior: an answer of refusal is a note, not an error', async () => {
    const { raw } = await signer.sign(await toTransaction())
    await outbox.sendRaw(raw)
    expect(await outbox.sendRaw(raw)).toMatch(
      /^(already-known|nonce-too-low): /,
    )
    const rich = await signer.sign(
      await toTransaction({ valueWei: parseEther('99999999') }),
    )
    expect(await outbox.sendRaw(rich.raw)).toMatch(/^insufficient-funds: /)
    const cheap = await signer.sign(
      await toTransaction({ maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 0n }),
    )
    expect(await outbox.sendRaw(cheap.raw)).toMatch(
      /^(fee-too-low|underpriced): /,
    )
  })

  test('behavior: a revert comes with its reason', async () => {
    const { raw, hash } = await signer.sign(
      await toTransaction({
        to: chain.devnet.addresses.tokens.USDC,
        valueWei: 0n,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'transfer',
          args: [chain.account, 1n],
        }),
      }),
    )
    await outbox.sendRaw(raw)
    expect(await waitForReceipt(hash)).toMatchObject({
      status: 'reverted',
      reason: 'ERC20: transfer amount exceeds balance',
    })
  })

  test('behavior: finds who used a nonce, also where old state is gone', async () => {
    const { account, devnet, port, send } = chain
    const nonce = await outbox.readNonce({ address: account, include: 'mined' })
    const [hash] = await send([
      { to: signer.address, valueWei: 1n, data: '0x' },
    ])
    const find = () =>
      outbox.findTransactionByNonce({ address: account, nonce })
    const expected = { hash, blockNumber: (await port.readHead()).number }
    expect(await find()).toEqual(expected)
    await devnet.control.mine({ blocks: 16 })
    expect(await find()).toEqual(expected)
    await devnet.control.mine({ blocks: 64 })
    expect(await find()).toEqual(expected)
    expect(
      await outbox.findTransactionByNonce({
        address: account,
        nonce: nonce + 1,
      }),
    ).toBeNull()
  })

  test('behavior: an account with code of EIP-7702 gets one at a time', async () => {
    const { devnet } = chain
    expect(await outbox.readMaxInFlight(signer.address)).toBe(16)
    await devnet.control.setCode({
      address: devnet.accounts[7].address,
      bytecode: `0xef0100${devnet.addresses.simple7702Account.slice(2)}`,
    })
    expect(await outbox.readMaxInFlight(devnet.accounts[7].address)).toBe(1)
  })

  test('behavior: a witness that sees another block makes it none', async () => {
    // Local chains are told apart by the second that they were loaded in.
    const loaded = Math.floor(Date.now() / 1000)
    await expect
      .poll(() => Math.floor(Date.now() / 1000), { timeout: 3000 })
      .toBeGreaterThan(loaded)
    const other = await start()
    try {
      const { client } = chain.port
      const witness = createChainClient({
        rpcUrl: other.url,
        deployment: chain.deployment,
      })
      const both = createOutboxChain({
        client,
        deployment: chain.deployment,
        witness,
      })
      const { number, hash } = await outbox.readHead()
      expect(await outbox.readBlockHash(number)).toBe(hash)
      expect(await both.readBlockHash(number)).toBeNull()
      // Nor does one node alone say which chain this is.
      await expect(both.readIdentity()).rejects.toThrow(ChainReadError)
      const last = BigInt(other.addresses.snapshot.blockNumber)
      expect(await both.readBlockHash(last)).toBe(
        await outbox.readBlockHash(last),
      )
    } finally {
      await other.stop()
    }
  })

  test('behavior: another run is another chain, the same run is not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'behest-identity-'))
    const stateFile = join(folder, 'state.json')
    const readIdentity = async () => {
      const devnet = await start({ stateFile })
      const deployment = toLocalDeployment(devnet.addresses)
      const client = createChainClient({ rpcUrl: devnet.url, deployment })
      const identity = await createOutboxChain({
        client,
        deployment,
      }).readIdentity()
      // Long enough for the local chain to forget its other empty blocks.
      await devnet.control.mine({ blocks: 128 })
      await devnet.stop()
      return identity
    }
    try {
      // A run is named by its first block, and that by the second it is mined in.
      await new Promise((resume) => setTimeout(resume, 1_100))
      const first = await readIdentity()
      expect(first).toMatch(/^31337:0x[0-9a-f]{64}$/)
      expect(await readIdentity()).toBe(first)
      expect(await readIdentity()).toBe(first)
      expect(await outbox.readIdentity()).not.toBe(first)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('createOutboxChain, with a private node to send through', () => {
  const offer = 'eth_sendRawTransaction'
  const open = async (mode?: 'hang-up') => {
    const rpcUrl = chain.devnet.url
    const [normal, hidden] = await Promise.all([
      startRpcProxy({ rpcUrl }),
      startRpcProxy({ rpcUrl, ...(mode === undefined ? {} : { mode }) }),
    ])
    return {
      normal,
      hidden,
      port: createOutboxChain({
        client: createChainClient({
          rpcUrl: normal.url,
          deployment: chain.deployment,
        }),
        deployment: chain.deployment,
        offerRpcUrl: hidden.url,
      }),
      stop: () => Promise.all([normal.stop(), hidden.stop()]),
    }
  }

  test('behavior: signed bytes go there and only there, reads never do', async () => {
    const { port, normal, hidden, stop } = await open()
    const { raw, hash } = await signer.sign(await toTransaction())
    expect(await port.sendRaw(raw)).toBe(`accepted: ${hash}`)
    await waitForReceipt(hash)
    expect(await port.readReceipt(hash)).toMatchObject({ status: 'success' })
    await port.readNonce({ address: signer.address, include: 'pending' })
    expect(hidden.methods).toEqual([offer])
    expect(normal.methods).not.toContain(offer)
    expect(normal.methods).toContain('eth_getTransactionReceipt')
    await stop()
  })

  test('behavior: where it is gone nobody else is offered the bytes', async () => {
    const { port, normal, hidden, stop } = await open('hang-up')
    const { raw, hash } = await signer.sign(await toTransaction())
    const failure = await port.sendRaw(raw).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    expect(String(failure)).not.toContain('key-of-mine')
    // Not even again by itself: the outbox decides that.
    expect(hidden.methods).toEqual([offer])
    expect(normal.methods).not.toContain(offer)
    expect(await port.readReceipt(hash)).toBeNull()
    await stop()
  })
})
