import { createAaveAgent } from '@behest/agent-lend'
import { createTransferAgent } from '@behest/agent-transfer'
import { devnetAccounts } from '@behest/devnet'
import { hashPolicy } from '@behest/engine'
import { delegationManagerAbi } from '@behest/evm'
import {
  buildPolicyTypedData,
  type Policy,
  type PolicyRules,
} from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createOrderKeeper,
  type OrderKeeper,
} from '../orders/createOrderKeeper.js'
import { createWorld, type World } from '../testing/createWorld.js'

let world: World
let keeper: OrderKeeper
const user = privateKeyToAccount(devnetAccounts[1].privateKey)
const errors: unknown[] = []

const rules: PolicyRules = {
  perTransactionUsd: '100000',
  perDayUsd: '1000000',
  actions: ['swap', 'supply', 'transfer'],
  tokens: ['any'],
  venues: ['any'],
  recipients: [],
  maxPriceImpactBps: 1000,
  maxSlippageBps: 100,
  minHealth: '1.1',
}
let sequence = 0
/** A newly signed policy, which also ends the kill switch. */
async function setPolicy() {
  sequence += 1
  const policy: Policy = {
    version: 1,
    account: world.user,
    chainId: 31337,
    sequence,
    validUntilUnixSeconds: 9_000_000_000,
    limits: rules,
    beyond: 'ask',
    coolingOffSeconds: 0,
  }
  await world.policies.activate({
    policy,
    policyHash: hashPolicy(policy),
    signature: await user.signTypedData(buildPolicyTypedData(policy)),
    nowUnixSeconds: (await world.chain.readHead()).timestampUnixSeconds,
  })
}

/** Somebody stops everything at the very moment that a first leg is mined. */
async function killWhenMined(): Promise<() => Promise<unknown>> {
  await world.database.query(`
    create function kill_now() returns trigger language plpgsql as $$ begin
      update policy_state set killed_at = now(), killed_why = '"test"';
      insert into halt (scope, reason) values
        ('account:${world.user.toLowerCase()}', 'the kill switch of the policy was used')
        on conflict do nothing;
      return new;
    end $$;
    create trigger kill_now after update on leg for each row
      when (new.state = 'MINED') execute function kill_now()`)
  return () =>
    world.database.query(
      'drop trigger kill_now on leg; drop function kill_now()',
    )
}

async function moveBy(seconds: number): Promise<void> {
  const { timestampUnixSeconds } = await world.chain.readHead()
  const { control } = world.devnet
  await control.setNextBlockTimestamp({
    timestamp: BigInt(timestampUnixSeconds + seconds),
  })
  await control.mine({ blocks: 1 })
}

const usdcOf = (account = world.user) =>
  world.chain.readBalance({
    account,
    token: world.devnet.addresses.tokens.USDC,
  })

beforeAll(async () => {
  world = await createWorld({ quoteTimeoutMs: 15_000, sendWaitMs: 4000 })
  world.setCandidates(
    await world.serve([
      world.honest,
      createAaveAgent(world.chain),
      createTransferAgent({ chains: [world.chain] }),
    ]),
  )
  keeper = createOrderKeeper({
    store: world.orders,
    engine: world.engine,
    chain: world.chain,
    giveBack: world.orderMandates.giveBack,
    endOpen: world.orderMandates.endOpen,
    owner: 'a',
    pollEveryMs: 3_600_000,
    wake: () => {},
    onError: (error) => errors.push(error),
  })
}, 60_000)
afterAll(async () => {
  await keeper?.stop()
  await world?.stop()
})

describe('the kill switch', () => {
  test('default: of a plan by mandates, no batch after it is signed', async () => {
    await setPolicy()
    const restore = await killWhenMined()
    const record = await world.carryOut(
      'swap 1 ETH for USDC and lend it on aave',
      undefined,
      'mandate',
    )
    await restore()
    expect(record.problem?.detail ?? record.status).toBe('done')
    expect(record.artifacts.execution?.transactions).toMatchObject([
      { stepId: 's1', outcome: 'succeeded' },
      {
        stepId: 's2',
        outcome: 'not-sent',
        reason: 'everything was stopped before this was signed',
      },
    ])
    expect(record.artifacts.receipt?.receipt.outcome).not.toBe('MET')
  })

  test('behavior: a run in the middle stops, and what it took comes back', async () => {
    await setPolicy()
    const before = await usdcOf()
    const stood = await world.carryOut(
      'swap 100 USDC for ETH every day for 3 times',
    )
    expect(stood.problem?.detail ?? stood.status).toBe('done')
    const restore = await killWhenMined()
    const look = async () => {
      await world.database.query(
        "update standing_order set look_at = now() - interval '1 second'",
      )
      await keeper.tick()
      const run = (await world.orders.readRuns(stood.id)).at(-1)
      if (run?.outcome === 'running' && run.intentId)
        await world.engine.advance(run.intentId)
      return run?.outcome
    }
    await look()
    await look()
    await restore()
    const [begun] = await world.orders.readRuns(stood.id)
    expect(begun?.why).toBeUndefined()
    expect((await world.engine.get(begun?.intentId ?? '')).problem).toBe(
      undefined,
    )
    // Taken, and then nothing more was signed for the account.
    expect(before - (await usdcOf())).toBe(100_000_000n)
    await moveBy(3600)
    let outcome = await look()
    for (let round = 0; outcome === 'running' && round < 20; round += 1)
      outcome = await look()
    expect(outcome).toBe('not-met')
    expect(await usdcOf()).toBe(before)
    expect(await usdcOf(world.executor)).toBe(0n)
    expect(errors).toEqual([])

    // Its order is cancelled as the route does it; the keeper ends it on chain.
    await world.orders.cancel({ orderId: stood.id, why: 'stopped' })
    const order = await world.orders.get(stood.id)
    const isDisabled = () =>
      world.chain.client.readContract({
        address: world.devnet.addresses.delegation.DelegationManager,
        abi: delegationManagerAbi,
        functionName: 'disabledDelegations',
        args: [order?.delegationHash ?? '0x'],
      })
    expect(await isDisabled()).toBe(false)
    await expect
      .poll(
        async () => {
          await keeper.tick()
          return isDisabled()
        },
        { timeout: 20_000 },
      )
      .toBe(true)
    await expect
      .poll(
        async () => {
          await keeper.tick()
          return world.orders.listOpenDelegations({ limit: 10 })
        },
        { timeout: 20_000 },
      )
      .toEqual([])
    expect(errors).toEqual([])
  })
})
