import type { Hex } from '@behest/spec'
import type pg from 'pg'
import type { MigrationSet } from '../migrations/runMigrations.js'
import { isStorable, toBytes, toHex } from '../sql/bytes.js'

const keptDays = 30

/** Which plan each response of a chat showed: what a plain yes to it is bound to. */
export type ResponseStore = {
  /** Keeps it; the same response again changes nothing. */
  readonly keep: (response: {
    readonly id: string
    readonly intentId: string
    readonly planHash: Hex
  }) => Promise<void>
  /** Finds the plan that a response showed; `null` when it showed none, or long ago. */
  readonly find: (id: string) => Promise<{
    readonly intentId: string
    readonly planHash: Hex
  } | null>
}

/** The tables of conversations: run after `journalSchema`. */
export const conversationSchema: MigrationSet = {
  namespace: 'conversation',
  migrations: [
    {
      version: 1,
      name: 'responses',
      sql: `
create table response (
  id text primary key,
  intent_id text not null references intent on delete cascade,
  plan_hash bytea not null,
  created_at timestamptz not null default now()
);
create index response_age on response (created_at);
create index response_of_intent on response (intent_id);
`,
    },
    {
      version: 2,
      name: 'chats',
      sql: `
create table chat (
  id text primary key,
  account bytea,
  issued_at timestamptz,
  signature bytea,
  linked_at timestamptz,
  shown_at timestamptz
);
`,
    },
    {
      version: 3,
      name: 'contexts',
      sql: `
create table context_intent (
  intent_id text primary key references intent on delete cascade,
  context_id text not null,
  position bigint generated always as identity
);
create index context_newest on context_intent (context_id, position desc);
`,
    },
  ],
}

/**
 * Creates the store of responses, on a database that has `conversationSchema`.
 * What a process showed is known to every other one, and after a restart.
 *
 * @param options.pool - A pool on the database.
 */
export function createResponseStore(options: {
  readonly pool: pg.Pool
}): ResponseStore {
  const { pool } = options
  return {
    keep: async ({ id, intentId, planHash }) => {
      await pool.query(
        `insert into response (id, intent_id, plan_hash) values ($1, $2, $3)
         on conflict (id) do nothing`,
        [id, intentId, toBytes(planHash)],
      )
      // An offer is over in minutes; nobody says yes to it after a month.
      await pool.query(
        `delete from response where id in (
          select id from response
          where created_at < now() - make_interval(days => $1) limit 100)`,
        [keptDays],
      )
    },
    find: async (id) => {
      if (!isStorable(id)) return null
      const { rows } = await pool.query<{
        intent_id: string
        plan_hash: Buffer
      }>('select intent_id, plan_hash from response where id = $1', [id])
      const [row] = rows
      return row
        ? { intentId: row.intent_id, planHash: toHex(row.plan_hash) }
        : null
    },
  }
}
