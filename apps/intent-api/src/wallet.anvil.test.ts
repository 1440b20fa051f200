import {
  createIntentClient,
  type IntentClient,
  sendPlanned,
} from '@behest/client'
import type { Hex, HolderTransaction, IntentRecord } from '@behest/spec'
import {
  createWalletClient,
  type HttpTransport,
  http,
  parseEther,
  type WalletClient,
} from 'viem'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveFaces } from './faces/testing/serveFaces.js'
import { createWorld, type World } from './testing/createWorld.js'

let world: World
let client: IntentClient

beforeAll(async () => {
  world = await createWorld()
  const { url } = await serveFaces(world)
  world.setCandidates(await world.serve([world.honest]))
  client = createIntentClient({ baseUrl: url })
}, 60_000)

afterAll(async () => {
  await world?.stop()
})

type Transaction = HolderTransaction['transaction']
/** A wallet as most people have one: it sends what it is asked, or refuses. */
type Wallet = {
  readonly account: PrivateKeyAccount
  /** Every transaction that it sent. */
  readonly sent: Hex[]
  readonly send: (transaction: Transaction) => Promise<Hex>
}

async function createWallet(ether = '5'): Promise<Wallet> {
  const account = privateKeyToAccount(generatePrivateKey())
  await world.devnet.deal({
    account: account.address,
    token: 'USDC',
    amountUnits: 1_000_000_000n,
  })
  await world.devnet.deal({
    account: account.address,
    token: 'native',
    amountUnits: parseEther(ether),
  })
  const viem: WalletClient<HttpTransport> = createWalletClient({
    account,
    transport: http(world.devnet.url),
  })
  const sent: Hex[] = []
  return {
    account,
    sent,
    // Like most wallets, it takes a nonce of its own.
    send: async ({ to, valueWei, data, gasLimit }) => {
      const hash = await viem.sendTransaction({
        account,
        chain: null,
        to,
        value: valueWei,
        data,
        gas: gasLimit,
      })
      sent.push(hash)
      return hash
    },
  }
}

async function plan(wallet: Wallet, utterance: string): Promise<IntentRecord> {
  const { id } = await client.create({
    utterance,
    account: wallet.account.address,
  })
  return waitFor(id, ({ status }) => status !== 'running')
}

