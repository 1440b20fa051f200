import type pg from 'pg'

/** An intent that was taken, and how often it was taken so far. */
export type ClaimedIntent = { readonly intentId: string; readonly run: number }

/** Who works on an intent, and until when nobody else does. */
export type Leases = {
  /**
   * Takes an intent for `leaseSeconds`, unless another owner holds it. Taking
   * what one holds already prolongs it.
   */
  readonly claim: (options: {
    readonly intentId: string
    readonly owner: string
    readonly leaseSeconds: number
  }) => Promise<ClaimedIntent | undefined>
  /**
   * Takes the intent that has waited longest for somebody to go on with it: new,
   * with mail, or left behind by a process that ended. What the owner holds
   * already counts as left behind, unless it is in `except`.
   */
  readonly claimNext: (options: {
    readonly owner: string
    readonly leaseSeconds: number
    /** Intents that this process works on now. */
    readonly except?: readonly string[]
  }) => Promise<ClaimedIntent | undefined>
  /** Prolongs a lease; `false` when it was lost meanwhile. */
  readonly renew: (options: {
    readonly intentId: string
    readonly owner: string
    readonly leaseSeconds: number
  }) => Promise<boolean>
  /**
   * Gives an intent back. While its status is one that goes on by itself it is
   * looked at again `againAfterSeconds` from now; at once unless told.
   */
  readonly release: (options: {
    readonly intentId: string
    readonly owner: string
    readonly againAfterSeconds?: number
  }) => Promise<void>
}

/** Creates the leases: rows with a time, by the database's clock alone. */
export function createLeases(options: { readonly pool: pg.Pool }): Leases {
  const { pool } = options
  return {
    claim: async ({ intentId, owner, leaseSeconds }) => {
      const { rows } = await pool.query<ClaimedIntent>(
        `update intent set lease_owner = $2, runs = runs + 1,
          lease_until = now() + make_interval(secs => $3)
         where id = $1
          and (lease_until is null or lease_until < now() or lease_owner = $2)
         returning id as "intentId", runs as run`,
        [intentId, owner, leaseSeconds],
      )
      return rows[0]
    },
    claimNext: async ({ owner, leaseSeconds, except }) => {
      const { rows } = await pool.query<ClaimedIntent>(
        `update intent set lease_owner = $1, runs = runs + 1,
          lease_until = now() + make_interval(secs => $2)
         where id = (
          select id from intent
          where due_at <= now() and not (id = any($3))
            and (lease_until is null or lease_until < now() or lease_owner = $1)
          order by due_at limit 1 for update skip locked)
         returning id as "intentId", runs as run`,
        [owner, leaseSeconds, except ?? []],
      )
      return rows[0]
    },
    renew: async ({ intentId, owner, leaseSeconds }) => {
      const { rowCount } = await pool.query(
        `update intent set lease_until = now() + make_interval(secs => $3)
         where id = $1 and lease_owner = $2`,
        [intentId, owner, leaseSeconds],
      )
      return rowCount === 1
    },
    release: async ({ intentId, owner, againAfterSeconds }) => {
      await pool.query(
        `update intent set lease_owner = null, lease_until = null,
          due_at = case when $3::float8 is null or due_at is null then due_at
            else now() + make_interval(secs => $3) end
         where id = $1 and lease_owner = $2`,
        [intentId, owner, againAfterSeconds ?? null],
      )
    },
  }
}
