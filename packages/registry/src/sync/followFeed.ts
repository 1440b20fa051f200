import type pg from 'pg'
import { AgentIndex } from '../index/agentIndex.js'
import {
  readAgentRows,
  readChanges,
  readClock,
  readLeaseChanges,
} from '../store/agentStore.js'
import { readVectorChanges } from '../store/vectorStore.js'
import type { IndexSeen, IndexSubject } from './indexParts.js'
import { keepIndex, readKeptIndex } from './keptIndex.js'

/** The channel on which replicas tell each other that something changed. */
export const changeChannel = 'behest_registry'

const pageSize = 2_000
/** Some megabytes each: two are held at a time. */
const vectorPageSize = 1_000
const pollMs = 1_000
const rebuildAtDeadShare = 0.2
const rebuildFromDocuments = 5_000
/** An index of fewer agents is built as quickly as it is read. */
const keptFromDocuments = 2_000
/** Share of the agents that changed since, from which a new one is worth it. */
const keptAtChangedShare = 0.05
/** A start may take the time; an end is waited for by whoever restarts. */
const keepingAtStartMs = 120_000
const keepingAtEndMs = 4_000
const sampledDocuments = 200

/** An index that follows the tables. */
export type FollowedIndex = {
  /** The index as it is now; replaced as a whole when it is rebuilt. */
  readonly current: () => AgentIndex
  /** The last change that the index holds. */
  readonly indexSeq: () => number
  /** How many changes the tables are ahead, as last seen. */
  readonly lag: () => number
  /** The database's time, Unix time in ms. */
  readonly nowMs: () => number
  /** Reads what is new. Resolves when everything committed before is in. */
  readonly catchUp: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Builds the search index from the tables and keeps it in step: a notification
 * is a hint, asking once a second is the guarantee.
 *
 * @param options.pool - One of its connections is kept for listening.
 * @param options.embedderId - Vectors of another encoder are not read.
 * @param options.onError - Told of a failed read; the next one tries again.
 */
export async function followFeed(options: {
  readonly pool: pg.Pool
  readonly vectorLength: number
  readonly embedderId: string | undefined
  readonly onError: (error: unknown) => void
}): Promise<FollowedIndex> {
  const { pool, onError, embedderId } = options
  let index = new AgentIndex({ vectorLength: options.vectorLength })
  let seen = { agents: 0, leases: 0, vectors: 0 }
  let lag = 0
  let clockOffsetMs = 0
  let stopped = false

  async function readInto(
    target: AgentIndex,
    from: typeof seen,
  ): Promise<typeof seen> {
    const clock = await readClock(pool)
    clockOffsetMs = clock.nowMs - Date.now()
    const reached = { ...from }
    lag = clock.agentsSeq - from.agents
    if (clock.agentsSeq > from.agents) {
      const readPage = (afterSeq: number) =>
        readChanges(pool, { afterSeq, limit: pageSize })
      let page = await readPage(reached.agents)
      for (;;) {
        const isLast = page.length < pageSize
        reached.agents = page.at(-1)?.seq ?? reached.agents
        // The database makes the next page while this one is indexed.
        const next = isLast ? undefined : readPage(reached.agents)
        next?.catch(() => undefined)
        for (const record of page) target.apply(record)
        if (next === undefined) break
        page = await next
      }
    }
    // An agent row was read with its lease, so a first read may start late.
    if (from.leases === 0) reached.leases = clock.leasesSeq
    while (clock.leasesSeq > reached.leases) {
      const page = await readLeaseChanges(pool, {
        afterSeq: reached.leases,
        limit: pageSize,
      })
      for (const { agentId, leaseUntilMs } of page)
        target.setLease(agentId, leaseUntilMs)
      if (page.length === 0) reached.leases = clock.leasesSeq
      else reached.leases = page.at(-1)?.seq ?? reached.leases
    }
    if (embedderId !== undefined) {
      const readPage = (afterSeq: number) =>
        readVectorChanges(pool, {
          afterSeq,
          // Up to there every vector's agent was read above.
          upToSeq: clock.vectorsSeq,
          limit: vectorPageSize,
          embedderId,
        })
      let page =
        clock.vectorsSeq > reached.vectors
          ? await readPage(reached.vectors)
          : undefined
      while (page !== undefined) {
        reached.vectors = page.lastSeq ?? clock.vectorsSeq
        const next =
          clock.vectorsSeq > reached.vectors
            ? readPage(reached.vectors)
            : undefined
        next?.catch(() => undefined)
        for (const { agentId, vectors } of page.vectors)
          target.setVectors(agentId, vectors)
        page = await next
      }
    }
    lag = Math.max(0, clock.agentsSeq - reached.agents)
    return reached
  }

  async function readOnce(): Promise<void> {
    seen = await readInto(index, seen)
    if (
      index.end > rebuildFromDocuments &&
      index.deadShare > rebuildAtDeadShare
    ) {
      const fresh = new AgentIndex({ vectorLength: options.vectorLength })
      const reached = await readInto(fresh, {
        agents: 0,
        leases: 0,
        vectors: 0,
      })
      index = fresh
      seen = reached
    }
  }

  // One reader at a time, and whoever asks while one runs gets a read that
  // starts after: so a write that was committed before the call is in.
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  function catchUp(): Promise<void> {
    if (running === undefined) {
      running = readOnce().finally(() => {
        running = undefined
      })
      return running
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return catchUp()
      })
    return next
  }

  const subject: IndexSubject = {
    databaseId: await readDatabaseId(pool),
    embedderId: embedderId ?? '',
    vectorLength: options.vectorLength,
  }
  let saved = 0
  let useless: bigint | undefined
  try {
    const found = await readKeptIndex({ pool, subject })
    if (
      found?.kept !== undefined &&
      (await isOfThisDatabase(pool, found.kept))
    ) {
      index = found.kept.index
      seen = found.kept.seen
      saved = toChanges(seen)
    } else useless = found?.generation
  } catch (error) {
    // Built anew from the tables, which are the truth.
    onError(error)
  }

  async function save(timeLimitMs: number): Promise<void> {
    const isWorthIt = (since: number) =>
      toChanges(seen) - since >= keptAtChangedShare * index.size
    if (index.size < keptFromDocuments || !isWorthIt(saved)) return
    try {
      const now = await keepIndex({
        ...subject,
        pool,
        index,
        seen,
        isWorthIt: (other) => isWorthIt(toChanges(other)),
        useless,
        timeLimitMs,
      })
      if (now !== undefined) saved = toChanges(now)
    } catch (error) {
      // A full disk makes the next start slower, and nothing else.
      onError(error)
    }
  }

  await catchUp()
  await save(keepingAtStartMs)
  const poll = setInterval(() => {
    catchUp().catch(onError)
  }, pollMs)
  poll.unref()

  let leaveListener: (() => void) | undefined
  async function listen(): Promise<void> {
    const client = await pool.connect()
    let left = false
    const leave = () => {
      if (left) return
      left = true
      // A connection that listens is not given back for other work.
      client.release(true)
    }
    leaveListener = leave
    client.on('notification', () => {
      catchUp().catch(onError)
    })
    client.on('error', (error) => {
      leave()
      if (stopped) return
      onError(error)
      setTimeout(() => {
        listen().catch(onError)
      }, pollMs).unref()
    })
    if (stopped) return leave()
    await client.query(`listen ${changeChannel}`)
  }
  await listen()

  return {
    current: () => index,
    indexSeq: () => seen.agents,
    lag: () => lag,
    nowMs: () => Date.now() + clockOffsetMs,
    catchUp,
    stop: async () => {
      stopped = true
      clearInterval(poll)
      leaveListener?.()
      await (next ?? running)?.catch(() => undefined)
      await save(keepingAtEndMs)
    },
  }
}

const toChanges = (seen: IndexSeen): number => seen.agents + seen.vectors

async function readDatabaseId(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    'select id::text from registry.identity',
  )
  return rows[0]?.id ?? ''
}

// A database that was put back from a backup counts on from an older number: its
// rows then say other things than the index does.
async function isOfThisDatabase(
  pool: pg.Pool,
  kept: {
    readonly index: AgentIndex
    readonly seen: IndexSeen
  },
): Promise<boolean> {
  const clock = await readClock(pool)
  if (
    clock.agentsSeq < kept.seen.agents ||
    clock.vectorsSeq < kept.seen.vectors
  )
    return false
  const { index } = kept
  const ids: string[] = []
  const step = Math.max(1, Math.floor(index.end / sampledDocuments))
  for (let document = 0; document < index.end; document += step) {
    const id = index.idOf(document)
    if (id !== undefined) ids.push(id)
  }
  const records = await readAgentRows(pool, ids)
  return (
    records.length === ids.length &&
    records.every(
      (record) => record.seq > kept.seen.agents || index.agreesWith(record),
    )
  )
}
