import type pg from 'pg'

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
  }) => Promise<boolean>
  /**
   * Takes the intent that has waited longest for somebody to go on with it: new,
   * with mail, or left behind by a process that ended.
   */
  readonly claimNext: (options: {
    readonly owner: string
    readonly leaseSeconds: number
  }) => Promise<string | undefined>
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
      const { rowCount } = await pool.query(
        `update intent set lease_owner = $2,
          lease_until = now() + make_interval(secs => $3)
         where id = $1
          and (lease_until is null or lease_until < now() or lease_owner = $2)`,
        [intentId, owner, leaseSeconds],
      )
      return rowCount === 1
    },
    claimNext: async ({ owner, leaseSeconds }) => {
      const { rows } = await pool.query<{ id: string }>(
        `update intent set lease_owner = $1,
          lease_until = now() + make_interval(secs => $2)
         where id = (
          select id from intent
          where due_at <= now() and (lease_until is null or lease_until < now())
          order by due_at limit 1 for update skip locked)
         returning id`,
        [owner, leaseSeconds],
      )
      return rows[0]?.id
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
