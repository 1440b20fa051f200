// One file because every rule of the firewall is broken on the same two plans.
import {
  buildOrderTerms,
  hashArtifact,
  hashOrderTerms,
  toLegId,
  toWire,
} from '@behest/engine'
import {
  drawDelegation,
  encodeRedemption,
  erc20Abi,
  type LegTransaction,
} from '@behest/evm'
import { createParser } from '@behest/language'
import type { Dossier } from '@behest/signer'
import {
  type Artifact,
  artifactSchema,
  type Delegation,
  type Hex,
  type OrderTerms,
  type PlanArtifact,
  type Policy,
} from '@behest/spec'
import { encodeFunctionData, maxUint256 } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type HostileWorld, openHostileWorld } from './openHostileWorld.js'
import { listLegs, type Prepared, prepare } from './playCase.js'
import { createCaseFirewall, relink, signApproval } from './runEngine.js'

const swap = 0
const swapWithAllowance = 1
const nowhere = `0x${'ab'.repeat(32)}` as const
const takeBackFrom = 100

type Papers = {
  readonly [Stage in keyof Dossier]: Extract<Artifact, { stage: Stage }>
}

let world: HostileWorld
let direct: Prepared
let byMandate: Prepared
let firewall: ReturnType<typeof createCaseFirewall>
beforeAll(async () => {
  world = await openHostileWorld()
  direct = await prepare(world, swapWithAllowance, 'direct')
  byMandate = await prepare(world, swap, 'mandate')
}, 120_000)
beforeEach(() => {
  firewall = createCaseFirewall(world)
})
afterAll(() => world?.stop())

describe('a leg', () => {
  test('default: each leg of the plan in its turn', async () => {
    const legs = await readLegs()
    for (const transaction of legs)
      await expect(
        firewall.signLeg({ transaction, dossier: direct.dossier }),
      ).resolves.toMatchObject({ hash: expect.stringMatching(/^0x/) })
    expect(legs).toHaveLength(2)
  })

  test.each<[string, (leg: LegTransaction) => Partial<LegTransaction>, string]>(
    [
      ['of another plan', () => ({ planHash: nowhere }), 'of another plan'],
      ['of no plan', () => ({ legId: nowhere }), 'no leg of the plan'],
      [
        'at a dearer fee',
        (leg) => ({ maxFeePerGasWei: leg.maxFeePerGasWei + 1n }),
        `and \\d+ was approved`,
      ],
      ['at a nonce that was used', () => ({ nonce: 0 }), 'nonce 0 was used'],
      [
        'at a nonce far ahead',
        (leg) => ({ nonce: leg.nonce + 1000 }),
        'is far beyond the chain',
      ],
      [
        'cancelled before it began',
        () => ({ purpose: 'cancel' }),
        'nothing to cancel',
      ],
      [
        'from another account',
        () => ({ from: world.executor.address, nonce: 0 }),
        'another account signs it',
      ],
      [
        'with an upgrade',
        (leg) => ({
          authorization: {
            chainId: leg.chainId,
            address: world.redPills[0] ?? leg.to,
            nonce: 0,
            yParity: 0,
            r: nowhere,
            s: nowhere,
          },
        }),
        'it changes an account',
      ],
      [
        'to somebody else',
        () => ({ to: world.thief.address }),
        'and the plan.s call to',
      ],
      [
        'with more coin',
        (leg) => ({ valueWei: leg.valueWei + 1n }),
        'its bytes are not those of the plan',
      ],
      [
        'with more gas',
        (leg) => ({ gasLimit: leg.gasLimit + 1n }),
        'its gas limit is',
      ],
    ],
  )('error: %s', async (_what, change, rule) => {
    const [leg] = await readLegs()
    if (!leg) throw new RangeError('a plan has a leg')
    await expect(
      firewall.signLeg({
        transaction: { ...leg, ...change(leg) },
        dossier: direct.dossier,
      }),
    ).rejects.toThrow(new RegExp(rule))
  })

  test('error: the second one before the first', async () => {
    const [, second] = await readLegs()
    if (!second) throw new RangeError('a plan of two legs')
    await expect(
      firewall.signLeg({ transaction: second, dossier: direct.dossier }),
    ).rejects.toThrow('an earlier leg of its plan was never signed')
  })

  test('error: an allowance that is taken back by giving it', async () => {
    const [leg] = await readLegs()
    const [step] = direct.plan.steps
    const [approval] = step?.approvals ?? []
    if (!leg || !step || !approval) throw new RangeError('an allowance')
    const take = (units: bigint) =>
      firewall.signLeg({
        dossier: direct.dossier,
        transaction: {
          ...leg,
          legId: toLegId(direct.planHash, step.id, takeBackFrom),
          to: approval.token,
          data: approve(approval.spender, units),
          gasLimit: 100_000n,
        },
      })
    await expect(take(1n)).rejects.toThrow('it takes nothing back')
    await expect(take(0n)).resolves.toMatchObject({
      raw: expect.stringMatching(/^0x/),
    })
  })
})

