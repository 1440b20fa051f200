import { devnetAccounts } from '@behest/devnet'
import { hashPolicy } from '@behest/engine'
import {
  buildPolicyTypedData,
  type Policy,
  type PolicyRules,
} from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'

let world: World
const user = privateKeyToAccount(devnetAccounts[1].privateKey)

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
})
afterAll(async () => {
  await world.stop()
})

const rules: PolicyRules = {
  perTransactionUsd: '500',
  perDayUsd: '800',
  actions: ['swap'],
  tokens: ['any'],
  venues: ['uniswap'],
  recipients: [],
  maxPriceImpactBps: 300,
  maxSlippageBps: 100,
  minHealth: '1.5',
}
let sequence = 0
async function setPolicy(changes: Partial<Policy> = {}) {
  sequence += 1
  const policy: Policy = {
    version: 1,
    account: world.user,
    chainId: 31337,
    sequence,
    validUntilUnixSeconds: 9_000_000_000,
    limits: rules,
    automatic: { ...rules, perTransactionUsd: '100', perDayUsd: '250' },
    beyond: 'ask',
    coolingOffSeconds: 0,
    ...changes,
  }
  const head = await world.chain.readHead()
  return world.policies.activate({
    policy,
    policyHash: hashPolicy(policy),
    signature: await user.signTypedData(buildPolicyTypedData(policy)),
    nowUnixSeconds: head.timestampUnixSeconds,
  })
}
/** From the sentence on, with nobody there to say yes. */
async function ask(text: string) {
  const id = crypto.randomUUID()
  await world.engine.start({
    id,
    text,
    account: world.user,
    context: { now: new Date().toISOString(), timeZone: 'UTC' },
    principal: 'test',
  })
  for (let round = 0; round < 5; round += 1)
    if ((await world.engine.advance(id)) !== 'again') break
  return world.engine.get(id)
}

describe('a signed policy', () => {
  test('default: within it nobody is asked, and the receipt says who said yes', async () => {
    const { policyHash } = await setPolicy()
    const record = await ask('swap 100 USDC for DAI')
    expect(record).toMatchObject({
      status: 'done',
      artifacts: {
        simulation: { policy: { verdict: 'approve', outflowUsd: '100' } },
        approval: { by: { type: 'policy', policyHash } },
        receipt: {
          receipt: {
            outcome: 'MET',
            approvedBy: 'policy',
            approvedUnder: policyHash,
          },
        },
      },
    })
    const { approval } = record.artifacts
    expect(approval?.planHash).toBe(record.hashes.plan)
    expect(approval?.simulationHash).toBe(record.hashes.simulation)
  })

  test('behavior: beyond it a person is asked, and past the limits not even they can', async () => {
    await setPolicy()
    const asked = await ask('swap 101 USDC for DAI')
    expect(asked.status).toBe('needs-approval')
    expect(asked.artifacts.simulation?.policy?.findings).toMatchObject([
      { rule: 'perTransactionUsd', set: 'automatic' },
    ])
    const refused = await ask('swap 501 USDC for DAI')
    expect(refused).toMatchObject({
      status: 'failed',
      problem: { code: 'POLICY_REFUSED' },
    })

    // A person's yes is held against the limits as they are by then.
    await setPolicy({ limits: { ...rules, perTransactionUsd: '50' } })
    await expect(
      world.engine.decide({
        id: asked.id,
        planHash: asked.preview?.planHash ?? '0x',
        decision: 'approve',
      }),
    ).rejects.toMatchObject({ code: 'POLICY_REFUSED' })
  })

  test('behavior: the day is counted over plans, and then somebody is asked', async () => {
    await world.database.query('delete from policy_spend')
    await setPolicy()
    expect((await ask('swap 100 USDC for DAI')).status).toBe('done')
    expect((await ask('swap 100 USDC for DAI')).status).toBe('done')
    const third = await ask('swap 100 USDC for DAI')
    expect(third.status).toBe('needs-approval')
    expect(third.artifacts.simulation?.policy?.findings).toMatchObject([
      { rule: 'perDayUsd', set: 'automatic' },
    ])
  })

  test('behavior: the kill switch refuses what waits and what comes', async () => {
    await world.database.query('delete from policy_spend')
    await setPolicy()
    const waiting = await ask('swap 150 USDC for DAI')
    expect(waiting.status).toBe('needs-approval')
    await world.policies.kill({
      account: world.user,
      chainId: 31337,
      why: 'lost my phone',
    })
    await expect(
      world.engine.decide({
        id: waiting.id,
        planHash: waiting.preview?.planHash ?? '0x',
        decision: 'approve',
      }),
    ).rejects.toMatchObject({ code: 'POLICY_REFUSED' })
    expect((await ask('swap 1 USDC for DAI')).problem?.code).toBe(
      'POLICY_REFUSED',
    )
    await setPolicy()
    expect((await ask('swap 1 USDC for DAI')).status).toBe('done')
  })
})
