import { createHash } from 'node:crypto'
import type { Address } from '@behest/spec'
import type pg from 'pg'
import type { Queryable } from '../sql/inTransaction.js'

/** One writer per chain and sender: an advisory lock on a connection of its own. */
export type SenderLock = {
  readonly chain: string
  readonly address: Address
  readonly key: bigint
  /** The two halves of the key, as PostgreSQL lists them. */
  readonly classId: number
  readonly objectId: number
  /** The server process that holds it. */
  readonly backendId: number
}

/**
 * Tries to lock a sender for as long as the connection lives.
 *
 * @param client - A connection that is used for nothing that may end it.
 * @returns The lock, or nothing when another process has it.
 */
export async function takeSenderLock(
  client: pg.Client,
  sender: { readonly chain: string; readonly address: Address },
): Promise<SenderLock | undefined> {
  const { chain, address } = sender
  const digest = createHash('sha256')
    .update(`${chain}\n${address.toLowerCase()}`)
    .digest()
  const classId = digest.readUInt32BE(0)
  const objectId = digest.readUInt32BE(4)
  const key = digest.readBigInt64BE(0)
  const { rows } = await client.query<{ taken: boolean; backend: number }>(
    'select pg_try_advisory_lock($1) as taken, pg_backend_pid() as backend',
    [key],
  )
  const row = rows[0]
  if (row?.taken !== true) return undefined
  return { chain, address, key, classId, objectId, backendId: row.backend }
}

/**
 * Tells whether the lock is still held by the connection that took it. Asked
 * inside the signing transaction: a worker that lost its connection signs nothing.
 */
export async function isLockHeld(
  database: Queryable,
  lock: SenderLock,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `select 1 from pg_locks
     where locktype = 'advisory' and granted and objsubid = 1
      and classid = $1::bigint::oid and objid = $2::bigint::oid and pid = $3
      and database = (select oid from pg_database where datname = current_database())`,
    [lock.classId, lock.objectId, lock.backendId],
  )
  return rowCount === 1
}