describe('a plan', () => {
  test.each<[string, (plan: PlanArtifact) => PlanArtifact, RegExp]>([
    [
      'over its time',
      (plan) => ({ ...plan, deadlineUnixSeconds: 1_000 }),
      /its time was over \d+ s ago/,
    ],
    [
      'for another chain',
      (plan) => ({ ...plan, chainId: 1 }),
      /it is for chain 1, not/,
    ],
    [
      'of another account',
      (plan) => ({ ...plan, account: world.thief.address }),
      /it is of 0x/,
    ],
    [
      'of a quote that was never given',
      changeSteps(() => ({ quoteId: 'another' })),
      /no quote of the plan is for it/,
    ],
    [
      'whose bounds are wider than the quote’s',
      changeSteps(({ spend }) => ({
        spend: spend.map((one) => ({
          ...one,
          atMostUnits: one.atMostUnits + 1n,
        })),
      })),
      /its bounds are not its quote’s/,
    ],
    [
      'with a call that nobody can read',
      changeCalls('act', () => ({ to: world.thief.address })),
      /call 2 cannot be put into words/,
    ],
    [
      'that allows somebody else',
      changeCalls('approve', () => ({
        data: approve(world.thief.address, 500_000_000n),
      })),
      /call 1 allows 0x\w+ what the plan does not/,
    ],
    [
      'that allows without end',
      changeCalls('approve', (_call, spender) => ({
        data: approve(spender, maxUint256),
      })),
      /call 1 allows without end/,
    ],
    [
      'that calls a payment an allowance',
      changeCalls('approve', () => ({
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'transfer',
          args: [world.thief.address, 1n],
        }),
      })),
      /call 1 is no allowance/,
    ],
  ])('error: one %s', async (_what, change, rule) => {
    const dossier = await rewrite(direct, (papers) => ({
      ...papers,
      plan: change(papers.plan),
    }))
    await expect(signFirst(dossier)).rejects.toThrow(rule)
  })

  test('error: a quote for more than was asked', async () => {
    const dossier = await rewrite(direct, widen)
    await expect(signFirst(dossier)).rejects.toThrow(
      'It may spend more USDC than was asked. Only',
    )
  })

  test('error: one that gives less than its bounds say', async () => {
    const dossier = await rewrite(direct, (papers) =>
      changeReceived(papers, (units) => units * 2n),
    )
    await expect(signFirst(dossier)).rejects.toThrow(
      /units of DAI arrive and at least \d+ were promised/,
    )
  })

  test.each<[string, (papers: Papers) => Papers, RegExp]>([
    [
      'quotes that were not shown',
      (papers) => ({
        ...papers,
        plan: { ...papers.plan, parentHash: nowhere },
      }),
      /it does not come from the quotes that were shown/,
    ],
    [
      'another plan’s simulation',
      (papers) => ({
        ...papers,
        simulation: { ...papers.simulation, planHash: nowhere },
      }),
      /the simulation is of another plan/,
    ],
    [
      'a simulation that comes from elsewhere',
      (papers) => ({
        ...papers,
        simulation: { ...papers.simulation, parentHash: nowhere },
      }),
      /the simulation is of another plan/,
    ],
    [
      'a yes to another simulation',
      (papers) => ({
        ...papers,
        approval: { ...papers.approval, simulationHash: nowhere },
      }),
      /the approval is of another plan/,
    ],
    [
      'a yes that comes from elsewhere',
      (papers) => ({
        ...papers,
        approval: { ...papers.approval, parentHash: nowhere },
      }),
      /the approval is of another plan/,
    ],
    [
      'another plan’s yes',
      (papers) => ({
        ...papers,
        approval: { ...papers.approval, planHash: nowhere },
      }),
      /the approval is of another plan/,
    ],
    [
      'a no',
      (papers) => ({
        ...papers,
        approval: { ...papers.approval, decision: 'reject' },
      }),
      /it was rejected/,
    ],
    [
      'somebody else’s yes',
      (papers) => ({
        ...papers,
        approval: {
          ...papers.approval,
          by: { type: 'person', account: world.thief.address },
        },
      }),
      /it was approved for 0x/,
    ],
    [
      'a yes that nobody signed',
      ({ approval: { signature: _, ...approval }, ...papers }) => ({
        ...papers,
        approval,
      }),
      /its approval is not signed by an approver/,
    ],
    [
      'a thing that is no plan',
      (papers) => ({ ...papers, plan: papers.quotes as never }),
      /its plan cannot be read/,
    ],
  ])('error: with %s', async (_what, change, rule) => {
    const dossier = encode(change(decode(direct.dossier)))
    await expect(signFirst(dossier, direct.planHash)).rejects.toThrow(rule)
  })

  /** Asks for the first leg of what papers say. */
  async function signFirst(dossier: Dossier, planHash = hashPlan(dossier)) {
    const [leg] = listLegs({ ...direct, planHash }, await readNonce())
    if (!leg) throw new RangeError('a plan has a leg')
    return firewall.signLeg({ transaction: leg, dossier })
  }
})

