import {
  buildOrderTerms,
  buildOrderTypedData,
  hashOrderTerms,
} from '@behest/engine'
import {
  drawDelegation,
  drawLendingBatch,
  drawPeriodDelegation,
  encodeDisable,
  hashDelegation,
  type LegTransaction,
} from '@behest/evm'
import { createParser } from '@behest/language'
import type { Delegation, Hex, OrderTerms, Policy } from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HostileWorld, openHostileWorld } from './openHostileWorld.js'
import { listLegs, type Prepared, prepare, signMandateFor } from './playCase.js'
import { createCaseFirewall } from './runEngine.js'

const swap = 0
const nowhere = `0x${'ab'.repeat(32)}` as const

let world: HostileWorld
let direct: Prepared
let byMandate: Prepared
let trade: OrderTerms
let lend: OrderTerms
let firewall: ReturnType<typeof createCaseFirewall>
beforeAll(async () => {
  world = await openHostileWorld()
  direct = await prepare(world, swap, 'direct')
  byMandate = await prepare(world, swap, 'mandate')
  trade = await toTerms('swap 50 USDC for ETH every day for 3 times')
  lend = await toTerms('lend 1 USDC on aave every day for 3 times')
}, 120_000)
beforeEach(() => {
  firewall = createCaseFirewall(world)
})
afterAll(() => world?.stop())

async function toTerms(utterance: string): Promise<OrderTerms> {
  const block = await world.chain.readHead()
  const now = new Date(block.timestampUnixSeconds * 1_000).toISOString()
  const { result } = await createParser().parse({
    utterance,
    context: { now, timeZone: 'UTC' },
  })
  if (result.type !== 'intent') throw new RangeError('an order')
  return buildOrderTerms({
    account: world.user.address,
    utterance,
    steps: result.intent.steps,
    timeZone: 'UTC',
    missedRuns: 'skip',
    chain: world.chain,
    block,
    executor: world.executor.address,
    whyDirect: '',
    drawBatch: (asked) =>
      drawLendingBatch({ deployment: world.deployment, ...asked }),
  })
}

/** An order with the yes of its person. */
async function sign(terms: OrderTerms) {
  const termsHash = hashOrderTerms(terms)
  const approval = await world.approver.signTypedData(
    buildOrderTypedData({ terms, termsHash }),
  )
  return { terms, termsHash, approval }
}

function draw(terms: OrderTerms): Delegation {
  const { delegation: framework, periodEnforcers: enforcers } = world.deployment
  if (!framework || !enforcers) throw new RangeError('a chain with mandates')
  return drawPeriodDelegation({
    framework,
    enforcers,
    executor: world.executor.address,
    terms,
    salt: BigInt(hashOrderTerms(terms)),
  })
}

const signed = expect.objectContaining({
  signature: expect.stringMatching(/^0x/),
})

describe('an order', () => {
  test('default: one that its person signed', async () => {
    await expect(firewall.signOrder(await sign(trade))).resolves.toMatch(/^0x/)
  })

  test('error: one whose time is over', async () => {
    const over = await sign({ ...trade, expiresUnixSeconds: 1_000 })
    const late = 'its time was over'
    await expect(firewall.signOrder(over)).rejects.toThrow(late)
    await expect(
      firewall.signOrderMandate({ ...over, delegation: draw(over.terms) }),
    ).rejects.toThrow(late)
    await expect(
      firewall.signOrderBatch(
        await sign({ ...lend, expiresUnixSeconds: 1_000 }),
      ),
    ).rejects.toThrow(late)
  })

  test('error: one that its person did not sign', async () => {
    const { terms, termsHash } = await sign(trade)
    const { approval } = await sign({ ...trade, maxRuns: trade.maxRuns + 1 })
    const unsigned = 'it is not signed by an approver'
    for (const given of [{}, { approval }])
      await expect(
        firewall.signOrderMandate({
          terms,
          termsHash,
          ...given,
          delegation: draw(terms),
        }),
      ).rejects.toThrow(unsigned)
    const batch = await sign(lend)
    await expect(
      firewall.signOrderBatch({
        terms: batch.terms,
        termsHash: batch.termsHash,
        approval,
      }),
    ).rejects.toThrow(unsigned)
  })
})

