import type { Hex } from '@behest/spec'
import type pg from 'pg'
import { toBytes, toHex } from '../sql/bytes.js'
import {
  IdempotencyInProgressError,
  IdempotencyKeyReusedError,
} from './errors.js'

/** The first answer to a request, byte for byte. */
export type KeptAnswer = {
  readonly status: number
  readonly body: string
  /** Where what was made can be found, for the header of that name. */
  readonly location?: string
}

/** Gives every repetition of a request the answer of the first one. */
export type Idempotency = {
  /**
   * Answers a request once. The same principal, key and body get the kept
   * answer; work that ended by an error is forgotten and may be tried again.
   *
   * @throws {IdempotencyKeyReusedError} when the key belongs to another body.
   * @throws {IdempotencyInProgressError} when the first request is still at work.
   */
  readonly answerOnce: (
    request: {
      readonly principal: string
      readonly key: string
      readonly bodyHash: Hex
      /** How long the answer is kept, in seconds. A day unless told. */
      readonly keepSeconds?: number
      /**
       * After so long without a sign of life the process of the first request
       * counts as ended, in seconds. Five unless told.
       */
      readonly workSeconds?: number
    },
    work: () => Promise<KeptAnswer>,
  ) => Promise<KeptAnswer & { readonly isRepeated: boolean }>
  /** Forgets what is past its time. */
  readonly sweep: () => Promise<number>
}

/** Creates the keeper of answers on a database that has `idempotencySchema`. */
export function createIdempotency(options: {
  readonly pool: pg.Pool
}): Idempotency {
  const { pool } = options
  return {
    answerOnce: async (request, work) => {
      const { principal, key, bodyHash } = request
      const keepSeconds = request.keepSeconds ?? 86_400
      const workSeconds = request.workSeconds ?? 5
      // Takes the key: it is new, past its time, or left by a process that ended.
      const { rows } = await pool.query<{ started_at: string }>(
        `insert into kept_answer as kept
          (principal, key, body_hash, locked_until, expires_at)
         values ($1, $2, $3, now() + make_interval(secs => $4),
          now() + make_interval(secs => $5))
         on conflict (principal, key) do update set
          body_hash = excluded.body_hash, status = null, answer = null,
          location = null,
          started_at = now(), locked_until = excluded.locked_until,
          expires_at = excluded.expires_at
         where kept.expires_at < now() or (kept.status is null
          and kept.locked_until < now() and kept.body_hash = excluded.body_hash)
         returning started_at::text`,
        [principal, key, toBytes(bodyHash), workSeconds, keepSeconds],
      )
      const taken = rows[0]
      if (taken === undefined)
        return { ...(await readKept(request)), isRepeated: true }
      const mine = [principal, key, taken.started_at]
      const heartbeat = setInterval(
        () => {
          pool
            .query(
              `update kept_answer set
                locked_until = now() + make_interval(secs => $4)
               where principal = $1 and key = $2
                and started_at = $3::timestamptz and status is null`,
              [...mine, workSeconds],
            )
            .catch(() => {
              // Only slower: whoever takes over finds what was done by its id.
            })
        },
        (workSeconds * 1_000) / 3,
      ).unref()
      try {
        const answer = await work()
        const kept = await pool.query(
          `update kept_answer set status = $4, answer = $5, location = $6
           where principal = $1 and key = $2 and started_at = $3::timestamptz
            and status is null`,
          [...mine, answer.status, answer.body, answer.location ?? null],
        )
        // Too slow: another request took over, and its answer counts for all.
        if (kept.rowCount === 0)
          return { ...(await readKept(request)), isRepeated: true }
        return { ...answer, isRepeated: false }
      } catch (error) {
        await pool
          .query(
            `delete from kept_answer where principal = $1 and key = $2
              and started_at = $3::timestamptz and status is null`,
            mine,
          )
          .catch(() => {
            // The database is away: the key frees itself after `workSeconds`.
          })
        throw error
      } finally {
        clearInterval(heartbeat)
      }
    },
    sweep: async () => {
      const { rowCount } = await pool.query(
        'delete from kept_answer where expires_at < now()',
      )
      return rowCount ?? 0
    },
  }

  async function readKept(request: {
    readonly principal: string
    readonly key: string
    readonly bodyHash: Hex
  }): Promise<KeptAnswer> {
    const { principal, key, bodyHash } = request
    const { rows } = await pool.query<{
      body_hash: Buffer
      status: number | null
      answer: string | null
      location: string | null
      wait_seconds: number
    }>(
      `select body_hash, status, answer, location,
        greatest(1, ceil(extract(epoch from locked_until - now())))::int as wait_seconds
       from kept_answer where principal = $1 and key = $2`,
      [principal, key],
    )
    const row = rows[0]
    // Gone between the two statements: its work failed just now.
    if (row === undefined)
      throw new IdempotencyInProgressError({ key, retryAfterSeconds: 1 })
    if (toHex(row.body_hash) !== bodyHash.toLowerCase())
      throw new IdempotencyKeyReusedError({ key })
    if (row.status === null || row.answer === null)
      throw new IdempotencyInProgressError({
        key,
        retryAfterSeconds: Math.min(row.wait_seconds, 5),
      })
    return {
      status: row.status,
      body: row.answer,
      ...(row.location === null ? {} : { location: row.location }),
    }
  }
}