describe('a mandate', () => {
  test('default: the one that was approved', async () => {
    await expect(signMandate({})).resolves.toMatchObject({
      signature: expect.stringMatching(/^0x/),
    })
  })

  test.each<[string, (delegation: Delegation) => Delegation, RegExp]>([
    [
      'that cannot be read',
      (one) => changeCaveat(one, () => '0x12'),
      /its batch cannot be read/,
    ],
    [
      'without its last bound',
      (one) => ({ ...one, caveats: one.caveats.slice(0, -1) }),
      /its caveats are not the plan’s/,
    ],
    [
      'for somebody else',
      (one) => ({ ...one, delegate: world.thief.address }),
      /its caveats are not the plan’s/,
    ],
    [
      'of more calls',
      () =>
        draw((calls) => [
          ...calls,
          { to: world.thief.address, valueWei: 1n, data: '0x' },
        ]),
      /it has more calls, or fewer/,
    ],
    [
      'of other calls',
      () => draw((calls) => calls.map((one) => ({ ...one, valueWei: 7n }))),
      /call 1: its bytes are not those of the plan/,
    ],
  ])('error: one %s', async (_what, change, rule) => {
    await expect(signMandate({ change })).rejects.toThrow(rule)
  })

  test.each<[string, Changes, RegExp]>([
    ['for another plan', { planHash: nowhere }, /it is of another plan/],
    ['that it does not have', { mandateIndex: 5 }, /has no such mandate/],
    [
      'with an upgrade far ahead',
      { authorizationNonce: 100_000 },
      /it changes the account at nonce 100000/,
    ],
  ])('error: one %s', async (_what, changes, rule) => {
    await expect(signMandate(changes)).rejects.toThrow(rule)
  })

  test.each<[string, (plan: PlanArtifact) => PlanArtifact, RegExp]>([
    [
      'carried out directly',
      ({ custody: _, ...plan }) => plan,
      /the plan is carried out directly/,
    ],
    [
      'that names another executor',
      changeCustody({ executor: `0x${'e1'.repeat(20)}` }),
      /the plan names another executor, manager or code/,
    ],
    [
      'that names other code',
      changeCustody({ implementation: `0x${'e1'.repeat(20)}` }),
      /the plan names another executor, manager or code/,
    ],
    [
      'whose mandate is for other steps',
      changeMandate({ stepIds: ['s9'] }),
      /it is for other steps/,
    ],
    [
      'whose mandate outlasts it',
      changeMandate({ validUntilUnixSeconds: 2_000_000_000 }),
      /it lasts longer than the plan/,
    ],
    [
      'whose mandate is another one',
      changeMandate({ delegationHash: nowhere }),
      /it is not the one that was approved/,
    ],
    [
      'of an account that signs for itself',
      (plan) => ({ ...plan, account: world.thief.address }),
      /it is of 0x/,
    ],
    [
      'over its time',
      (plan) => ({ ...plan, deadlineUnixSeconds: 1_000 }),
      /its time was over/,
    ],
  ])('error: of a plan %s', async (_what, change, rule) => {
    const dossier = await rewrite(byMandate, (papers) => ({
      ...papers,
      plan: change(papers.plan),
    }))
    await expect(
      signMandate({ dossier, planHash: hashPlan(dossier) }),
    ).rejects.toThrow(rule)
  })
})

