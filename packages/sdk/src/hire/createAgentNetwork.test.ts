// One file because it is one small network: real servers that ask each other.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Candidate } from '@behest/spec'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createA2aAgentPort } from '../call/createA2aAgentPort.js'
import { createGuardedFetch } from '../call/createGuardedFetch.js'
import type { AgentReply, QuoteContext } from '../define/Agent.js'
import { defineAgent } from '../define/defineAgent.js'
import { quoteInProcess } from '../quote/quoteInProcess.js'
import { type AgentServer, serveAgent } from '../serve/serveAgent.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import {
  createAgentNetwork,
  HireLimitError,
  type NetworkSource,
} from './createAgentNetwork.js'
import { extendTrail } from './trail.js'

type Asking = (context: QuoteContext) => Promise<AgentReply>

const signers = {
  first: privateKeyToAccount(generatePrivateKey()),
  second: privateKeyToAccount(generatePrivateKey()),
  third: privateKeyToAccount(generatePrivateKey()),
}
const request = createTestRequest({
  instruction: {
    action: 'transfer',
    token: { chainId: 31_337, address: 'native', symbol: 'ETH', decimals: 18 },
    amount: { type: 'exact', units: 7n },
    to: '0x00000000000000000000000000000000000000b0',
  },
  respondWithinMs: 3_000,
})
const asking = new Map<string, Asking>()
let server: AgentServer
let network: NetworkSource
let candidates: readonly Candidate[] = []
const closers: (() => void)[] = []

beforeAll(async () => {
  const guarded = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
  network = createAgentNetwork({
    find: async () => candidates,
    agents: createA2aAgentPort({ fetch: guarded }),
    bounds: { maxDepth: 2, maxQuotes: 2 },
  })
  server = await serveAgent(
    ['first', 'second', 'third'].map((name) =>
      defineAgent({
        name,
        version: '1.0.0',
        summary: 'Asks on, or sends.',
        chainIds: [31_337],
        serves: ['transfer'],
        limits: { spenders: [], maxValidForSeconds: 60 },
        quote: (instruction, context) =>
          asking.get(name)?.(context) ?? {
            calls: [{ to: instruction.to, valueWei: 7n }],
          },
      }),
    ),
    { signer: signers, network },
  )
  candidates = server.agents.map(({ agent, url, signer }) => ({
    agentId: agent.name,
    name: agent.name,
    agent: signer.address,
    url,
    reference: false,
    kept: true,
    why: 'live',
  }))
  closers.push(() => void guarded.close())
})
afterAll(async () => {
  for (const close of closers) close()
  await server.close()
})

const find = (name: string): Candidate => {
  const found = candidates.find((candidate) => candidate.name === name)
  if (found === undefined) throw new RangeError(name)
  return found
}
const askFirst = () =>
  createA2aAgentPort({
    fetch: createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] }),
  }).requestQuote({
    candidate: find('first'),
    // Its own each time: the same request gets the same answer.
    request: { ...request, requestId: crypto.randomUUID() },
    timeoutMs: 5_000,
  })

/** Asks on, and tells in a decline what came of it. */
const askOn =
  (...names: readonly string[]): Asking =>
  async ({ network: hired }) => {
    const heard: string[] = []
    for (const name of names)
      try {
        const answer = await hired?.quote({ candidate: find(name) })
        heard.push(
          answer?.type === 'behest.decline'
            ? `${answer.code}<${answer.message}>`
            : (answer?.agentName ?? 'no network'),
        )
      } catch (error) {
        heard.push(
          error instanceof HireLimitError
            ? `limit of ${error.facts.limit}`
            : String((error as { code?: string }).code),
        )
      }
    return { declined: 'HEARD', message: heard.join(', ') }
  }

async function hear(): Promise<string> {
  const answer = await askFirst()
  return answer.type === 'behest.decline' ? answer.message : answer.agentName
}

