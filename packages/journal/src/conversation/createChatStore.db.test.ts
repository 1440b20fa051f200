import type { Address, Hex } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { type ChatStore, createChatStore } from './createChatStore.js'
import { conversationSchema } from './createResponseStore.js'

const alice: Address = '0x00000000000000000000000000000000000000aa'
const bob: Address = '0x00000000000000000000000000000000000000bb'
const signature: Hex = `0x${'0c'.repeat(65)}`
let database: TestDatabase
let chats: ChatStore

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, conversationSchema],
  })
  chats = createChatStore({ pool: database.pool })
})
afterAll(() => database.drop())

const at = (minute: number) => `2026-03-04T10:0${minute}:00.000Z`

describe('createChatStore', () => {
  test('law: a chat speaks for one account, until it is unlinked', async () => {
    const id = 'telegram:1'
    const link = (account: Address, minute: number) =>
      chats.link({ id, account, issuedAt: at(minute), signature })
    expect(await chats.find(id)).toBeNull()
    expect(await link(alice, 1)).toBe(true)
    expect(await link(bob, 2)).toBe(false)
    expect((await chats.find(id))?.account).toBe(alice)
    await chats.unlink(id)
    expect((await chats.find(id))?.account).toBeUndefined()
    // What was signed before does not link it again.
    expect(await link(alice, 1)).toBe(false)
    expect(await link(bob, 3)).toBe(true)
  })

  test('behavior: what was shown only moves on, and survives', async () => {
    await chats.markShown('telegram:2', at(5))
    await chats.markShown('telegram:2', at(3))
    const again = createChatStore({ pool: database.createPool() })
    expect(await again.find('telegram:2')).toEqual({
      id: 'telegram:2',
      shownAt: at(5),
    })
    expect((await again.list('telegram')).map(({ id }) => id)).toContain(
      'telegram:2',
    )
    expect(await again.list('tele')).toEqual([])
  })
})
