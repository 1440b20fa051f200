import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from '@behest/spec'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { idempotencySchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { createIdempotency, type Idempotency } from './createIdempotency.js'
import {
  IdempotencyInProgressError,
  IdempotencyKeyReusedError,
} from './errors.js'

const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
let database: TestDatabase
let idempotency: Idempotency

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [idempotencySchema] })
  idempotency = createIdempotency({ pool: database.pool })
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query('truncate kept_answer')
})

const request = { principal: 'alice', key: 'k', bodyHash: hashOf(1) }

/** A request at work that has shown no sign of life for too long. */
async function leaveBehind() {
  let finish = () => {}
  let isAtWork = false
  const first = idempotency.answerOnce(request, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve
      isAtWork = true
    })
    return { status: 200, body: 'first' }
  })
  // It may never be waited for.
  first.catch(() => {})
  while (!isAtWork) await sleep(2)
  await database.pool.query(
    `update kept_answer set locked_until = now() - interval '1 second'`,
  )
  return { first, finish }
}

describe('answerOnce', () => {
  test('default: one effect, the same answer for all, another body refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 2 }), {
          minLength: 50,
          maxLength: 50,
        }),
        async (bodies) => {
          await database.pool.query('truncate kept_answer')
          let effects = 0
          const ask = async (body: number): Promise<string> => {
            for (;;)
              try {
                const answer = await idempotency.answerOnce(
                  { ...request, bodyHash: hashOf(body) },
                  async () => {
                    effects++
                    return { status: 201, body: `{"made": ${body}}` }
                  },
                )
                return answer.body
              } catch (error) {
                if (error instanceof IdempotencyKeyReusedError) return 'refused'
                if (!(error instanceof IdempotencyInProgressError)) throw error
                await sleep(2)
              }
          }
          const answers = await Promise.all(bodies.map(ask))
          expect(effects).toBe(1)
          const winner = answers.find((answer) => answer !== 'refused')
          answers.forEach((answer, index) => {
            expect(answer).toBe(
              `{"made": ${bodies[index]}}` === winner ? winner : 'refused',
            )
          })
        },
      ),
      { numRuns: 10 },
    )
  })

  test('behavior: work that failed may be tried again', async () => {
    await expect(
      idempotency.answerOnce(request, () =>
        Promise.reject(new RangeError('no')),
      ),
    ).rejects.toThrow(RangeError)
    const answer = await idempotency.answerOnce(request, async () => ({
      status: 200,
      body: 'yes',
    }))
    expect(answer).toEqual({ status: 200, body: 'yes', isRepeated: false })
  })

  test('behavior: work that a crash ended is taken over after its time', async () => {
    let finish = () => {}
    let isAtWork = false
    const slow = idempotency.answerOnce(request, async () => {
      isAtWork = true
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return { status: 200, body: 'late' }
    })
    while (!isAtWork) await sleep(2)
    // No sign of life for longer than a process may be silent.
    await database.pool.query(
      `update kept_answer set locked_until = now() - interval '1 second'`,
    )
    const answer = await idempotency.answerOnce(request, async () => ({
      status: 200,
      body: 'taken over',
    }))
    expect(answer.body).toBe('taken over')
    finish()
    expect((await slow).body).toBe('taken over')
  })

  test('behavior: what a crash left is taken over by the same request only', async () => {
    await leaveBehind()
    await expect(
      idempotency.answerOnce({ ...request, bodyHash: hashOf(2) }, async () => ({
        status: 200,
        body: 'another',
      })),
    ).rejects.toThrow(IdempotencyKeyReusedError)
    const answer = await idempotency.answerOnce(request, async () => ({
      status: 200,
      body: 'taken over',
    }))
    expect(answer.body).toBe('taken over')
  })

  test('behavior: who comes late writes nothing over who took over', async () => {
    const { finish, first } = await leaveBehind()
    let finishSecond = () => {}
    let isAtWork = false
    const second = idempotency.answerOnce(request, async () => {
      await new Promise<void>((resolve) => {
        finishSecond = resolve
        isAtWork = true
      })
      return { status: 200, body: 'second' }
    })
    while (!isAtWork) await sleep(2)
    finish()
    // It has no answer to give while the other is at work.
    await expect(first).rejects.toThrow(IdempotencyInProgressError)
    finishSecond()
    expect((await second).body).toBe('second')
    const again = await idempotency.answerOnce(request, async () => ({
      status: 200,
      body: 'third',
    }))
    expect(again).toMatchObject({ body: 'second', isRepeated: true })
  })

  test('behavior: past its time a key is free, also before it is swept', async () => {
    const once = (body: number) =>
      idempotency.answerOnce(
        { ...request, bodyHash: hashOf(body) },
        async () => ({ status: 200, body: `${body}` }),
      )
    await once(1)
    await expect(once(2)).rejects.toThrow(IdempotencyKeyReusedError)
    await database.pool.query(
      `update kept_answer set expires_at = now() - interval '1 second'`,
    )
    expect((await once(2)).body).toBe('2')
  })

  test('behavior: work that takes longer than its time, and shows it lives, is not taken over', async () => {
    let finish = () => {}
    const slow = idempotency.answerOnce(
      { ...request, workSeconds: 0.6 },
      async () => {
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        return { status: 200, body: 'slow' }
      },
    )
    await sleep(1_500)
    await expect(
      idempotency.answerOnce(request, async () => ({ status: 200, body: 'y' })),
    ).rejects.toThrow(IdempotencyInProgressError)
    finish()
    expect((await slow).body).toBe('slow')
  })

  test('behavior: forgotten after its time', async () => {
    const once = (body: string) =>
      idempotency.answerOnce({ ...request, keepSeconds: 0.05 }, async () => ({
        status: 200,
        body,
      }))
    await once('first')
    await sleep(80)
    expect(await idempotency.sweep()).toBe(1)
    expect((await once('second')).body).toBe('second')
  })

  test('error: IdempotencyInProgressError', async () => {
    let finish = () => {}
    let isAtWork = false
    const first = idempotency.answerOnce(request, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
        isAtWork = true
      })
      return { status: 200, body: 'x' }
    })
    while (!isAtWork) await sleep(2)
    await expect(
      idempotency.answerOnce(request, async () => ({ status: 200, body: 'y' })),
    ).rejects.toThrow(IdempotencyInProgressError)
    finish()
    expect(await first).toMatchObject({ body: 'x' })
  })
})
