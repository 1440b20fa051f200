import { BehestError } from '@behest/spec'
import type pg from 'pg'
import { inTransaction } from '../sql/inTransaction.js'

const maxPerIntent = 10

/** Whom to tell of what happens to an intent. */
export type Webhook = {
  readonly intentId: string
  /** Chosen by whoever registers it; one of that name is replaced. */
  readonly id: string
  readonly url: string
  /** Sent with every call: secrets of the receiver, never logged. */
  readonly headers: Readonly<Record<string, string>>
  /** What it was registered with, given back as it came. */
  readonly body: string
}

/** A webhook that has something to tell, and how far it has come. */
export type DueWebhook = Webhook & {
  /** The last event that was told. */
  readonly lastSequence: number
  /** How often in a row it could not be told. */
  readonly failures: number
}

/** The webhooks of intents, shared by all processes over one database. */
export type WebhookStore = {
  /**
   * Keeps a webhook; it is told of events after `afterSequence`.
   *
   * @throws {WebhookLimitError} when the intent has as many as it may.
   */
  readonly put: (
    webhook: Webhook,
    options: { readonly afterSequence: number },
  ) => Promise<void>
  readonly get: (options: {
    readonly intentId: string
    readonly id: string
  }) => Promise<Webhook | undefined>
  /** The webhooks of an intent, by id. */
  readonly list: (intentId: string) => Promise<readonly Webhook[]>
  readonly remove: (options: {
    readonly intentId: string
    readonly id: string
  }) => Promise<void>
  /**
   * Takes webhooks that have something to tell. For `leaseSeconds` nobody else
   * is given them; a process that ends meanwhile loses nothing but that time.
   */
  readonly claim: (options: {
    readonly limit: number
    readonly leaseSeconds: number
  }) => Promise<readonly DueWebhook[]>
  /** Keeps that events up to `sequence` were told. */
  readonly advance: (
    key: { readonly intentId: string; readonly id: string },
    options: { readonly sequence: number },
  ) => Promise<void>
  /** Gives a webhook back: to be tried again after a while. */
  readonly postpone: (
    key: { readonly intentId: string; readonly id: string },
    options: { readonly afterSeconds: number; readonly hasFailed: boolean },
  ) => Promise<void>
  /** Keeps that it was told everything, up to the last event. */
  readonly end: (key: {
    readonly intentId: string
    readonly id: string
  }) => Promise<void>
}

/** Creates the store on a database that has `webhookSchema`. */
export function createWebhookStore(options: {
  readonly pool: pg.Pool
}): WebhookStore {
  const { pool } = options
  return {
    put: async ({ intentId, id, url, headers, body }, { afterSequence }) =>
      inTransaction(pool, async (client) => {
        // The intent's row keeps two that register at once apart.
        await client.query('select 1 from intent where id = $1 for update', [
          intentId,
        ])
        const { rows } = await client.query<{ others: number }>(
          `select count(*)::int as others from webhook
           where intent_id = $1 and id <> $2`,
          [intentId, id],
        )
        if ((rows[0]?.others ?? 0) >= maxPerIntent)
          throw new WebhookLimitError({ intentId, limit: maxPerIntent })
        await client.query(
          `insert into webhook (intent_id, id, url, headers, body, last_sequence)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (intent_id, id) do update set url = excluded.url,
            headers = excluded.headers, body = excluded.body, failures = 0,
            due_at = now(), ended_at = null`,
          [intentId, id, url, JSON.stringify(headers), body, afterSequence],
        )
      }),
    get: async ({ intentId, id }) => {
      const { rows } = await pool.query<WebhookRow>(
        `${selectWebhook} where intent_id = $1 and id = $2`,
        [intentId, id],
      )
      return rows[0] === undefined ? undefined : toWebhook(rows[0])
    },
    list: async (intentId) => {
      const { rows } = await pool.query<WebhookRow>(
        `${selectWebhook} where intent_id = $1 order by id`,
        [intentId],
      )
      return rows.map(toWebhook)
    },
    remove: async ({ intentId, id }) => {
      await pool.query('delete from webhook where intent_id = $1 and id = $2', [
        intentId,
        id,
      ])
    },
    claim: async ({ limit, leaseSeconds }) => {
      const { rows } = await pool.query<WebhookRow>(
        `update webhook set due_at = now() + make_interval(secs => $2)
         from (
          select w.intent_id, w.id from webhook w
          join intent i on i.id = w.intent_id
          where w.ended_at is null and w.due_at <= now()
           and i.last_sequence > w.last_sequence
          order by w.due_at limit $1 for update of w skip locked
         ) due
         where webhook.intent_id = due.intent_id and webhook.id = due.id
         returning webhook.intent_id, webhook.id, url, headers, body,
          last_sequence, failures`,
        [limit, leaseSeconds],
      )
      return rows.map((row) => ({
        ...toWebhook(row),
        lastSequence: row.last_sequence,
        failures: row.failures,
      }))
    },
    advance: async ({ intentId, id }, { sequence }) => {
      await pool.query(
        `update webhook set last_sequence = $3, failures = 0
         where intent_id = $1 and id = $2 and last_sequence < $3`,
        [intentId, id, sequence],
      )
    },
    postpone: async ({ intentId, id }, { afterSeconds, hasFailed }) => {
      await pool.query(
        `update webhook set due_at = now() + make_interval(secs => $3),
          failures = failures + $4
         where intent_id = $1 and id = $2`,
        [intentId, id, afterSeconds, hasFailed ? 1 : 0],
      )
    },
    end: async ({ intentId, id }) => {
      await pool.query(
        'update webhook set ended_at = now() where intent_id = $1 and id = $2',
        [intentId, id],
      )
    },
  }
}

type WebhookRow = {
  readonly intent_id: string
  readonly id: string
  readonly url: string
  readonly headers: string
  readonly body: string
  readonly last_sequence: number
  readonly failures: number
}

const selectWebhook =
  'select intent_id, id, url, headers, body, last_sequence, failures from webhook'

function toWebhook(row: WebhookRow): Webhook {
  return {
    intentId: row.intent_id,
    id: row.id,
    url: row.url,
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: row.body,
  }
}

/** Thrown when an intent has as many webhooks as it may. */
export class WebhookLimitError extends BehestError {
  readonly code = 'WEBHOOK_LIMIT'
  readonly retry = 'never'

  constructor(facts: { intentId: string; limit: number }) {
    super(
      `Intent ${facts.intentId} has ${facts.limit} webhooks already, as many as one may have. Remove one first.`,
      { facts },
    )
  }
}
