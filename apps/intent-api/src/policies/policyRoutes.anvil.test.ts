import { hashPolicy } from '@behest/engine'
import { buildPolicyTypedData, type Policy } from '@behest/spec'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveFaces } from '../faces/testing/serveFaces.js'
import { createWorld, type World } from '../testing/createWorld.js'

let world: World
let own: string
let hosted: string
const stranger = privateKeyToAccount(generatePrivateKey())

beforeAll(async () => {
  world = await createWorld()
  own = (await serveFaces(world, { signPolicy: world.signPolicy })).url
  hosted = (await serveFaces(world)).url
})
afterAll(async () => {
  await world?.stop()
})

const toPolicy = (changes: Partial<Policy> = {}): Policy => ({
  version: 1,
  account: world.user,
  chainId: 31337,
  sequence: 1,
  validUntilUnixSeconds: 4_000_000_000,
  limits: {
    perTransactionUsd: '500',
    perDayUsd: '800',
    actions: ['any'],
    tokens: ['any'],
    venues: ['any'],
    recipients: [],
    maxPriceImpactBps: 300,
    maxSlippageBps: 100,
    minHealth: '1.5',
  },
  beyond: 'ask',
  coolingOffSeconds: 0,
  ...changes,
})

async function post(url: string, body: object) {
  const response = await fetch(`${url}/v1/policies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as {
    code?: string
    policyHash?: string
  }
  return [response.status, answer.code ?? answer.policyHash]
}

describe('POST /v1/policies', () => {
  test("default: on one's own machine the signer signs for its account", async () => {
    const policy = toPolicy()
    expect(await post(own, { policy })).toEqual([201, hashPolicy(policy)])
  })

  test('behavior: over a network only a signature of the account counts', async () => {
    const policy = toPolicy({ sequence: 2 })
    expect((await post(hosted, { policy }))[1]).toBe('POLICY_SIGNATURE_INVALID')
    const theirs = toPolicy({ account: stranger.address })
    const signature = await stranger.signTypedData(buildPolicyTypedData(theirs))
    expect(await post(hosted, { policy: theirs, signature })).toEqual([
      201,
      hashPolicy(theirs),
    ])
    expect((await post(hosted, { policy, signature }))[1]).toBe(
      'POLICY_SIGNATURE_INVALID',
    )
  })

  test('error: the signer signs for no other account, chain or time', async () => {
    const theirs = toPolicy({ account: stranger.address, sequence: 9 })
    expect((await post(own, { policy: theirs }))[1]).toBe(
      'POLICY_SIGNATURE_INVALID',
    )
    for (const changes of [
      { account: stranger.address },
      { chainId: 1 },
      { validUntilUnixSeconds: 1 },
    ])
      await expect(world.signPolicy(toPolicy(changes))).rejects.toMatchObject({
        code: 'SIGNING_REFUSED',
      })
  })
})
