import type { Address, Hex } from '@behest/spec'
import type pg from 'pg'
import { isStorable, toBytes, toHex } from '../sql/bytes.js'

/** A chat elsewhere, and the account that its holder let it speak for. */
export type Chat = {
  /** Which chat, with its platform: `telegram:123`. */
  readonly id: string
  /** Absent while nobody let it speak. */
  readonly account?: Address
  readonly linkedAt?: string
  /** Up to when its intents' ends were shown in it. */
  readonly shownAt?: string
}

/** Which chats may speak for which account. */
export type ChatStore = {
  readonly find: (id: string) => Promise<Chat | null>
  /** Every chat of a platform that is linked, or was shown something. */
  readonly list: (platform: string) => Promise<readonly Chat[]>
  /**
   * Links a chat that is linked to nobody, or to this very account.
   *
   * @returns `false` where it speaks for another account already, or where this
   *   signature was used for a link before.
   */
  readonly link: (link: {
    readonly id: string
    readonly account: Address
    /** What the holder signed names this time. */
    readonly issuedAt: string
    readonly signature: Hex
  }) => Promise<boolean>
  /** From now on the chat speaks for nobody. */
  readonly unlink: (id: string) => Promise<void>
  /** Moves on what was shown; never back. */
  readonly markShown: (id: string, shownAt: string) => Promise<void>
}

type Row = {
  readonly id: string
  readonly account: Buffer | null
  readonly linked_at: Date | null
  readonly shown_at: Date | null
}

/**
 * Creates the store of chats, on a database that has `conversationSchema`.
 *
 * @param options.pool - A pool on the database.
 */
export function createChatStore(options: {
  readonly pool: pg.Pool
}): ChatStore {
  const { pool } = options
  const columns = 'id, account, linked_at, shown_at'
  return {
    find: async (id) => {
      if (!isStorable(id)) return null
      const { rows } = await pool.query<Row>(
        `select ${columns} from chat where id = $1`,
        [id],
      )
      return rows[0] ? toChat(rows[0]) : null
    },
    list: async (platform) => {
      const { rows } = await pool.query<Row>(
        `select ${columns} from chat
         where split_part(id, ':', 1) = $1 order by id limit 10000`,
        [platform],
      )
      return rows.map(toChat)
    },
    link: async ({ id, account, issuedAt, signature }) => {
      // A link that was ended is not begun again by the paper that began it.
      const { rowCount } = await pool.query(
        `insert into chat (id, account, issued_at, signature, linked_at)
         values ($1, $2, $3, $4, now())
         on conflict (id) do update set account = excluded.account,
           issued_at = excluded.issued_at, signature = excluded.signature,
           linked_at = now()
         where (chat.account is null or chat.account = excluded.account)
           and (chat.issued_at is null or chat.issued_at < excluded.issued_at)`,
        [id, toBytes(account), issuedAt, toBytes(signature)],
      )
      return rowCount === 1
    },
    unlink: async (id) => {
      await pool.query(
        'update chat set account = null, linked_at = null where id = $1',
        [id],
      )
    },
    markShown: async (id, shownAt) => {
      await pool.query(
        `insert into chat (id, shown_at) values ($1, $2)
         on conflict (id) do update
           set shown_at = greatest(chat.shown_at, excluded.shown_at)`,
        [id, shownAt],
      )
    },
  }
}

function toChat(row: Row): Chat {
  return {
    id: row.id,
    ...(row.account === null ? {} : { account: toHex(row.account) }),
    ...(row.linked_at === null
      ? {}
      : { linkedAt: row.linked_at.toISOString() }),
    ...(row.shown_at === null ? {} : { shownAt: row.shown_at.toISOString() }),
  }
}
