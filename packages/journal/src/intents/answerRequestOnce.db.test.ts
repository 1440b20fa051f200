import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BehestError } from '@behest/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { idempotencySchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { answerRequestOnce } from './answerRequestOnce.js'
import { createIdempotency } from './createIdempotency.js'

let database: TestDatabase
let server: Server
let url: string
let worked = 0
/** What the handler does once it is asked. */
let work: () => Promise<{ status: number; location?: string }> = async () => ({
  status: 201,
})

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [idempotencySchema] })
  const idempotency = createIdempotency({ pool: database.pool })
  server = createServer(async (incoming, outgoing) => {
    const body = JSON.parse((await readText(incoming)) || 'null') as unknown
    const response = Object.assign(outgoing, {
      status: (code: number) => {
        outgoing.statusCode = code
      },
      send: (text: string) => outgoing.end(text),
    })
    try {
      await answerRequestOnce({
        idempotency,
        principal: 'p',
        request: Object.assign(incoming, { body }),
        response,
        handle: async () => {
          const count = ++worked
          const { status, location } = await work()
          response.status(status)
          if (location !== undefined) response.setHeader('Location', location)
          response.send(JSON.stringify({ count, asked: body }))
        },
      })
    } catch (error) {
      response.status(
        BehestError.isInstance(error) && error.code === 'IDEMPOTENCY_KEY_REUSED'
          ? 422
          : 409,
      )
      outgoing.end(String(error))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await database.drop()
})
beforeEach(() => {
  worked = 0
  work = async () => ({ status: 201 })
})

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += String(chunk)
  return text
}

const ask = (
  key: string,
  body: unknown,
  more: { path?: string; method?: string; signal?: AbortSignal } = {},
) =>
  fetch(`${url}${more.path ?? '/things'}`, {
    method: more.method ?? 'POST',
    headers: { 'idempotency-key': key },
    body: JSON.stringify(body),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  })

describe('answerRequestOnce', () => {
  test('default: the same answer, byte for byte, with its place', async () => {
    work = async () => ({ status: 201, location: '/things/1' })
    const first = await ask('k1', { amount: '5' })
    const second = await ask('k1', { amount: '5' })
    expect(worked).toBe(1)
    expect(await second.text()).toBe(await first.text())
    expect([second.status, second.headers.get('location')]).toEqual([
      201,
      '/things/1',
    ])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(first.headers.get('idempotency-replayed')).toBeNull()
  })

  test('behavior: another body, address or method under one key is refused', async () => {
    await ask('k2', { amount: '5' })
    expect((await ask('k2', { amount: '6' })).status).toBe(422)
    expect((await ask('k2', { amount: '5' }, { path: '/else' })).status).toBe(
      422,
    )
    expect((await ask('k2', { amount: '5' }, { method: 'PUT' })).status).toBe(
      422,
    )
    expect(worked).toBe(1)
  })

  test('error: a key that is none', async () => {
    for (const key of ['two words', 'k'.repeat(256), ''])
      expect((await ask(key, {})).status).toBe(409)
    expect(worked).toBe(0)
    expect((await ask('k'.repeat(255), {})).status).toBe(201)
  })

  test('behavior: the time of asking is no part of what was asked', async () => {
    await ask('k3', { amount: '5', context: { now: '2026-01-01' } })
    const again = await ask('k3', {
      amount: '5',
      context: { now: '2026-01-02' },
    })
    expect([again.status, worked]).toEqual([201, 1])
  })

  test('behavior: a hundred at once are one effect; who is early is told to wait', async () => {
    work = async () => {
      await new Promise((done) => setTimeout(done, 100))
      return { status: 201 }
    }
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => ask('k4', { amount: '5' })),
    )
    expect(worked).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([201, 409]),
    )
    expect((await ask('k4', { amount: '5' })).status).toBe(201)
    expect(worked).toBe(1)
  })

  test('behavior: an answer that was lost on its way is there when asked again', async () => {
    let finish = () => {}
    const gone = new Promise<void>((done) => {
      finish = done
    })
    work = async () => {
      await gone
      return { status: 201 }
    }
    const leaving = new AbortController()
    const first = ask('k5', { amount: '5' }, { signal: leaving.signal })
    while (worked === 0) await new Promise((done) => setTimeout(done, 5))
    leaving.abort()
    await expect(first).rejects.toThrow()
    // Nobody listens any more, and the work is still one.
    expect((await ask('k5', { amount: '5' })).status).toBe(409)
    finish()
    let again = await ask('k5', { amount: '5' })
    while (again.status === 409) again = await ask('k5', { amount: '5' })
    expect([again.status, worked]).toEqual([201, 1])
  })

  test('behavior: a no is not kept, and its key is free when it arrives', async () => {
    for (let round = 0; round < 100; round += 1) {
      work = async () => ({ status: 400 })
      expect((await ask(`k6-${round}`, { amount: '5' })).status).toBe(400)
      work = async () => ({ status: 201 })
      expect((await ask(`k6-${round}`, { amount: '5' })).status).toBe(201)
    }
    expect(worked).toBe(200)
  })

  test('behavior: without a key, or to read, nothing is kept', async () => {
    await fetch(url, { method: 'POST', body: '{}' })
    await fetch(url, { method: 'POST', body: '{}' })
    expect(worked).toBe(2)
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from kept_answer where key = ''`,
    )
    expect(rows[0]?.count).toBe(0)
  })

  test('behavior: a process that ended mid-way holds the key for seconds only', async () => {
    await database.pool.query(
      `insert into kept_answer (principal, key, body_hash, locked_until, expires_at)
       select principal, 'k7', body_hash, now() - interval '1 second', expires_at
       from kept_answer where key = 'k1'`,
    )
    expect((await ask('k7', { amount: '5' })).status).toBe(201)
  })
})
