import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  testOperatorToken,
} from './testing/startTestRegistry.js'

let api: TestRegistry
beforeAll(async () => {
  api = await startTestRegistry({ probes: 'off' })
  await api.registry.importAgents([
    JSON.stringify({ name: 'one', description: 'does one thing' }),
  ])
  await api.registry.catchUp()
})
afterAll(() => api.stop())

async function suspend(key: string, body: unknown) {
  const page = await api.registry.list({
    afterSeq: 0,
    limit: 1,
    type: 'present',
  })
  const id = page.agents[0]?.agentId ?? ''
  const response = await fetch(
    `${api.url}/v1/operator/agents/${encodeURIComponent(id)}/suspension`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${testOperatorToken}`,
      },
      body: JSON.stringify(body),
    },
  )
  return { status: response.status, text: await response.text() }
}

describe('writes with a key', () => {
  test('default: the same answer, another body refused', async () => {
    const first = await suspend('a', { type: 'suspend', reason: 'looks odd' })
    const second = await suspend('a', { type: 'suspend', reason: 'looks odd' })
    expect(first.status).toBe(200)
    expect(second).toEqual(first)
    const other = await suspend('a', { type: 'lift', reason: 'fine' })
    expect([other.status, JSON.parse(other.text).code]).toEqual([
      422,
      'IDEMPOTENCY_KEY_REUSED',
    ])
  })

  test('behavior: a no is not kept', async () => {
    expect((await suspend('b', { nonsense: true })).status).toBe(400)
    const fixed = await suspend('b', { type: 'suspend', reason: 'looks odd' })
    expect(fixed.status).toBe(200)
  })
})