describe('a permit', () => {
  /** Papers whose plan leaves the allowance to a permit. */
  const permitted = (change: (plan: PlanArtifact) => PlanArtifact) =>
    rewrite(direct, (papers) => ({
      ...papers,
      plan: change(
        changeSteps(({ calls }) => ({
          calls: calls.filter(({ purpose }) => purpose !== 'approve'),
        }))(papers.plan),
      ),
    }))
  const signPermit = (dossier: Dossier) => {
    const { plan } = decode(dossier)
    const [approval] = plan.steps.flatMap(({ approvals }) => approvals)
    if (!approval) throw new RangeError('a plan that gives an allowance')
    return firewall.signTypedData({
      dossier,
      typedData: {
        domain: {
          name: 'USD Coin',
          version: '2',
          chainId: plan.chainId,
          verifyingContract: approval.token,
        },
        primaryType: 'Permit',
        message: {
          owner: plan.account,
          spender: approval.spender,
          value: `${approval.units}`,
          nonce: '0',
          deadline: `${plan.deadlineUnixSeconds}`,
        },
      },
    })
  }

  test('default: of what the plan lets somebody take', async () => {
    await expect(signPermit(await permitted((plan) => plan))).resolves.toMatch(
      /^0x/,
    )
  })

  test('error: of a plan over its time', async () => {
    await expect(
      signPermit(
        await permitted((plan) => ({ ...plan, deadlineUnixSeconds: 1_000 })),
      ),
    ).rejects.toThrow('its time was over')
  })
})

describe('a mandate, and what it would do', () => {
  test('error: one whose plan gives less than its bounds say', async () => {
    const dossier = await rewrite(byMandate, (papers) =>
      changeReceived(papers, (units) => units * 2n),
    )
    await expect(
      signMandate({ dossier, planHash: hashPlan(dossier) }),
    ).rejects.toThrow(/arrive and at least \d+ were promised/)
  })
})

