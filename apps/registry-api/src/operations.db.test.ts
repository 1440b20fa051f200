import {
  buildAgentCard,
  defineAgent,
  signPublish,
  toAgentId,
} from '@behest/sdk'
import { keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
} from './testing/startTestRegistry.js'

let api: TestRegistry
beforeAll(async () => {
  api = await startTestRegistry({ probes: 'off' })
})
afterAll(async () => {
  await api.stop()
})

describe('what operators see', () => {
  test('behavior: each answer carries the headers that keep a browser from harm', async () => {
    for (const path of ['/v1/search?q=a', '/v1/nothing', '/readyz']) {
      const { headers } = await fetch(`${api.url}${path}`)
      expect(headers.get('content-security-policy')).toContain(
        "default-src 'self'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('strict-transport-security')).toContain('max-age=')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })

  test('behavior: the metrics count what was asked, by route and status, and how far the index is', async () => {
    const read = async () => {
      const response = await fetch(`${api.url}/metrics`)
      expect(response.headers.get('content-type')).toContain('text/plain')
      return response.text()
    }
    await fetch(`${api.url}/v1/search?q=metrics`)
    await fetch(`${api.url}/v1/agents/nobody-00000000`)
    const text = await read()
    const countOf = (route: string, status: number) =>
      Number(
        new RegExp(
          `_count\\{[^}]*route="${route}"[^}]*status="${status}"[^}]*\\} (\\d+)`,
        ).exec(text)?.[1] ?? 0,
      )
    expect(countOf('/v1/search', 200)).toBeGreaterThan(0)
    // The route, not the path: ids are no labels.
    expect(countOf('/v1/agents/\\{id\\}', 404)).toBe(1)
    expect(text).not.toContain('nobody-00000000')
    await api.registry.importAgents(['{"name":"one more","description":"x"}'])
    expect(await read()).not.toBe(text)
  })

  test('behavior: what had begun before it drains is answered, what comes after is sent away', async () => {
    let answer: () => void = () => undefined
    const held = new Promise<void>((done) => {
      answer = done
    })
    let asked: () => void = () => undefined
    const isAsked = new Promise<void>((done) => {
      asked = done
    })
    const slow = await startTestRegistry({
      probes: 'off',
      database: api.database,
      registry: {
        // What a publish waits for, and a test can hold.
        isSignedByContract: async () => {
          asked()
          await held
          return false
        },
      },
    })
    try {
      const begun = fetch(`${slow.url}/v1/agents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(await buildForeignPublish()),
      })
      await isAsked
      slow.drain()
      const late = await fetch(`${slow.url}/v1/search?q=a`)
      expect(late.status).toBe(503)
      expect(await late.json()).toMatchObject({ retry: 'same-input' })
      expect(late.headers.get('retry-after')).not.toBeNull()
      // A load balancer is told, and the process still says that it lives.
      expect((await fetch(`${slow.url}/readyz`)).status).toBe(503)
      expect((await fetch(`${slow.url}/healthz`)).status).toBe(200)
      answer()
      expect((await begun).status).toBe(401)
    } finally {
      answer()
      await slow.stop()
    }
  })
})

/** A publish that a contract is said to stand behind, and does not. */
async function buildForeignPublish() {
  const signer = privateKeyToAccount(generatePrivateKey())
  const owner = '0x00000000000000000000000000000000000000c0'
  const name = 'waits'
  const card = JSON.stringify(
    buildAgentCard({
      agent: defineAgent({
        name,
        version: '1.0.0',
        summary: 'Waits.',
        chainIds: [31_337],
        serves: ['transfer'],
        limits: { spenders: [], maxValidForSeconds: 60 },
        quote: () => null,
      }),
      agentAddress: signer.address,
      url: 'http://127.0.0.1:9/agent',
    }),
  )
  return {
    ...(await signPublish({
      card,
      message: {
        agentId: toAgentId({ name, owner }),
        cardHash: keccak256(stringToHex(card)),
        url: 'http://127.0.0.1:9/agent',
        operator: signer.address,
        sequence: 1,
        expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
      },
      signer,
      chainId: 31_337,
    })),
    owner,
  }
}
