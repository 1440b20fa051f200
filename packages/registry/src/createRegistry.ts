// One file because it is one table of contents: everything a registry does, each
// wired to the module that does it.
import type {
  HeartbeatRequest,
  PublishRequest,
  RemoveRequest,
} from '@behest/spec'
import type pg from 'pg'
import {
  AgentNotFoundError,
  RegistryNotReadyError,
} from './errors/registryErrors.js'
import type { IndexStatistics } from './index/agentIndex.js'
import { createProber, type Prober } from './liveness/createProber.js'
import type { ProbePort } from './liveness/probeAgent.js'
import {
  defaultPublishLimits,
  type PublishLimits,
  publishAgent,
} from './publish/publishAgent.js'
import { removeAgent, renewLease } from './publish/renewLease.js'
import {
  type RankingCache,
  type SearchPage,
  type SearchQuery,
  searchAgents,
} from './search/searchAgents.js'
import type { AgentRecord, AgentStatus } from './store/agentRecord.js'
import {
  inTransaction,
  readAgent,
  readCard,
  readChanges,
  writeSuspension,
} from './store/agentStore.js'
import { type HealthReport, readHealth } from './store/healthStore.js'
import { changeChannel, followFeed } from './sync/followFeed.js'

export type CreateRegistryOptions = {
  /** On the registry's database; its tables are there already. */
  readonly pool: pg.Pool
  /** Chain id of the signing domain; `undefined` while it is not known yet. */
  readonly chainId: () => number | undefined
  /** Visits agents. Without one nothing is measured and all stay `unverified`. */
  readonly probe?: ProbePort
  /** Throws when a published address may not be called. */
  readonly assertUrl: (url: string) => void
  /** Whether an owner or operator belongs to this house. */
  readonly isReference?: (address: string) => boolean
  readonly limits?: Partial<PublishLimits>
  /** Told of failures in the background; never of a caller's mistakes. */
  readonly onError: (error: unknown) => void
}

/** One agent as it is shown. */
export type AgentView = Omit<
  AgentRecord,
  | 'status'
  | 'statusSinceMs'
  | 'publishedAtMs'
  | 'updatedAtMs'
  | 'leaseUntilMs'
  | 'deleted'
  | 'id'
> & {
  readonly agentId: string
  readonly status: AgentStatus
  readonly statusSince: string
  readonly publishedAt: string
  readonly updatedAt: string
  readonly leaseUntil: string | null
}

/** What a publish gave. */
export type PublishResult = {
  readonly type: 'created' | 'updated' | 'unchanged'
  readonly agent: AgentView
  /** The change's number: a search with `minSeq` sees it. */
  readonly seq: number
}

/** A registry over one database. Several processes may run one each. */
export type Registry = {
  readonly publish: (request: PublishRequest) => Promise<PublishResult>
  readonly heartbeat: (
    agentId: string,
    request: HeartbeatRequest,
  ) => Promise<{ readonly leaseUntil: string }>
  readonly remove: (
    agentId: string,
    request: RemoveRequest,
  ) => Promise<{ readonly seq: number }>
  readonly get: (agentId: string) => Promise<
    AgentView & {
      readonly card: string
      readonly message: unknown
      readonly signature: string | null
    }
  >
  readonly list: (options: {
    readonly afterSeq: number
    readonly limit: number
    readonly type: 'present' | 'with-removed'
  }) => Promise<{
    readonly agents: readonly AgentView[]
    readonly removed: readonly { readonly agentId: string; seq: number }[]
    readonly nextSeq: number | undefined
  }>
  readonly search: (query: SearchQuery) => Promise<SearchPage>
  readonly health: (agentId: string) => Promise<
    HealthReport & {
      readonly agentId: string
      readonly listedAs: AgentStatus
    }
  >
  readonly suspend: (options: {
    readonly agentId: string
    readonly type: 'suspend' | 'lift'
    readonly reason: string
  }) => Promise<void>
  readonly status: () => {
    readonly indexSeq: number
    readonly lag: number
    readonly index: IndexStatistics
    readonly probesRunning: number
    readonly chainId: number | undefined
  }
  /** Reads what other replicas wrote. */
  readonly catchUp: () => Promise<void>
  /** Ends the background work; the pool stays open. */
  readonly stop: () => Promise<void>
}

/**
 * Creates a registry: reads the index and starts to follow and to visit.
 *
 * @returns The registry, ready to answer.
 */
