import { createIntentClient, type IntentClient } from '@behest/client'
import type {
  GivenMandate,
  Hex,
  IntentRecord,
  MandateSigning,
} from '@behest/spec'
import { parseEther } from 'viem'
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

/** Somebody whose key this server never sees. */
async function createHolder(
  amounts: { ether?: string; usdcUnits?: bigint } = {},
): Promise<PrivateKeyAccount> {
  const holder = privateKeyToAccount(generatePrivateKey())
  await world.devnet.deal({
    account: holder.address,
    token: 'USDC',
    amountUnits: amounts.usdcUnits ?? 1_000_000_000n,
  })
  await world.devnet.deal({
    account: holder.address,
    token: 'native',
    amountUnits: parseEther(amounts.ether ?? '0'),
  })
  return holder
}

async function ask(
  holder: PrivateKeyAccount,
  utterance: string,
): Promise<IntentRecord> {
  const { id } = await client.create({ utterance, account: holder.address })
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

async function sign(
  holder: PrivateKeyAccount,
  signing: MandateSigning,
): Promise<GivenMandate[]> {
  return Promise.all(
    signing.mandates.map(async ({ index, typedData }) => {
      const { EIP712Domain: _domain, ...types } = typedData.types
      const signature = await holder.signTypedData({ ...typedData, types })
      if (signing.authorization === undefined) return { index, signature }
      const { r, s, yParity, ...rest } = await holder.signAuthorization(
        signing.authorization,
      )
      return {
        index,
        signature,
        authorization: {
          chainId: rest.chainId,
          address: rest.address,
          nonce: rest.nonce,
          r,
          s,
          yParity: yParity ?? 0,
        },
      }
    }),
  )
}

describe('an account that signs for itself', () => {
  test('behavior: it gives one signature, holds no coin for gas, and gets what it was shown', async () => {
    const holder = await createHolder()
    const shown = await ask(holder, 'swap 100 USDC for DAI')
    expect(shown.problem).toBeUndefined()
    expect(shown.preview?.custody?.type).toBe('mandate')
    const planHash = shown.preview?.planHash ?? '0x'
    const signing = await client.getMandates(shown.id)
    expect(signing.planHash).toBe(planHash)
    // The account has no code yet, and allows it by the same yes.
    expect(signing.authorization).toMatchObject({ nonce: 0, chainId: 31_337 })
    await client.approve(shown.id, {
      planHash,
      mandates: await sign(holder, signing),
    })
    const done = await waitFor(shown.id, ({ status }) => status === 'done')
    const receipt = done.artifacts.receipt?.receipt
    expect(receipt?.outcome).toBe('MET')
    const spent = receipt?.steps[0]?.realised.find(
      ({ symbol }) => symbol === 'USDC',
    )
    expect(spent?.units).toBe(-100_000_000n)
    expect(
      await world.chain.readBalance({
        account: holder.address,
        token: spent?.token ?? 'native',
      }),
    ).toBe(900_000_000n)

    // From then on it needs no code, and the same signatures are worth nothing.
    const next = await ask(holder, 'swap 50 USDC for DAI')
    const again = await client.getMandates(next.id)
    expect(again.authorization).toBeUndefined()
    await expect(
      client.approve(next.id, {
        planHash: next.preview?.planHash ?? '0x',
        mandates: await sign(holder, signing),
      }),
    ).rejects.toMatchObject({ code: 'HOLDER_SIGNATURE_WRONG' })
    await client.approve(next.id, {
      planHash: next.preview?.planHash ?? '0x',
      mandates: await sign(holder, again),
    })
    expect(
      (await waitFor(next.id, ({ status }) => status === 'done')).artifacts
        .receipt?.receipt.outcome,
    ).toBe('MET')
  }, 150_000)

  test('error: no yes of anybody else, and none without a signature, counts', async () => {
    const holder = await createHolder()
    const stranger = privateKeyToAccount(generatePrivateKey())
    const shown = await ask(holder, 'swap 10 USDC for DAI')
    const planHash = shown.preview?.planHash ?? '0x'
    const signing = await client.getMandates(shown.id)
    const good = await sign(holder, signing)
    const foreign = await sign(stranger, signing)
    const cases: [readonly GivenMandate[] | undefined, string][] = [
      [undefined, 'MANDATE_SIGNATURE_MISSING'],
      [[], 'MANDATE_SIGNATURE_MISSING'],
      [foreign, 'HOLDER_SIGNATURE_WRONG'],
      [
        good.map(({ index, signature }) => ({ index, signature })),
        'MANDATE_SIGNATURE_MISSING',
      ],
      [
        good.map((one) => ({
          ...one,
          signature: `${one.signature.slice(0, -4)}0000` as Hex,
        })),
        'HOLDER_SIGNATURE_WRONG',
      ],
      // The code that is allowed is named, for one chain and one nonce.
      [
        good.map((one, index) => ({
          ...one,
          ...(foreign[index]?.authorization === undefined
            ? {}
            : { authorization: foreign[index].authorization }),
        })),
        'HOLDER_SIGNATURE_WRONG',
      ],
      [
        good.map((one) => ({
          ...one,
          ...(one.authorization === undefined
            ? {}
            : { authorization: { ...one.authorization, nonce: 7 } }),
        })),
        'HOLDER_SIGNATURE_WRONG',
      ],
    ]
    for (const [mandates, code] of cases)
      await expect(
        client.approve(shown.id, {
          planHash,
          ...(mandates === undefined ? {} : { mandates }),
        }),
        code,
      ).rejects.toMatchObject({ code })
    expect((await client.get(shown.id)).status).toBe('needs-approval')
    // A no needs none: nothing moves by it.
    await client.reject(shown.id, { planHash })
    expect(
      await world.chain.readBalance({
        account: holder.address,
        token:
          (await world.chain.findTokens({ symbol: 'USDC' }))[0]?.address ??
          'native',
      }),
    ).toBe(1_000_000_000n)
  }, 150_000)

  test('error: what it cannot sign at once, and has no coin to send, is told before anything is signed', async () => {
    const holder = await createHolder()
    const twoSteps = 'swap 100 USDC for DAI, then swap all of it for ETH'
    const poor = await ask(holder, twoSteps)
    expect([poor.status, poor.problem?.code]).toEqual([
      'failed',
      'INSUFFICIENT_GAS',
    ])
    const { id } = await client.create({
      utterance: twoSteps,
      account: holder.address,
      custody: 'mandate',
    })
    const wanted = await waitFor(id, ({ status }) => status !== 'running')
    expect([wanted.status, wanted.problem?.code]).toEqual([
      'failed',
      'HOLDER_CANNOT_SIGN',
    ])
    expect(wanted.problem?.detail).toMatch(/known only after it/)
  }, 150_000)

  test('error: an account of this server has nothing to sign', async () => {
    const { id } = await client.create({ utterance: 'swap 1 ETH for USDC' })
    const shown = await waitFor(id, ({ status }) => status === 'needs-approval')
    expect(shown.status).toBe('needs-approval')
    await expect(client.getMandates(id)).rejects.toMatchObject({
      code: 'NOTHING_TO_APPROVE',
    })
    await expect(
      client.account('0x1234' as `0x${string}`),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    const held = await client.account(world.user)
    expect(held.balances.map(({ symbol }) => symbol)).toContain('USDC')
  }, 150_000)
})
