// One file because both halves are one table.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import copyStreams from 'pg-copy-streams'
import type { AgentIndex } from '../index/agentIndex.js'
import {
  fromIndexParts,
  type IndexSeen,
  type IndexSubject,
  readSeen,
  toIndexParts,
} from './indexParts.js'

/**
 * Reads the index that some process kept last.
 *
 * @param options.pool - The registry's database.
 * @param options.subject - What the index must be of.
 * @returns Which one it is, and its index where that fits and is whole; nothing
 *   where none is kept.
 */
export async function readKeptIndex(options: {
  readonly pool: pg.Pool
  readonly subject: IndexSubject
}): Promise<
  | {
      readonly generation: bigint
      readonly kept:
        | { readonly index: AgentIndex; readonly seen: IndexSeen }
        | undefined
    }
  | undefined
> {
  const client = await options.pool.connect()
  let ended = false
  try {
    // One moment: the parts of an index that is replaced meanwhile stay to be read.
    await client.query('begin isolation level repeatable read read only')
    const last = await readLast(client)
    const found =
      last === undefined
        ? undefined
        : {
            generation: last.generation,
            kept: await fromIndexParts(
              last.header,
              readParts(client, last.generation),
              options.subject,
            ),
          }
    await client.query('commit')
    ended = true
    return found
  } finally {
    client.release(!ended)
  }
}

async function readLast(
  client: pg.ClientBase,
): Promise<
  { readonly generation: bigint; readonly header: Buffer } | undefined
> {
  const { rows } = await client.query<{ generation: string; bytes: Buffer }>(
    `select generation, bytes from registry.kept_indexes
     where part = 0 order by generation desc limit 1`,
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : { generation: BigInt(row.generation), header: row.bytes }
}

// The binary form of `COPY`, as PostgreSQL's documentation of that command gives
// it: a signature with two empty fields, then each row as its number of columns
// and each value after its length, then a row of -1 columns. As text, or as the
// result of a query, each byte would be two letters.
const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const lastRow = Buffer.from([0xff, 0xff])
/** Before the value of a row with one column. */
const rowHeadBytes = 6

/** Reads the parts of an index after its header, in pieces. */
async function* readParts(
  client: pg.ClientBase,
  generation: bigint,
): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Buffer> = client.query(
    copyStreams.to(
      `copy (select bytes from registry.kept_indexes
             where generation = ${generation} and part > 0 order by part)
       to stdout (format binary)`,
    ),
  )
  let head: Buffer = Buffer.alloc(0)
  let toSkip = signature.byteLength
  let left = 0
  for await (const chunk of chunks) {
    let bytes = head.byteLength === 0 ? chunk : Buffer.concat([head, chunk])
    const skipped = Math.min(toSkip, bytes.byteLength)
    toSkip -= skipped
    bytes = bytes.subarray(skipped)
    while (left > 0 || bytes.byteLength >= rowHeadBytes) {
      if (left === 0) {
        left = bytes.readInt32BE(2)
        bytes = bytes.subarray(rowHeadBytes)
      }
      const piece = bytes.subarray(0, left)
      if (piece.byteLength === 0) break
      yield piece
      left -= piece.byteLength
      bytes = bytes.subarray(piece.byteLength)
    }
    head = bytes
  }
}

function* toRows(
  generation: bigint,
  parts: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  yield signature
  let part = 0
  for (const bytes of parts) {
    const head = Buffer.alloc(26)
    head.writeInt16BE(3, 0)
    head.writeInt32BE(8, 2)
    head.writeBigInt64BE(generation, 6)
    head.writeInt32BE(4, 14)
    head.writeInt32BE(part, 18)
    head.writeInt32BE(bytes.byteLength, 22)
    yield head
    yield bytes
    part += 1
  }
  yield lastRow
}

/**
 * Keeps an index in the database, in place of the one that was there, at once or
 * not at all. The index must not change meanwhile.
 *
 * @param options.pool - The registry's database.
 * @param options.isWorthIt - Whether it is, beside one of the same subject that
 *   is kept already.
 * @param options.useless - One that was found to be of no use: it is replaced,
 *   whatever it says.
 * @param options.timeLimitMs - When to give up; what was kept then stays.
 * @returns Where the feeds stood in the index that is kept now; `undefined`
 *   where nothing is known of it: another process is keeping its own, or the
 *   time was over.
 */
export async function keepIndex(
  options: IndexSubject & {
    readonly pool: pg.Pool
    readonly index: AgentIndex
    readonly seen: IndexSeen
    readonly isWorthIt: (beside: IndexSeen) => boolean
    readonly useless: bigint | undefined
    readonly timeLimitMs: number
  },
): Promise<IndexSeen | undefined> {
  const { pool, isWorthIt, useless, timeLimitMs, ...kept } = options
  const timeLimit = AbortSignal.timeout(timeLimitMs)
  const client = await pool.connect()
  let ended = false
  try {
    await client.query('begin')
    // One of several processes that start or end together is enough.
    const { rows: locks } = await client.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('registry.kept_indexes')) as held`,
    )
    if (locks[0]?.held !== true) return undefined
    const last = await readLast(client)
    const lastSeen =
      last === undefined || last.generation === useless
        ? undefined
        : readSeen(last.header, kept)
    if (lastSeen !== undefined && !isWorthIt(lastSeen)) return lastSeen
    const generation = (last?.generation ?? 0n) + 1n
    await pipeline(
      Readable.from(toRows(generation, toIndexParts(kept))),
      client.query(
        copyStreams.from(
          'copy registry.kept_indexes (generation, part, bytes) from stdin (format binary)',
        ),
      ),
      { signal: timeLimit },
    )
    await client.query(
      'delete from registry.kept_indexes where generation < $1',
      [generation.toString()],
    )
    await client.query('commit')
    ended = true
    return kept.seen
  } catch (error) {
    if (timeLimit.aborted) return undefined
    throw error
  } finally {
    // With the connection goes what was not ended.
    client.release(!ended)
  }
}