export async function createRegistry(
  options: CreateRegistryOptions,
): Promise<Registry> {
  const { pool, onError } = options
  const limits = { ...defaultPublishLimits, ...options.limits }
  const feed = await followFeed({
    pool,
    vectorLength: 512,
    embedderId: undefined,
    onError,
  })
  const cache: RankingCache = new Map()

  async function tellOthers(): Promise<void> {
    await feed.catchUp()
    // A hint only: who misses it reads within a second.
    pool.query(`notify ${changeChannel}`).catch(onError)
  }
  const prober: Prober | undefined =
    options.probe === undefined
      ? undefined
      : createProber({
          pool,
          probe: options.probe,
          onChange: () => {
            tellOthers().catch(onError)
          },
          onError,
        })

  function getChainId(): number {
    const chainId = options.chainId()
    if (chainId === undefined)
      throw new RegistryNotReadyError({
        missing: 'the chain id of its signing domain is not known yet',
      })
    return chainId
  }

  const toView = (record: AgentRecord): AgentView =>
    toAgentView(record, feed.nowMs())

  async function findAgent(agentId: string): Promise<AgentRecord> {
    const record = await readAgent(pool, agentId)
    if (record === undefined || record.deleted)
      throw new AgentNotFoundError({ agentId })
    return record
  }

  return {
    publish: async (request) => {
      const { outcome } = await publishAgent({
        pool,
        request,
        chainId: getChainId(),
        nowMs: feed.nowMs(),
        limits,
        assertUrl: options.assertUrl,
        isReference: options.isReference ?? (() => false),
      })
      // Answered when it can be found: "published, yet not found" ends here.
      if (outcome.type === 'written') {
        prober?.wake()
        await tellOthers()
      }
      return {
        type:
          outcome.type === 'unchanged'
            ? 'unchanged'
            : outcome.created
              ? 'created'
              : 'updated',
        agent: toView(await findAgent(request.message.agentId)),
        seq: outcome.seq,
      }
    },
    heartbeat: async (agentId, request) => {
      const { leaseUntilMs } = await renewLease({
        pool,
        agentId,
        request,
        chainId: getChainId(),
        nowMs: feed.nowMs(),
      })
      await tellOthers()
      return { leaseUntil: new Date(leaseUntilMs).toISOString() }
    },
    remove: async (agentId, request) => {
      const result = await removeAgent({
        pool,
        agentId,
        request,
        chainId: getChainId(),
      })
      await tellOthers()
      return result
    },
    get: async (agentId) => {
      const record = await findAgent(agentId)
      const card = await readCard(pool, agentId)
      return {
        ...toView(record),
        card: card?.card ?? '',
        message: card?.message ?? null,
        signature: card?.signature ?? null,
      }
    },
    list: async ({ afterSeq, limit, type }) => {
      const page = await readChanges(pool, { afterSeq, limit })
      return {
        agents: page.filter(({ deleted }) => !deleted).map(toView),
        removed:
          type === 'present'
            ? []
            : page
                .filter(({ deleted }) => deleted)
                .map(({ id, seq }) => ({ agentId: id, seq })),
        nextSeq: page.length < limit ? undefined : page.at(-1)?.seq,
      }
    },
    search: async (query) =>
      searchAgents({
        index: feed.current(),
        indexSeq: feed.indexSeq(),
        query,
        expectsVector: false,
        nowMs: feed.nowMs(),
        cache,
      }),
    health: async (agentId) => {
      const record = await findAgent(agentId)
      const report = await readHealth(pool, agentId)
      if (report === undefined) throw new AgentNotFoundError({ agentId })
      return { agentId, listedAs: toView(record).status, ...report }
    },
    suspend: async ({ agentId, type, reason }) => {
      await findAgent(agentId)
      await inTransaction(pool, (client) =>
        writeSuspension(client, { agentId, type, reason, by: 'operator' }),
      )
      await tellOthers()
    },
    status: () => ({
      indexSeq: feed.indexSeq(),
      lag: feed.lag(),
      index: feed.current().statistics,
      probesRunning: prober?.running() ?? 0,
      chainId: options.chainId(),
    }),
    catchUp: feed.catchUp,
    stop: async () => {
      await prober?.stop()
      await feed.stop()
    },
  }
}

/** Shows a stored agent as it is at a moment. */
export function toAgentView(record: AgentRecord, nowMs: number): AgentView {
  const {
    id,
    status,
    statusSinceMs,
    publishedAtMs,
    updatedAtMs,
    leaseUntilMs,
    deleted: _,
    ...rest
  } = record
  const isExpired = leaseUntilMs !== null && leaseUntilMs <= nowMs
  return {
    agentId: id,
    ...rest,
    status: isExpired && status !== 'suspended' ? 'expired' : status,
    statusSince: new Date(
      isExpired ? leaseUntilMs : statusSinceMs,
    ).toISOString(),
    publishedAt: new Date(publishedAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    leaseUntil:
      leaseUntilMs === null ? null : new Date(leaseUntilMs).toISOString(),
  }
}