async function waitFor(
  id: string,
  holds: (record: IntentRecord) => boolean,
): Promise<IntentRecord> {
  const until = Date.now() + 60_000
  for (;;) {
    const record = await client.get(id)
    if (holds(record) || Date.now() > until) return record
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function approve({ id, preview }: IntentRecord): Promise<void> {
  await client.approve(id, { planHash: preview?.planHash ?? '0x' })
}

async function firstWaiting(id: string): Promise<HolderTransaction> {
  const until = Date.now() + 60_000
  for (;;) {
    const found = (await client.getTransactions(id)).find(
      ({ state }) => state === 'waiting',
    )
    if (found !== undefined) return found
    if (Date.now() > until) throw new RangeError('a transaction that waits')
    await new Promise((done) => setTimeout(done, 50))
  }
}

const isRefusal = (error: unknown) =>
  error instanceof Error && error.message === 'refused'
const refuse = async (): Promise<Hex> => {
  throw new TypeError('refused')
}

/** What a plan's own spender may still take. */
async function readAllowance(
  wallet: Wallet,
  record: IntentRecord,
): Promise<bigint> {
  const pairs = (record.artifacts.plan?.steps ?? []).flatMap(
    ({ approvals }) => approvals,
  )
  expect(pairs).toHaveLength(1)
  const [units] = await world.chain.readAllowances({
    account: wallet.account.address,
    pairs,
  })
  return units ?? -1n
}

describe("an account whose own wallet sends the plan's transactions", () => {
  test('behavior: two steps, the second takes what the first gave; each transaction once', async () => {
    const wallet = await createWallet()
    const shown = await plan(
      wallet,
      'swap 100 USDC for DAI, then swap all of it for ETH',
    )
    expect(shown.problem).toBeUndefined()
    expect(shown.preview?.custody).toMatchObject({
      type: 'direct',
      sentBy: 'holder',
    })
    await approve(shown)
    const done = await sendPlanned({
      client,
      id: shown.id,
      send: wallet.send,
      isRefusal,
    })
    expect(done.status).toBe('done')
    const receipt = done.artifacts.receipt?.receipt
    expect(receipt?.outcome).toBe('MET')
    const execution = done.artifacts.execution
    expect(execution?.transactions.map(({ hash }) => hash)).toEqual(wallet.sent)
    expect(wallet.sent).toHaveLength(
      done.artifacts.plan?.steps.flatMap(({ calls }) => calls).length ?? -1,
    )
    expect(
      await world.chain.readBalance({
        account: wallet.account.address,
        token: receipt?.steps[0]?.realised.find(
          ({ symbol }) => symbol === 'USDC',
        )?.token as Hex,
      }),
    ).toBe(900_000_000n)
  }, 150_000)

  test('behavior: an answer that is lost is found on the chain, and asked for by nobody again', async () => {
    const wallet = await createWallet()
    const shown = await plan(wallet, 'swap 0.5 ETH for USDC')
    expect(shown.preview?.custody?.sentBy).toBe('holder')
    await approve(shown)
    const { legId } = await firstWaiting(shown.id)
    const asked = await client.reportTransaction(shown.id, {
      type: 'asking',
      legId,
    })
    // The tab is closed here: the wallet sends, and nobody hears of it.
    await wallet.send(asked.transaction)
    await expect(
      client.reportTransaction(shown.id, { type: 'asking', legId }),
    ).rejects.toMatchObject({ code: 'HOLDER_LEG_STATE' })
    const done = await waitFor(shown.id, ({ status }) => status === 'done')
    expect(done.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(done.artifacts.execution?.transactions[0]?.hash).toBe(wallet.sent[0])
    expect(wallet.sent).toHaveLength(1)
    // Saying that it was refused does not make it so.
    const after = await client.getTransactions(shown.id)
    expect(after.map(({ state }) => state)).toEqual(['final'])
  }, 150_000)

  test('behavior: what was refused is asked again, and a stop takes the allowance back', async () => {
    const wallet = await createWallet()
    const shown = await plan(wallet, 'swap 200 USDC for DAI')
    await approve(shown)
    await expect(
      sendPlanned({ client, id: shown.id, send: refuse, isRefusal }),
    ).rejects.toThrow('refused')
    expect((await firstWaiting(shown.id)).callIndex).toBe(0)
    // The first one is sent now; the second is refused for good.
    await expect(
      sendPlanned({
        client,
        id: shown.id,
        send: (transaction) =>
          wallet.sent.length === 0 ? wallet.send(transaction) : refuse(),
        isRefusal,
      }),
    ).rejects.toThrow('refused')
    expect(await readAllowance(wallet, shown)).toBe(200_000_000n)
    const second = await firstWaiting(shown.id)
    expect(second.callIndex).toBe(1)
    // Everything was stopped: nothing is asked for but what takes back.
    const scope = `account:${wallet.account.address.toLowerCase()}`
    await world.database.query(
      'insert into halt (scope, reason) values ($1, $2)',
      [scope, 'stopped'],
    )
    await expect(
      client.reportTransaction(shown.id, {
        type: 'asking',
        legId: second.legId,
      }),
    ).rejects.toMatchObject({ code: 'HOLDER_CALL_REFUSED' })
    await client.reportTransaction(shown.id, {
      type: 'stopped',
      legId: second.legId,
    })
    const ended = await sendPlanned({
      client,
      id: shown.id,
      send: wallet.send,
      isRefusal,
    })
    expect(ended.status).toBe('done')
    expect(
      ended.artifacts.execution?.transactions.map(
        ({ purpose, outcome }) => `${purpose} ${outcome}`,
      ),
    ).toEqual(['approve succeeded', 'act not-sent', 'cleanup succeeded'])
    expect(ended.artifacts.receipt?.receipt.outcome).toBe('NOT_MET')
    expect(await readAllowance(wallet, shown)).toBe(0n)
  }, 150_000)

  test('error: another transaction is not taken for it, and the wallet is asked for nothing else', async () => {
    const wallet = await createWallet()
    const shown = await plan(wallet, 'swap 0.25 ETH for USDC')
    await approve(shown)
    const { legId } = await firstWaiting(shown.id)
    for (const report of [
      { type: 'sent', legId, hash: `0x${'11'.repeat(32)}` },
      { type: 'stopped', legId: `0x${'22'.repeat(32)}` },
    ] as const)
      await expect(
        client.reportTransaction(shown.id, report),
      ).rejects.toMatchObject({ code: /HOLDER_LEG_(STATE|NOT_FOUND)/ })
    const { transaction } = await client.reportTransaction(shown.id, {
      type: 'asking',
      legId,
    })
    const other = await wallet.send({ ...transaction, valueWei: 1n })
    await expect(
      client.reportTransaction(shown.id, { type: 'sent', legId, hash: other }),
    ).rejects.toMatchObject({ code: 'HOLDER_TRANSACTION_OTHER' })
    // A hash that nobody knows decides nothing either.
    await client.reportTransaction(shown.id, {
      type: 'sent',
      legId,
      hash: `0x${'33'.repeat(32)}`,
    })
    await wallet.send(transaction)
    const done = await waitFor(shown.id, ({ status }) => status === 'done')
    expect(done.artifacts.execution?.transactions[0]?.hash).toBe(wallet.sent[1])
    // A server that hands over something else is not obeyed.
    const next = await plan(wallet, 'swap 0.1 ETH for USDC')
    await approve(next)
    await firstWaiting(next.id)
    const before = wallet.sent.length
    await expect(
      sendPlanned({
        client: {
          ...client,
          getTransactions: async (id) =>
            (await client.getTransactions(id)).map((one) => ({
              ...one,
              transaction: {
                ...one.transaction,
                to: world.executor,
              },
            })),
        },
        id: next.id,
        send: wallet.send,
        isRefusal,
      }),
    ).rejects.toMatchObject({ code: 'TRANSACTION_NOT_PLANNED' })
    expect(wallet.sent).toHaveLength(before)
  }, 150_000)

  test('error: past its time nothing is asked for, and what was asked stays unknown until the chain tells', async () => {
    const [idle, silent] = [await createWallet(), await createWallet()]
    const never = await plan(idle, 'swap 0.1 ETH for USDC')
    const lost = await plan(silent, 'swap 0.1 ETH for USDC')
    await approve(never)
    await approve(lost)
    await firstWaiting(never.id)
    const { legId } = await firstWaiting(lost.id)
    const { transaction } = await client.reportTransaction(lost.id, {
      type: 'asking',
      legId,
    })
    await world.devnet.passTime(400)
    const ended = await waitFor(never.id, ({ status }) => status !== 'running')
    expect(ended.artifacts.execution?.transactions[0]).toMatchObject({
      outcome: 'not-sent',
    })
    // The receipt is written a moment after the status.
    const unknown = await waitFor(
      lost.id,
      ({ status, artifacts }) =>
        status === 'unknown' && artifacts.receipt !== undefined,
    )
    expect(unknown.status).toBe('unknown')
    expect(unknown.artifacts.receipt?.receipt.outcome).toBe('UNKNOWN')
    // It was in the wallet all the time.
    await silent.send(transaction)
    await world.holder.report(lost.id, {
      type: 'sent',
      legId,
      hash: silent.sent[0] ?? '0x',
    })
    const done = await waitFor(lost.id, ({ status }) => status === 'done')
    // The call has a deadline of its own, which the chain kept: nothing moved.
    expect(done.artifacts.execution?.transactions[0]).toMatchObject({
      outcome: 'reverted',
      hash: silent.sent[0],
    })
    expect(done.artifacts.receipt?.receipt.outcome).toBe('NOT_MET')
  }, 150_000)
})
