import type { Hex } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createIntentStore,
  type IntentStore,
} from '../intents/createIntentStore.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  conversationSchema,
  createResponseStore,
} from './createResponseStore.js'

const planHash: Hex = `0x${'0c'.repeat(32)}`
let database: TestDatabase
let store: IntentStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, conversationSchema],
  })
  store = createIntentStore({ pool: database.pool })
  await store.create({
    id: 'intent',
    principal: 'p',
    bodyHash: planHash,
    account: '0x00000000000000000000000000000000000000AA',
    chainId: 1,
    utterance: 'swap 1 eth to usdc',
    artifact: {
      hash: planHash,
      body: {
        stage: 'utterance',
        text: 'swap 1 eth to usdc',
        account: '0x00000000000000000000000000000000000000AA',
        chainId: 1,
        context: { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' },
        receivedAt: '2026-03-04T10:00:00.000Z',
      },
    },
  })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

describe('createResponseStore', () => {
  test('default: what one process showed, another one knows', async () => {
    const shown = { id: 'resp_1', intentId: 'intent', planHash }
    await createResponseStore({ pool: database.pool }).keep(shown)
    const other = createResponseStore({ pool: database.createPool() })
    expect(await other.find('resp_1')).toEqual({ intentId: 'intent', planHash })
    expect(await other.find('resp_2')).toBeNull()
    expect(await other.find('resp_\u0000')).toBeNull()
  })

  test('law: what a response showed never changes afterwards', async () => {
    const responses = createResponseStore({ pool: database.pool })
    await responses.keep({ id: 'resp_3', intentId: 'intent', planHash })
    await responses.keep({
      id: 'resp_3',
      intentId: 'intent',
      planHash: `0x${'ff'.repeat(32)}`,
    })
    expect((await responses.find('resp_3'))?.planHash).toBe(planHash)
  })

  test('behavior: what is a month old is forgotten', async () => {
    const responses = createResponseStore({ pool: database.pool })
    await responses.keep({ id: 'old', intentId: 'intent', planHash })
    await database.pool.query(
      "update response set created_at = now() - interval '31 days' where id = 'old'",
    )
    await responses.keep({ id: 'new', intentId: 'intent', planHash })
    expect(await responses.find('old')).toBeNull()
    expect(await responses.find('new')).toEqual({
      intentId: 'intent',
      planHash,
    })
  })
})
