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
import { createContextStore } from './createContextStore.js'
import { conversationSchema } from './createResponseStore.js'

const account = '0x00000000000000000000000000000000000000AA'
let database: TestDatabase
let store: IntentStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, conversationSchema],
  })
  store = createIntentStore({ pool: database.pool })
  for (const id of ['a', 'b', 'c']) {
    const hash: Hex = `0x${(id.codePointAt(0) ?? 0).toString(16).repeat(32)}`
    await store.create({
      id,
      principal: 'p',
      bodyHash: hash,
      account,
      chainId: 1,
      utterance: 'swap 1 eth to usdc',
      artifact: {
        hash,
        body: {
          stage: 'utterance',
          text: 'swap 1 eth to usdc',
          account,
          chainId: 1,
          context: { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' },
          receivedAt: '2026-03-04T10:00:00.000Z',
        },
      },
    })
  }
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

describe('createContextStore', () => {
  test('default: a conversation is its intents, the newest first, in every process', async () => {
    const contexts = createContextStore({ pool: database.pool })
    await contexts.keep({ contextId: 'x', intentId: 'b' })
    await contexts.keep({ contextId: 'y', intentId: 'c' })
    await contexts.keep({ contextId: 'x', intentId: 'a' })
    const other = createContextStore({ pool: database.createPool() })
    expect(await other.list('x')).toEqual(['a', 'b'])
    expect(await other.list('nobody')).toEqual([])
    expect(await other.list('\u0000')).toEqual([])
    expect(await other.findOf(['c', 'a', 'none', '\u0000'])).toEqual(
      new Map([
        ['a', 'x'],
        ['c', 'y'],
      ]),
    )
  })

  test('law: an intent stays where it was begun', async () => {
    const contexts = createContextStore({ pool: database.pool })
    await contexts.keep({ contextId: 'y', intentId: 'a' })
    expect(await contexts.findOf(['a'])).toEqual(new Map([['a', 'x']]))
  })
})
