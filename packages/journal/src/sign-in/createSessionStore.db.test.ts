import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  createSessionStore,
  type SessionStore,
  signInSchema,
} from './createSessionStore.js'

const account = '0x00000000000000000000000000000000000000aa'
let database: TestDatabase
let sessions: SessionStore

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [signInSchema] })
  sessions = createSessionStore({ pool: database.pool })
})
afterAll(async () => {
  await database.drop()
})

const begin = async (seconds = 60) =>
  sessions.begin({ nonce: await sessions.issueNonce(), account, seconds })

describe('createSessionStore', () => {
  test('default: who began one in one process is known in another, until it ends', async () => {
    const begun = await begin()
    const other = createSessionStore({ pool: database.createPool() })
    expect(await other.find(begun?.token ?? '')).toBe(account)
    await other.end(begun?.token ?? '')
    expect(await sessions.find(begun?.token ?? '')).toBeNull()
  })

  test('law: a nonce begins one session, also when it is used twice at once', async () => {
    const nonce = await sessions.issueNonce()
    const begun = await Promise.all(
      Array.from({ length: 8 }, () =>
        sessions.begin({ nonce, account, seconds: 60 }),
      ),
    )
    expect(begun.filter((one) => one !== null)).toHaveLength(1)
  })

  test('law: what was never issued, is too old or has ended begins nothing', async () => {
    const old = await sessions.issueNonce()
    await database.pool.query(
      "update sign_in_nonce set expires_at = now() - interval '1 second' where nonce = $1",
      [old],
    )
    for (const nonce of [old, 'made-up'])
      expect(await sessions.begin({ nonce, account, seconds: 60 })).toBeNull()
    const ended = await begin(-1)
    expect(await sessions.find(ended?.token ?? '')).toBeNull()
    expect(await sessions.find('')).toBeNull()
  })

  test('law: the database holds no token', async () => {
    const begun = await begin()
    const { rows } = await database.pool.query(
      "select encode(token_hash, 'escape') || encode(token_hash, 'hex') as kept from session",
    )
    expect(JSON.stringify(rows)).not.toContain(begun?.token)
  })
})
