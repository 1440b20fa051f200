import { createHash, randomBytes } from 'node:crypto'
import type { Address } from '@behest/spec'
import type pg from 'pg'
import type { MigrationSet } from '../migrations/runMigrations.js'
import { toBytes, toHex } from '../sql/bytes.js'
import { inTransaction } from '../sql/inTransaction.js'

const nonceMinutes = 10

/** Who is signed in, in every process of a server. */
export type SessionStore = {
  /** Gives a nonce that one signature may carry, for some minutes. */
  readonly issueNonce: () => Promise<string>
  /**
   * Begins a session for a nonce, which is used up by it.
   *
   * @returns The token, which is nowhere else; `null` where the nonce is not ours,
   *   too old, or was used.
   */
  readonly begin: (options: {
    readonly nonce: string
    readonly account: Address
    readonly seconds: number
  }) => Promise<{ readonly token: string; readonly expiresAt: string } | null>
  /** Finds whose session a token is; `null` when it has ended. */
  readonly find: (token: string) => Promise<Address | null>
  readonly end: (token: string) => Promise<void>
}

/** The tables of sessions; they stand alone. */
export const signInSchema: MigrationSet = {
  namespace: 'sign-in',
  migrations: [
    {
      version: 1,
      name: 'sessions',
      sql: `
create table sign_in_nonce (
  nonce text primary key,
  expires_at timestamptz not null
);
create index sign_in_nonce_age on sign_in_nonce (expires_at);
create table session (
  token_hash bytea primary key,
  account bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_age on session (expires_at);
`,
    },
  ],
}

/**
 * Creates the store of sessions, on a database that has `signInSchema`. Tokens are
 * kept as hashes: who reads the database is signed in as nobody.
 *
 * @param options.pool - A pool on the database.
 */
export function createSessionStore(options: {
  readonly pool: pg.Pool
}): SessionStore {
  const { pool } = options
  return {
    issueNonce: async () => {
      // Letters and digits only: the signed text takes nothing else.
      const nonce = randomBytes(16).toString('hex')
      await pool.query(
        `insert into sign_in_nonce (nonce, expires_at)
         values ($1, now() + make_interval(mins => $2))`,
        [nonce, nonceMinutes],
      )
      await pool.query(
        `delete from sign_in_nonce where nonce in (
          select nonce from sign_in_nonce where expires_at < now() limit 100)`,
      )
      return nonce
    },
    begin: ({ nonce, account, seconds }) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          'delete from sign_in_nonce where nonce = $1 and expires_at > now()',
          [nonce],
        )
        if (rowCount !== 1) return null
        const token = randomBytes(32).toString('base64url')
        const { rows } = await client.query<{ expires_at: Date }>(
          `insert into session (token_hash, account, expires_at)
           values ($1, $2, now() + make_interval(secs => $3))
           returning expires_at`,
          [toHash(token), toBytes(account), seconds],
        )
        await client.query(
          `delete from session where token_hash in (
            select token_hash from session where expires_at < now() limit 100)`,
        )
        return {
          token,
          expiresAt: (rows[0]?.expires_at ?? new Date(0)).toISOString(),
        }
      }),
    find: async (token) => {
      const { rows } = await pool.query<{ account: Buffer }>(
        'select account from session where token_hash = $1 and expires_at > now()',
        [toHash(token)],
      )
      return rows[0] ? (toHex(rows[0].account) as Address) : null
    },
    end: async (token) => {
      await pool.query('delete from session where token_hash = $1', [
        toHash(token),
      ])
    },
  }
}

function toHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
