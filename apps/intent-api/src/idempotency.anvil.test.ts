import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveFaces } from './faces/testing/serveFaces.js'
import { createWorld, type World } from './testing/createWorld.js'

let world: World
let url: string

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
  url = (await serveFaces(world)).url
}, 60_000)
afterAll(() => world?.stop())

async function send(path: string, key: string, body: unknown) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    text,
    body: JSON.parse(text) as {
      id: string
      code: string
      status: string
      preview?: { planHash: string }
    },
    location: response.headers.get('location'),
    replayed: response.headers.get('idempotency-replayed'),
  }
}

const settle = async (id: string) => {
  for (;;) {
    const record = await world.engine.get(id)
    if (record.status !== 'running') return record
    await new Promise((done) => setTimeout(done, 20))
  }
}

describe('writes with a key', () => {
  test('default: an intent is made once, and its first answer is the answer', async () => {
    const asked = { utterance: 'swap 1 ETH for USDC' }
    const first = await send('/v1/intents', 'a', asked)
    await settle(first.body.id)
    // The intent went on meanwhile; what was answered stays what was answered.
    const second = await send('/v1/intents', 'a', asked)
    expect(second.text).toBe(first.text)
    expect([second.status, second.location, second.replayed]).toEqual([
      201,
      first.location,
      'true',
    ])
    const other = await send('/v1/intents', 'a', { utterance: 'swap 2 ETH' })
    expect([other.status, other.body.code]).toEqual([
      422,
      'IDEMPOTENCY_KEY_REUSED',
    ])
  })

  test('behavior: approval, answers and cancel too', async () => {
    const made = await send('/v1/intents', 'b', {
      utterance: 'swap 1 ETH for USDC',
    })
    const { id } = made.body
    const { preview } = await settle(id)
    const approval = { planHash: preview?.planHash, decision: 'approve' }
    const yes = await send(`/v1/intents/${id}/approval`, 'c', approval)
    await settle(id)
    const again = await send(`/v1/intents/${id}/approval`, 'c', approval)
    expect([yes.status, again.text]).toEqual([200, yes.text])
    const no = { ...approval, decision: 'reject' }
    expect((await send(`/v1/intents/${id}/approval`, 'c', no)).status).toBe(422)

    const asking = await send('/v1/intents', 'd', { utterance: 'swap 1 ETH' })
    await settle(asking.body.id)
    const path = `/v1/intents/${asking.body.id}`
    const reply = await send(`${path}/answers`, 'e', { utterance: 'to USDC' })
    await settle(asking.body.id)
    const replyAgain = await send(`${path}/answers`, 'e', {
      utterance: 'to USDC',
    })
    expect([reply.status, replyAgain.text]).toEqual([200, reply.text])
    const cancelled = await send(`${path}/cancel`, 'f', {})
    const cancelledAgain = await send(`${path}/cancel`, 'f', {})
    expect([cancelled.body.status, cancelledAgain.text]).toEqual([
      'cancelled',
      cancelled.text,
    ])
    expect((await send(`${path}/cancel`, 'e', {})).status).toBe(422)
  })

  test('behavior: who asks while it is worked on is told to wait', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        send('/v1/intents', 'g', { utterance: 'swap 1 ETH for USDC' }),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    for (const { status, body } of answers)
      if (status !== 201)
        expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS'])
  })

  test('error: a key that is none', async () => {
    const long = await send('/v1/intents', 'x'.repeat(300), { utterance: 'hi' })
    expect([long.status, long.body.code]).toEqual([
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ])
  })
})