describe('the mandate of an order', () => {
  test('default: the one of its terms', async () => {
    await expect(
      firewall.signOrderMandate({
        ...(await sign(trade)),
        delegation: draw(trade),
      }),
    ).resolves.toEqual(signed)
  })

  test.each<[string, (terms: OrderTerms) => OrderTerms]>([
    [
      'that takes more in a run',
      (terms) =>
        widen(terms, ({ perRunUnits }) => ({ perRunUnits: perRunUnits + 1n })),
    ],
    [
      'that takes more in all',
      (terms) =>
        widen(terms, ({ totalUnits }) => ({ totalUnits: totalUnits + 1n })),
    ],
    [
      'that runs more often',
      (terms) => ({ ...terms, maxRuns: terms.maxRuns + 1 }),
    ],
    [
      'that lasts longer',
      (terms) => ({
        ...terms,
        expiresUnixSeconds: terms.expiresUnixSeconds + 1,
      }),
    ],
    [
      'of another account',
      (terms) => ({ ...terms, account: world.thief.address }),
    ],
  ])('error: one %s', async (_what, change) => {
    const framework = world.deployment.delegation
    const enforcers = world.deployment.periodEnforcers
    if (!framework || !enforcers) throw new RangeError('a chain with mandates')
    const delegation = drawPeriodDelegation({
      framework,
      enforcers,
      executor: world.executor.address,
      terms: change(trade),
      salt: BigInt(hashOrderTerms(trade)),
    })
    await expect(
      firewall.signOrderMandate({ ...(await sign(trade)), delegation }),
    ).rejects.toThrow('its caveats are not those of its terms')
  })

  test('error: one for somebody else, or of one caveat less', async () => {
    const delegation = draw(trade)
    for (const other of [
      { ...delegation, delegate: world.thief.address },
      ...delegation.caveats.map((_, without) => ({
        ...delegation,
        caveats: delegation.caveats.filter((_one, index) => index !== without),
      })),
    ])
      await expect(
        firewall.signOrderMandate({
          ...(await sign(trade)),
          delegation: other,
        }),
      ).rejects.toThrow('its caveats are not those of its terms')
  })

  test('error: transfers for an order about calls', async () => {
    if (!lend.batch) throw new RangeError('an order about a position')
    await expect(
      firewall.signOrderMandate({
        ...(await sign(lend)),
        delegation: draw(lend),
      }),
    ).rejects.toThrow('its runs are calls of the account, not transfers')
  })

  test('error: with an upgrade far ahead', async () => {
    const far = { authorizationNonce: 100_000 }
    const rule = 'it changes the account at nonce 100000'
    await expect(
      firewall.signOrderMandate({
        ...(await sign(trade)),
        delegation: draw(trade),
        ...far,
      }),
    ).rejects.toThrow(rule)
    await expect(
      firewall.signOrderBatch({ ...(await sign(lend)), ...far }),
    ).rejects.toThrow(rule)
  })

  test('default: of an order about calls', async () => {
    await expect(firewall.signOrderBatch(await sign(lend))).resolves.toEqual(
      signed,
    )
  })

  test('error: of calls that were not said', async () => {
    const { batch } = lend
    if (!batch) throw new RangeError('an order about a position')
    const terms: OrderTerms = {
      ...lend,
      batch: {
        ...batch,
        calls: batch.calls.map((call) => ({
          ...call,
          data: call.data
            .toLowerCase()
            .replaceAll(
              world.user.address.slice(2).toLowerCase(),
              world.thief.address.slice(2).toLowerCase(),
            ) as Hex,
        })),
      },
    }
    await expect(firewall.signOrderBatch(await sign(terms))).rejects.toThrow(
      'its calls are not those of what was said',
    )
  })

  const widen = (
    terms: OrderTerms,
    change: (
      bound: OrderTerms['bounds'][number],
    ) => Partial<OrderTerms['bounds'][number]>,
  ): OrderTerms => ({
    ...terms,
    bounds: terms.bounds.map((bound) => ({ ...bound, ...change(bound) })),
  })
})

describe('without an approver', () => {
  const policy = (): Policy => ({
    version: 1,
    account: world.user.address,
    chainId: world.deployment.chainId,
    sequence: 1,
    validUntilUnixSeconds: 9_000_000_000,
    limits: {
      perTransactionUsd: 'any',
      perDayUsd: 'any',
      actions: ['any'],
      tokens: ['any'],
      venues: ['any'],
      recipients: ['any'],
      maxPriceImpactBps: 100,
      maxSlippageBps: 100,
      minHealth: '1.5',
    } as Policy['limits'],
    beyond: 'ask',
    coolingOffSeconds: 0,
  })

  test('error: a policy whose time is over', async () => {
    const open = createCaseFirewall(world, { approvers: [] })
    await expect(open.signPolicy(policy())).resolves.toMatch(/^0x/)
    await expect(
      open.signPolicy({ ...policy(), validUntilUnixSeconds: 1_000 }),
    ).rejects.toThrow('its time was over')
  })
})

