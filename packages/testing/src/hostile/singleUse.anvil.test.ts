import { drawDelegation, encodeDisable, type LegTransaction } from '@behest/evm'
import { createFirewallChain } from '@behest/signer'
import { keccak256, stringToHex } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HostileWorld, openHostileWorld } from './openHostileWorld.js'
import { listLegs, type Prepared, prepare, signMandateFor } from './playCase.js'
import { createCaseFirewall } from './runEngine.js'

const swap = 0
const swapWithAllowance = 1
const swapThenSend = 8

let world: HostileWorld
let firewall: ReturnType<typeof createCaseFirewall>
beforeAll(async () => {
  world = await openHostileWorld()
}, 120_000)
beforeEach(() => {
  firewall = createCaseFirewall(world)
})
afterAll(() => world?.stop())

describe('what is signed is good for one use', () => {
  test('law: a leg asked for under several nonces at one moment is signed under one', async () => {
    const prepared = await prepare(world, swap, 'direct')
    const nonce = await world.wallet.getTransactionCount({
      address: world.user.address,
    })
    const asked = await Promise.allSettled(
      [0, 1, 2, 3].map((more) => {
        const [leg] = listLegs(prepared, nonce + more)
        if (!leg) throw new RangeError('a plan has a leg')
        return firewall.signLeg({ transaction: leg, dossier: prepared.dossier })
      }),
    )
    const refused = listRefusals(asked)
    expect(refused).toHaveLength(3)
    for (const message of refused)
      expect(message).toMatch(
        /it was signed with nonce \d+, and that may still be mined/,
      )
  })

  test('law: under another nonce it is signed only in its time, and only while it holds', () =>
    world.isolate(async () => {
      const prepared = await prepare(world, swap, 'direct')
      const signAt = async (nonce: number) => {
        const [leg] = listLegs(prepared, nonce)
        if (!leg) throw new RangeError('a plan has a leg')
        return firewall.signLeg({
          transaction: leg,
          dossier: prepared.dossier,
        })
      }
      const nonce = await world.wallet.getTransactionCount({
        address: world.user.address,
      })
      // Signed, and kept back; then its person gives the nonce to something else.
      const first = await signAt(nonce)
      await world.sendAs(world.user, { to: world.user.address })
      expect((await signAt(nonce + 1)).hash).not.toBe(first.hash)
      await world.sendAs(world.user, { to: world.user.address })
      await world.wallet.increaseTime({ seconds: 100_000 })
      await world.wallet.mine({ blocks: 1 })
      await expect(signAt(nonce + 2)).rejects.toThrow('its time was over')
      // The bytes that are out there already may be asked for again.
      expect((await signAt(nonce)).hash).toBe(first.hash)
    }))

  test('law: a nonce that went elsewhere in a block that may go away is still its own', () =>
    world.isolate(async () => {
      const prepared = await prepare(world, swap, 'direct')
      const { firewallChain, deployment, devnet, user } = world
      const deep = createFirewallChain({
        rpcUrl: devnet.url,
        deployment: { ...deployment, finalityDepth: 3 },
      })
      const cautious = createCaseFirewall({
        ...world,
        firewallChain: {
          ...firewallChain,
          readFinalNonce: deep.readFinalNonce,
        },
      })
      const signAt = async (nonce: number) => {
        const [leg] = listLegs(prepared, nonce)
        if (!leg) throw new RangeError('a plan has a leg')
        return cautious.signLeg({
          transaction: leg,
          dossier: prepared.dossier,
        })
      }
      const nonce = await world.wallet.getTransactionCount({
        address: user.address,
      })
      await signAt(nonce)
      await world.sendAs(user, { to: user.address })
      for (const _block of [2, 3]) {
        await expect(signAt(nonce + 1)).rejects.toThrow(
          'that may still be mined',
        )
        await world.wallet.mine({ blocks: 1 })
      }
      await expect(signAt(nonce + 1)).resolves.toMatchObject({
        hash: expect.stringMatching(/^0x/),
      })
    }))

  test('law: a mandate whose amount is known late is signed for one amount', async () => {
    const prepared = await prepare(world, swapThenSend, 'mandate')
    await signMandate(prepared, 0, 0n)
    const first = await signMandate(prepared, 1, 1_000_000n)
    // Asked again, because an answer was lost: the same.
    expect(await signMandate(prepared, 1, 1_000_000n)).toEqual(first)
    await expect(signMandate(prepared, 1, 999_999n)).rejects.toThrow(
      'it was signed for other amounts',
    )
  })

  test('law: asked for two amounts at one moment, it is signed for one', async () => {
    const prepared = await prepare(world, swapThenSend, 'mandate')
    await signMandate(prepared, 0, 0n)
    const asked = await Promise.allSettled(
      [1_000_000n, 999_999n].map((units) => signMandate(prepared, 1, units)),
    )
    expect(listRefusals(asked)).toEqual([
      expect.stringContaining('it was signed for other amounts'),
    ])
  })

  test('law: a mandate is signed after those before it', async () => {
    const prepared = await prepare(world, swapThenSend, 'mandate')
    await expect(signMandate(prepared, 1, 1_000_000n)).rejects.toThrow(
      'an earlier mandate of its plan was never signed',
    )
  })

  test('law: an allowance that a call of the plan gives is not given by a permit too', async () => {
    const prepared = await prepare(world, swapWithAllowance, 'direct')
    const [approval] = prepared.plan.steps.flatMap(({ approvals }) => approvals)
    if (!approval) throw new RangeError('a plan that gives an allowance')
    await expect(
      firewall.signTypedData({
        dossier: prepared.dossier,
        typedData: {
          domain: {
            name: 'USD Coin',
            version: '2',
            chainId: prepared.plan.chainId,
            verifyingContract: approval.token,
          },
          primaryType: 'Permit',
          message: {
            owner: prepared.plan.account,
            spender: approval.spender,
            value: `${approval.units}`,
            nonce: '0',
            deadline: `${prepared.plan.deadlineUnixSeconds}`,
          },
        },
      }),
    ).rejects.toThrow('a call of the plan gives that allowance')
  })
})

