import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HostileWorld, openHostileWorld } from './openHostileWorld.js'
import { listLegs, prepare } from './playCase.js'
import { createCaseFirewall } from './runEngine.js'

let world: HostileWorld
beforeAll(async () => {
  world = await openHostileWorld()
}, 120_000)
afterAll(() => world?.stop())

test('law: a leg asked for under several nonces at one moment is signed under one', async () => {
  const prepared = await prepare(world, 0, 'direct')
  const firewall = createCaseFirewall(world)
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
  const refused = asked.flatMap((one) =>
    one.status === 'rejected' ? [`${one.reason.message}`] : [],
  )
  expect(refused).toHaveLength(3)
  for (const message of refused)
    expect(message).toMatch(
      /it was signed with nonce \d+, and that may still be mined/,
    )
})
