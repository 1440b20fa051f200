import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBestAgent } from '@behest/agent-best'
import {
  createA2aAgentPort,
  createAgentNetwork,
  createGuardedFetch,
} from '@behest/sdk'
import type { Address, Candidate } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

const feeTill: Address = '0x00000000000000000000000000000000000000f2'
let world: World
let best: Candidate
let others: readonly Candidate[] = []

beforeAll(async () => {
  world = await createWorld()
  const hanging = createServer(() => {})
  hanging.listen(0, '127.0.0.1')
  await once(hanging, 'listening')
  const { port } = hanging.address() as AddressInfo
  const fetch = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
  world.onStop(async () => {
    hanging.close()
    hanging.closeAllConnections()
    await fetch.close()
  })
  const [honest] = await world.serve([world.honest])
  if (!honest) throw new RangeError('one agent is served')
  others = [
    honest,
    {
      ...honest,
      agentId: 'hanging',
      name: 'hanging',
      agent: feeTill,
      url: `http://127.0.0.1:${port}`,
    },
  ]
  const [served] = await world.serve(
    [
      createBestAgent({
        chainId: world.chain.chainId,
        feeBps: 10,
        feeTo: feeTill,
        spenders: world.honest.limits.spenders,
      }),
    ],
    createAgentNetwork({
      find: async () => others,
      agents: createA2aAgentPort({ fetch }),
    }),
  )
  if (!served) throw new RangeError('one agent is served')
  best = served
}, 60_000)
afterAll(() => world?.stop())

const read = (token: 'USDC' | 'native', account: Address) =>
  world.chain.readBalance({
    account,
    token: token === 'native' ? 'native' : world.toPrice(1n).token.address,
  })

describe('a "best of" agent', () => {
  test('default: it resells a quote for a stated fee, and the chain says so', async () => {
    world.setCandidates([best])
    const before = await read('USDC', feeTill)
    const record = await world.carryOut(
      'swap 1000 USDC for DAI',
      async (shown) =>
        expect(shown.preview?.othersGet).toMatchObject([
          { account: feeTill, symbol: 'USDC', boundDecimal: '1' },
        ]),
    )
    expect(record.problem).toBeUndefined()
    const [outcome] = record.artifacts.quotes?.outcomes ?? []
    expect(
      outcome?.outcome.type === 'quoted' && outcome.outcome.quote.summary,
    ).toBe(
      `Resold: the best of 1 quotes, by ${world.honest.name}, for a fee of 0.1 %.`,
    )
    const receipt = record.artifacts.receipt?.receipt
    expect(receipt?.outcome).toBe('MET')
    expect(receipt?.steps[0]?.fees).toMatchObject([
      { account: feeTill, decimal: '1' },
    ])
    expect((await read('USDC', feeTill)) - before).toBe(1_000_000n)
  })

  test("behavior: of the chain's own coin too", async () => {
    world.setCandidates([best])
    const before = await read('native', feeTill)
    const record = await world.carryOut('swap 2 ETH for USDC')
    expect(record.problem).toBeUndefined()
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect((await read('native', feeTill)) - before).toBe(2n * 10n ** 15n)
  })

  test('behavior: asked directly, the same quote without the fee wins', async () => {
    const [honest] = others
    if (!honest) throw new RangeError('one agent is served')
    world.setCandidates([best, honest])
    const record = await world.carryOut('swap 1000 USDC for DAI')
    expect(record.artifacts.plan?.steps[0]?.agentName).toBe(world.honest.name)
  })
})