describe('what needs no plan costs no more than it must', () => {
  test('law: an empty transaction is signed only to take the place of another', async () => {
    await expect(
      firewall.signLeg({ transaction: await drawGift({ purpose: 'cancel' }) }),
    ).rejects.toThrow('nothing to cancel')
  })

  test('law: a delegation that nobody signed is ended a few times, and no more', async () => {
    const asked: PromiseSettledResult<unknown>[] = []
    for (let salt = 0n; salt < 20n; salt += 1n)
      asked.push(
        ...(await Promise.allSettled([
          firewall.signLeg({ transaction: await drawEnd(salt, `${salt}`) }),
        ])),
      )
    const refused = listRefusals(asked)
    expect(refused).toHaveLength(4)
    expect(refused[0]).toContain('nobody signed the delegation that it ends')
  })

  test('law: one delegation is ended by one leg', async () => {
    await firewall.signLeg({ transaction: await drawEnd(1n, 'first') })
    await firewall.signLeg({ transaction: await drawEnd(1n, 'first') })
    await expect(
      firewall.signLeg({ transaction: await drawEnd(1n, 'second') }),
    ).rejects.toThrow('it was signed for another leg')
  })
})

/** A transaction of the account that no plan is with. */
async function drawGift(
  rest: Partial<LegTransaction>,
): Promise<LegTransaction> {
  const account = world.user.address
  return {
    purpose: 'send',
    legId: keccak256(stringToHex('a leg')),
    planHash: keccak256(stringToHex('no plan')),
    chainId: world.deployment.chainId,
    from: account,
    to: account,
    valueWei: 0n,
    data: '0x',
    nonce: await world.wallet.getTransactionCount({ address: account }),
    gasLimit: 100_000n,
    maxFeePerGasWei: 10n ** 10n,
    maxPriorityFeePerGasWei: 1n,
    ...rest,
  }
}

/** A transaction that ends a delegation of the account which never was. */
async function drawEnd(salt: bigint, name: string): Promise<LegTransaction> {
  const { delegation: framework } = world.deployment
  if (!framework) throw new RangeError('a chain with delegations')
  return drawGift({
    legId: keccak256(stringToHex(name)),
    to: framework.delegationManager,
    data: encodeDisable({
      delegation: drawDelegation({
        framework,
        executor: world.executor.address,
        terms: {
          account: world.user.address,
          calls: [],
          bounds: [],
          validUntilUnixSeconds: 2_000_000_000,
          salt,
        },
      }),
      signature: '0x',
    }),
  })
}

function listRefusals(
  asked: readonly PromiseSettledResult<unknown>[],
): readonly string[] {
  return asked.flatMap((one) =>
    one.status === 'rejected' ? [`${one.reason.message}`] : [],
  )
}

const signMandate = (prepared: Prepared, mandateIndex: number, units: bigint) =>
  signMandateFor({ world, firewall, prepared, mandateIndex, units })