describe('a run of an order', () => {
  const byOrder = {
    type: 'order',
    orderId: 'o1',
    termsHash: nowhere,
  } as const
  const bySomebody = (): Papers['approval']['by'] => ({
    type: 'person',
    account: world.user.address,
  })

  /** Papers of a run, which no approver signed. */
  async function toRun(change: (papers: Papers) => Papers): Promise<Dossier> {
    const papers = decode(await rewrite(byMandate, change))
    const { signature: _signature, ...approval } = papers.approval
    return encode({ ...papers, approval })
  }
  const stand = (
    papers: Papers,
    by: Papers['approval']['by'] = byOrder,
  ): Papers => ({
    ...papers,
    plan: changeMandate({ orderId: 'o1', delegationHash: nowhere })(
      papers.plan,
    ),
    approval: { ...papers.approval, by },
  })
  const use = async (dossier: Dossier) => {
    const { signed, calls } = await byMandate.readHeld()
    const { signature, ...delegation } = signed
    const planHash = hashPlan(dossier)
    const { plan } = decode(dossier)
    return firewall.signLeg({
      dossier,
      transaction: {
        purpose: 'send',
        legId: toLegId(planHash, plan.steps[0]?.id ?? '', 0),
        planHash,
        chainId: plan.chainId,
        from: world.executor.address,
        to: readFramework().delegationManager,
        valueWei: 0n,
        data: encodeRedemption({ delegation, signature, calls }),
        nonce: await world.wallet.getTransactionCount({
          address: world.executor.address,
        }),
        gasLimit: 1_000_000n,
        maxFeePerGasWei: byMandate.simulation.gas.maxFeePerGasWei,
        maxPriorityFeePerGasWei: 1n,
      },
    })
  }

  test('error: with a mandate that was not signed with it', async () => {
    await expect(use(await toRun((papers) => stand(papers)))).rejects.toThrow(
      'it uses another mandate than that of the order',
    )
  })

  test('error: that only says so', async () => {
    const refused = 'its approval is not signed by an approver'
    // A person's yes is theirs to sign, whatever the mandate is called.
    await expect(
      use(await toRun((papers) => stand(papers, bySomebody()))),
    ).rejects.toThrow(refused)
    // One mandate of an order lets no other one through.
    await expect(
      use(
        await toRun((papers) => {
          const standing = stand(papers)
          const { custody } = standing.plan
          const own =
            byMandate.plan.custody?.type === 'mandate'
              ? byMandate.plan.custody.mandates
              : []
          return custody?.type === 'mandate'
            ? {
                ...standing,
                plan: changeCustody({
                  mandates: [...own, ...custody.mandates],
                })(standing.plan),
              }
            : standing
        }),
      ),
    ).rejects.toThrow(refused)
  })

  test('error: that has something signed', async () => {
    const dossier = await toRun((papers) => stand(papers))
    await expect(
      signMandate({ dossier, planHash: hashPlan(dossier) }),
    ).rejects.toThrow('its approval is not signed by an approver')
  })

  test('error: from the executor’s own account, by anybody’s yes', async () => {
    const dossier = await rewrite(direct, (papers) => ({
      ...papers,
      plan: { ...papers.plan, account: world.executor.address },
      approval: {
        ...papers.approval,
        by: { type: 'person', account: world.executor.address },
      },
    }))
    const [leg] = listLegs(
      { ...direct, planHash: hashPlan(dossier) },
      await readNonce(),
    )
    if (!leg) throw new RangeError('a plan has a leg')
    await expect(
      firewall.signLeg({ transaction: leg, dossier }),
    ).rejects.toThrow(/it is of 0x/)
  })
})

describe('the use of a mandate', () => {
  test('default: by the executor, through the manager', async () => {
    await expect(redeem({})).resolves.toMatchObject({
      raw: expect.stringMatching(/^0x/),
    })
  })

  test.each<[string, () => Partial<LegTransaction>, RegExp]>([
    [
      'by the account itself',
      () => ({ from: world.user.address }),
      /another account signs it/,
    ],
    [
      'at another place',
      () => ({ to: world.thief.address }),
      /it does not go to the manager, or pays/,
    ],
    [
      'with coin',
      () => ({ valueWei: 1n }),
      /it does not go to the manager, or pays/,
    ],
    [
      'with absurd gas',
      () => ({ gasLimit: 20_000_000n }),
      /its gas limit is absurd/,
    ],
    ['of nothing', () => ({ data: '0x' }), /it uses no mandate, or several/],
    [
      'with other code',
      () => ({
        authorization: {
          chainId: byMandate.plan.chainId,
          address: world.redPills[0] ?? world.thief.address,
          nonce: 0,
          yParity: 0,
          r: nowhere,
          s: nowhere,
        },
      }),
      /it gives the account other code/,
    ],
  ])('error: %s', async (_what, change, rule) => {
    await expect(redeem(change())).rejects.toThrow(rule)
  })

  async function redeem(change: Partial<LegTransaction>) {
    const from = change.from ?? world.executor.address
    const { planHash, plan } = byMandate
    const { delegationManager } = readFramework()
    const { signed, calls } = await byMandate.readHeld()
    const { signature, ...delegation } = signed
    return firewall.signLeg({
      dossier: byMandate.dossier,
      transaction: {
        purpose: 'send',
        legId: toLegId(planHash, plan.steps[0]?.id ?? '', 0),
        planHash,
        chainId: plan.chainId,
        from,
        to: delegationManager,
        valueWei: 0n,
        data: encodeRedemption({ delegation, signature, calls }),
        nonce: await world.wallet.getTransactionCount({ address: from }),
        gasLimit: 1_000_000n,
        maxFeePerGasWei: byMandate.simulation.gas.maxFeePerGasWei,
        maxPriorityFeePerGasWei: 1n,
        ...change,
      },
    })
  }
})