describe('createAgentNetwork', () => {
  test('default: an agent finds, asks and gets a verified quote', async () => {
    asking.clear()
    asking.set('first', async ({ network: hired }) => {
      const found = await hired?.search()
      const names = found?.map(({ name }) => name).join(' ')
      return askOn('second')({ network: hired } as QuoteContext).then(
        (reply) => ({
          ...(reply as object),
          declined: 'HEARD',
          message: `${names}: ${reply && 'message' in reply ? reply.message : ''}`,
        }),
      )
    })
    // It never finds itself.
    expect(await hear()).toBe('second third: second')
  })

  test('error: a loop is refused, by who asks and by who is asked', async () => {
    asking.clear()
    asking.set('first', askOn('first', 'second'))
    asking.set('second', askOn('first'))
    expect(await hear()).toBe('limit of loop, HEARD<limit of loop>')
    // One that does not look at the trail itself meets one that does.
    const trail = await extendTrail({
      request,
      requestHash: `0x${'11'.repeat(32)}`,
      signer: signers.first,
    })
    const answer = await createA2aAgentPort({
      fetch: createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] }),
    }).requestQuote({
      candidate: find('first'),
      request: { ...request, trail },
      timeoutMs: 5_000,
    })
    expect(answer).toMatchObject({ code: 'HIRED_IN_A_LOOP' })
  })

  test('error: no deeper than the bound', async () => {
    asking.clear()
    asking.set('first', askOn('second'))
    asking.set('second', askOn('third'))
    asking.set('third', askOn('second'))
    expect(await hear()).toBe('HEARD<HEARD<limit of depth>>')
  })

  test('error: no more agents than the bound', async () => {
    asking.clear()
    asking.set('first', askOn('second', 'third', 'second'))
    expect(await hear()).toBe('second, third, limit of quotes')
  })

  test('error: a hanging agent takes no longer than the request has', async () => {
    const hanging = createServer(() => {})
    hanging.listen(0, '127.0.0.1')
    await once(hanging, 'listening')
    closers.push(() => {
      hanging.close()
      hanging.closeAllConnections()
    })
    const { port } = hanging.address() as AddressInfo
    asking.clear()
    asking.set('first', async ({ network: hired }) => {
      const failed = await hired
        ?.quote({
          candidate: { ...find('second'), url: `http://127.0.0.1:${port}` },
        })
        .then(
          () => 'answered',
          (error: { code: string }) => error.code,
        )
      return { declined: 'HEARD', message: String(failed) }
    })
    // The time of the request, less what the agent itself needs, is the bound.
    expect(await hear()).toBe('AGENT_TIMEOUT')
  })

  test('error: a trail that its agents did not sign is refused', async () => {
    asking.clear()
    const agent = server.agents[0]?.agent
    if (agent === undefined) throw new RangeError('it is served')
    const good = await extendTrail({
      request,
      requestHash: `0x${'11'.repeat(32)}`,
      signer: signers.second,
    })
    const [link] = good
    if (link === undefined) throw new RangeError('one link was added')
    const ask = (trail: typeof good) =>
      quoteInProcess(agent, {
        request: { ...request, trail },
        signer: signers.first,
      })
    expect(await ask(good)).toMatchObject({ type: 'behest.quote' })
    for (const changed of [
      { ...link, agent: signers.third.address },
      { ...link, requestHash: `0x${'22'.repeat(32)}` as const },
      { ...link, signature: '0x00' as const },
    ])
      expect(await ask([changed])).toMatchObject({ code: 'TRAIL_NOT_SIGNED' })
    expect(
      await quoteInProcess(agent, {
        request: { ...request, intentId: 'another', trail: good },
        signer: signers.first,
      }),
    ).toMatchObject({ code: 'TRAIL_NOT_SIGNED' })
    expect(await ask([link, link, link])).toMatchObject({
      code: 'HIRED_TOO_DEEP',
    })
  })
})
