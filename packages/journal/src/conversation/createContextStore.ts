import type pg from 'pg'
import { isStorable } from '../sql/bytes.js'

const mostListed = 100

/** Which intents were begun in which conversation that a client named. */
export type ContextStore = {
  /** Keeps it; an intent stays in the conversation that it was begun in. */
  readonly keep: (options: {
    readonly contextId: string
    readonly intentId: string
  }) => Promise<void>
  /** The intents of a conversation, the newest first. */
  readonly list: (contextId: string) => Promise<readonly string[]>
  /** The conversations of intents, by intent; those of none are left out. */
  readonly findOf: (
    intentIds: readonly string[],
  ) => Promise<ReadonlyMap<string, string>>
}

/**
 * Creates the store of conversations, on a database that has
 * `conversationSchema`. What is said in one of them follows on that one, whichever
 * process is asked.
 *
 * @param options.pool - A pool on the database.
 */
export function createContextStore(options: {
  readonly pool: pg.Pool
}): ContextStore {
  const { pool } = options
  return {
    keep: async ({ contextId, intentId }) => {
      await pool.query(
        `insert into context_intent (intent_id, context_id) values ($1, $2)
         on conflict (intent_id) do nothing`,
        [intentId, contextId],
      )
    },
    list: async (contextId) => {
      if (!isStorable(contextId)) return []
      const { rows } = await pool.query<{ intent_id: string }>(
        `select intent_id from context_intent where context_id = $1
         order by position desc limit ${mostListed}`,
        [contextId],
      )
      return rows.map(({ intent_id }) => intent_id)
    },
    findOf: async (intentIds) => {
      const { rows } = await pool.query<{
        intent_id: string
        context_id: string
      }>(
        `select intent_id, context_id from context_intent
         where intent_id = any($1::text[])`,
        [intentIds.filter(isStorable)],
      )
      return new Map(
        rows.map(({ intent_id, context_id }) => [intent_id, context_id]),
      )
    },
  }
}