describe('what stands without a plan', () => {
  let standing: OrderTerms
  beforeAll(async () => {
    const utterance = 'lend 1 USDC on Aave every day for 3 days'
    const block = await world.chain.readHead()
    const now = new Date(block.timestampUnixSeconds * 1_000).toISOString()
    const context = { now, timeZone: 'UTC' }
    const { result } = await createParser().parse({ utterance, context })
    if (result.type !== 'intent') throw new RangeError('an order')
    standing = await buildOrderTerms({
      account: world.user.address,
      utterance,
      steps: result.intent.steps,
      timeZone: 'UTC',
      missedRuns: 'skip',
      chain: world.chain,
      block,
      executor: undefined,
      whyDirect: 'no executor is asked here',
    })
  })

  test.each<[string, (terms: OrderTerms) => Partial<OrderTerms>, RegExp]>([
    ['for another chain', () => ({ chainId: 1 }), /it is for chain 1/],
    [
      'of another account',
      () => ({ account: world.thief.address }),
      /it is of 0x/,
    ],
    ['that nobody signed', () => ({}), /it is not signed by an approver/],
  ])('error: an order %s', async (_what, change, rule) => {
    const terms = { ...standing, ...change(standing) }
    await expect(
      firewall.signOrder({ terms, termsHash: hashOrderTerms(terms) }),
    ).rejects.toThrow(rule)
  })

  test('error: an order under another’s name', async () => {
    await expect(
      firewall.signOrder({ terms: standing, termsHash: nowhere }),
    ).rejects.toThrow('its hash is not that of its terms')
  })

  test.each<[string, Partial<Policy>, RegExp]>([
    ['for another chain', { chainId: 1 }, /it is for chain 1/],
    [
      'of another account',
      { account: `0x${'e1'.repeat(20)}` },
      /it is of 0xe1/,
    ],
    ['that its person must sign', {}, /an approver must sign it/],
  ])('error: a policy %s', async (_what, change, rule) => {
    await expect(
      firewall.signPolicy({ ...toPolicy(), ...change }),
    ).rejects.toThrow(rule)
  })

  function toPolicy(): Policy {
    return {
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
      },
      beyond: 'ask',
      coolingOffSeconds: 0,
    }
  }
})

type Changes = {
  readonly change?: (delegation: Delegation) => Delegation
  readonly dossier?: Dossier
  readonly planHash?: Hex
  readonly mandateIndex?: number
  readonly authorizationNonce?: number
}

/** Asks for the first mandate of the plan, or for a changed one. */
function signMandate(changes: Changes) {
  const { change, ...rest } = changes
  const drawn = draw((calls) => calls)
  return firewall.signMandate({
    dossier: byMandate.dossier,
    planHash: byMandate.planHash,
    mandateIndex: 0,
    delegation: change ? change(drawn) : drawn,
    ...rest,
  })
}

type Calls = Parameters<typeof drawDelegation>[0]['terms']['calls']

/** The first mandate of the plan, over its calls or over changed ones. */
function draw(change: (calls: Calls) => Calls): Delegation {
  const { plan } = byMandate
  const mandate =
    plan.custody?.type === 'mandate' ? plan.custody.mandates[0] : undefined
  if (!mandate) throw new RangeError('a plan by mandate')
  return drawDelegation({
    framework: readFramework(),
    executor: world.executor.address,
    terms: {
      account: plan.account,
      calls: change(
        plan.steps.flatMap(({ calls }) =>
          calls.map(({ to, valueWei, data }) => ({ to, valueWei, data })),
        ),
      ),
      ...mandate,
    },
  })
}

function readFramework() {
  const { delegation } = world.deployment
  if (!delegation) throw new RangeError('a chain with delegations')
  return delegation
}

function changeCaveat(one: Delegation, change: () => Hex): Delegation {
  return {
    ...one,
    caveats: one.caveats.map((caveat, index) =>
      index === 0 ? { ...caveat, terms: change() } : caveat,
    ),
  }
}

function approve(spender: Hex, units: bigint): Hex {
  return encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [spender, units],
  })
}

type Step = PlanArtifact['steps'][number]

function changeSteps(change: (step: Step) => Partial<Step>) {
  return (plan: PlanArtifact): PlanArtifact => ({
    ...plan,
    steps: plan.steps.map((step) => ({ ...step, ...change(step) })),
  })
}

