import type pg from 'pg'

/** A pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>

/**
 * Runs `work` in one transaction: all of it is stored, or nothing.
 *
 * @param pool - A pool on the database.
 * @param work - Gets the client that the transaction runs on.
 * @returns What `work` gives.
 */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    try {
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        // The connection is gone, and the transaction with it.
        broken = failure
      })
      throw error
    }
  } finally {
    client.release(broken)
  }
}