describe('while signing is stopped', () => {
  test('error: nothing is signed, whatever it is', async () => {
    const stopped = createCaseFirewall(world, {
      readHalt: () => 'stopped by hand',
    })
    const [leg] = listLegs(direct, 0)
    if (!leg) throw new RangeError('a plan has a leg')
    const order = await sign(trade)
    for (const asked of [
      () => stopped.signLeg({ transaction: leg, dossier: direct.dossier }),
      () => stopped.signLeg({ transaction: leg }),
      () =>
        signMandateFor({
          world,
          firewall: stopped,
          prepared: byMandate,
          mandateIndex: 0,
          units: 0n,
        }),
      () => stopped.signOrder(order),
      () => stopped.signOrderMandate({ ...order, delegation: draw(trade) }),
      () => sign(lend).then(stopped.signOrderBatch),
      () => stopped.signReceipt(receipt()),
    ])
      await expect(asked()).rejects.toThrow('stopped by hand')
  })
})

const receipt = () => ({
  chainId: world.deployment.chainId,
  receiptHash: nowhere,
  intentHash: nowhere,
  planHash: nowhere,
})

describe('what moves nothing', () => {
  test('error: a receipt for another chain', async () => {
    await expect(firewall.signReceipt(receipt())).resolves.toMatch(/^0x/)
    await expect(
      firewall.signReceipt({ ...receipt(), chainId: 1 }),
    ).rejects.toThrow('it is for chain 1')
  })

  test('error: a gift at an absurd fee', async () => {
    const gift = async (maxFeePerGasWei: bigint): Promise<LegTransaction> => ({
      purpose: 'send',
      legId: keccak256(stringToHex(`a gift at ${maxFeePerGasWei}`)),
      planHash: nowhere,
      chainId: world.deployment.chainId,
      from: world.executor.address,
      to: world.user.address,
      valueWei: 1n,
      data: '0x',
      nonce: await world.wallet.getTransactionCount({
        address: world.executor.address,
      }),
      gasLimit: 100_000n,
      maxFeePerGasWei,
      maxPriorityFeePerGasWei: 1n,
    })
    await expect(
      firewall.signLeg({ transaction: await gift(10n ** 9n) }),
    ).resolves.toMatchObject({ hash: expect.stringMatching(/^0x/) })
    await expect(
      firewall.signLeg({ transaction: await gift(10n ** 15n) }),
    ).rejects.toThrow(/its fee is \d+ wei per gas/)
  })

  test('behavior: what was signed is ended always, and what was not a few times', async () => {
    const { signed: held } = await signMandateFor({
      world,
      firewall,
      prepared: byMandate,
      mandateIndex: 0,
      units: 0n,
    })
    const { signature: _signature, ...own } = held
    await firewall.signOrderMandate({
      ...(await sign(trade)),
      delegation: draw(trade),
    })
    for (let salt = 0n; salt < 16n; salt += 1n) await end(drawUnknown(salt))
    await expect(end(drawUnknown(16n))).rejects.toThrow(
      'nobody signed the delegation that it ends',
    )
    for (const known of [own, draw(trade)])
      await expect(end(known)).resolves.toMatchObject({
        hash: expect.stringMatching(/^0x/),
      })
  })

  async function end(delegation: Delegation) {
    const framework = world.deployment.delegation
    if (!framework) throw new RangeError('a chain with delegations')
    return firewall.signLeg({
      transaction: {
        purpose: 'send',
        legId: hashDelegation(delegation),
        planHash: nowhere,
        chainId: world.deployment.chainId,
        from: world.user.address,
        to: framework.delegationManager,
        valueWei: 0n,
        data: encodeDisable({ delegation, signature: '0x' }),
        nonce: await world.wallet.getTransactionCount({
          address: world.user.address,
        }),
        gasLimit: 400_000n,
        maxFeePerGasWei: 10n ** 9n,
        maxPriorityFeePerGasWei: 1n,
      },
    })
  }

  function drawUnknown(salt: bigint): Delegation {
    const framework = world.deployment.delegation
    if (!framework) throw new RangeError('a chain with delegations')
    return drawDelegation({
      framework,
      executor: world.executor.address,
      terms: {
        account: world.user.address,
        calls: [],
        bounds: [],
        validUntilUnixSeconds: 2_000_000_000,
        salt,
      },
    })
  }
})