function changeCalls(
  purpose: Step['calls'][number]['purpose'],
  change: (
    call: Step['calls'][number],
    spender: Hex,
  ) => Partial<Step['calls'][number]>,
) {
  return changeSteps((step) => ({
    calls: step.calls.map((call) =>
      call.purpose === purpose
        ? { ...call, ...change(call, step.approvals[0]?.spender ?? '0x') }
        : call,
    ),
  }))
}

type MandateCustody = Extract<
  NonNullable<PlanArtifact['custody']>,
  { type: 'mandate' }
>

function changeCustody(change: Partial<MandateCustody>) {
  return (plan: PlanArtifact): PlanArtifact =>
    plan.custody?.type === 'mandate'
      ? { ...plan, custody: { ...plan.custody, ...change } }
      : plan
}

function changeMandate(change: Partial<MandateCustody['mandates'][number]>) {
  return (plan: PlanArtifact): PlanArtifact =>
    plan.custody?.type === 'mandate'
      ? changeCustody({
          mandates: plan.custody.mandates.map((one) => ({ ...one, ...change })),
        })(plan)
      : plan
}

/** Quote and plan alike take ten times as much as was asked for. */
function widen(papers: Papers): Papers {
  const tenfold = <Item extends { readonly atMostUnits: bigint }>(
    items: readonly Item[],
  ): Item[] =>
    items.map((item) => ({ ...item, atMostUnits: item.atMostUnits * 10n }))
  return {
    ...papers,
    quotes: changeQuotes(papers.quotes, ({ spend }) => ({
      spend: tenfold(spend),
    })),
    plan: changeSteps(({ spend }) => ({ spend: tenfold(spend) }))(papers.plan),
  }
}

/** Quote and plan alike promise another least amount. */
function changeReceived(
  papers: Papers,
  change: (units: bigint) => bigint,
): Papers {
  const raise = <Item extends { readonly atLeastUnits: bigint }>(
    items: readonly Item[],
  ): Item[] =>
    items.map((item) => ({ ...item, atLeastUnits: change(item.atLeastUnits) }))
  return {
    ...papers,
    quotes: changeQuotes(papers.quotes, ({ receive }) => ({
      receive: raise(receive),
    })),
    plan: changeSteps(({ receive }) => ({ receive: raise(receive) }))(
      papers.plan,
    ),
  }
}

type Quoted = Extract<
  Papers['quotes']['outcomes'][number]['outcome'],
  { type: 'quoted' }
>['quote']

function changeQuotes(
  quotes: Papers['quotes'],
  change: (quote: Quoted) => Partial<Quoted>,
): Papers['quotes'] {
  return {
    ...quotes,
    outcomes: quotes.outcomes.map((one) =>
      one.outcome.type === 'quoted'
        ? {
            ...one,
            outcome: {
              ...one.outcome,
              quote: { ...one.outcome.quote, ...change(one.outcome.quote) },
            },
          }
        : one,
    ),
  }
}

function decode(dossier: Dossier): Papers {
  const read = (wire: unknown) => z.decode(artifactSchema, wire as never)
  return {
    quotes: read(dossier.quotes),
    plan: read(dossier.plan),
    simulation: read(dossier.simulation),
    approval: read(dossier.approval),
  } as Papers
}

function encode(papers: Papers): Dossier {
  return {
    quotes: toWire(papers.quotes),
    plan: toWire(papers.plan),
    simulation: toWire(papers.simulation),
    approval: toWire(papers.approval),
  }
}

/** Papers that say something else, with every hash and the yes itself in order. */
async function rewrite(
  prepared: Prepared,
  change: (papers: Papers) => Papers,
): Promise<Dossier> {
  const linked = decode(relink(encode(change(decode(prepared.dossier)))))
  const { planHash, simulationHash } = linked.approval
  return encode({
    ...linked,
    approval: {
      ...linked.approval,
      signature: await signApproval(world, planHash, simulationHash),
    },
  })
}

function hashPlan(dossier: Dossier): Hex {
  return hashArtifact(decode(dossier).plan)
}

function readNonce(): Promise<number> {
  return world.wallet.getTransactionCount({ address: world.user.address })
}

async function readLegs(): Promise<readonly LegTransaction[]> {
  return listLegs(direct, await readNonce())
}
