import { type JsonValue, toCanonicalJson } from '@behest/spec'
import type pg from 'pg'
import { inTransaction } from '../sql/inTransaction.js'
import { IntentNotFoundError, MessageConflictError } from './errors.js'

/** What a person told an intent that waits: kept until somebody acted on it. */
export type IntentMessage = {
  readonly sequence: number
  readonly type: 'answers' | 'approval'
  /** For an approval: the plan's hash. For answers: whatever names this reply. */
  readonly key: string
  readonly body: JsonValue
}

/** The mail of an intent. A row, not a suspended function, holds what it waits for. */
export type Mailbox = {
  /**
   * Puts mail in and makes the intent due. The same mail again changes nothing.
   *
   * @throws a `BehestError` with code `ALREADY_DECIDED` when the key has other
   *   mail already: a plan is decided on once.
   */
  readonly deliver: (options: {
    readonly intentId: string
    readonly type: IntentMessage['type']
    readonly key: string
    readonly body: JsonValue
  }) => Promise<{ readonly isNew: boolean }>
  /** Mail that nobody acted on yet, oldest first. */
  readonly readMail: (intentId: string) => Promise<readonly IntentMessage[]>
  /** Marks mail as acted on; `false` when somebody else did it before. */
  readonly consume: (options: {
    readonly intentId: string
    readonly sequence: number
  }) => Promise<boolean>
}

/** Creates the mailbox of all intents. */
export function createMailbox(options: {
  readonly pool: pg.Pool
  readonly wake: (intentId: string) => void
}): Mailbox {
  const { pool, wake } = options
  return {
    deliver: async (mail) => {
      const { intentId, type } = mail
      const key = type === 'approval' ? mail.key.toLowerCase() : mail.key
      const body = toCanonicalJson(mail.body)
      const isNew = await inTransaction(pool, async (client) => {
        // The row's lock orders this against a writer that is about to wait.
        const { rowCount } = await client.query(
          'select 1 from intent where id = $1 for update',
          [intentId],
        )
        if (rowCount === 0) throw new IntentNotFoundError({ intentId })
        const added = await client.query(
          `insert into message (intent_id, type, key, body)
           values ($1, $2, $3, $4) on conflict do nothing`,
          [intentId, type, key, body],
        )
        if (added.rowCount === 1) {
          await client.query('update intent set due_at = now() where id = $1', [
            intentId,
          ])
          return true
        }
        const { rows } = await client.query<{ body: string }>(
          'select body from message where intent_id = $1 and type = $2 and key = $3',
          [intentId, type, key],
        )
        if (rows[0]?.body !== body)
          throw new MessageConflictError({ intentId, type, key })
        return false
      })
      if (isNew) wake(intentId)
      return { isNew }
    },
    readMail: async (intentId) => {
      type Row = {
        readonly sequence: string
        readonly type: IntentMessage['type']
        readonly key: string
        readonly body: string
      }
      const { rows } = await pool.query<Row>(
        `select sequence, type, key, body from message
         where intent_id = $1 and consumed_at is null order by sequence`,
        [intentId],
      )
      return rows.map((row) => ({
        sequence: Number(row.sequence),
        type: row.type,
        key: row.key,
        body: JSON.parse(row.body) as JsonValue,
      }))
    },
    consume: async ({ intentId, sequence }) => {
      const { rowCount } = await pool.query(
        `update message set consumed_at = now()
         where intent_id = $1 and sequence = $2 and consumed_at is null`,
        [intentId, sequence],
      )
      return rowCount === 1
    },
  }
}
