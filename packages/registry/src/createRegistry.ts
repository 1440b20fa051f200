// One file because it is one table of contents: everything a registry does, each
// wired to the module that does it.
import type {
  HeartbeatRequest,
  JsonValue,
  NameRequest,
  PublishRequest,
  RemoveRequest,
  TransferRequest,
} from '@behest/spec'
import type pg from 'pg'
import {
  type AnchorPort,
  type AnchorView,
  linkAnchor,
  readAnchor,
} from './anchor/linkAnchor.js'
import { collectAgentMarks, type Mark } from './card/displayText.js'
import { type AgentVersion, toVersions } from './card/toVersions.js'
import { createEmbedder, type Embedder } from './encoder/createEmbedder.js'
import type { EncoderPort } from './encoder/createSentenceEncoder.js'
import {
  AgentNotFoundError,
  RegistryNotReadyError,
} from './errors/registryErrors.js'
import { mirrorRegistry } from './federation/mirrorRegistry.js'
import type { IndexStatistics } from './index/agentIndex.js'
import { createProber, type Prober } from './liveness/createProber.js'
import type { GuardedFetch } from './liveness/guardedFetch.js'
import type { ProbePort } from './liveness/probeAgent.js'
import { claimName, type NameView } from './publish/claimName.js'
import { type ImportResult, importAgents } from './publish/importAgents.js'
import {
  type CardSignaturePort,
  defaultPublishLimits,
  type PublishLimits,
  publishAgent,
} from './publish/publishAgent.js'
import { removeAgent, renewLease } from './publish/renewLease.js'
import type { ContractSignaturePort } from './publish/signatures.js'
import { transferAgent } from './publish/transferAgent.js'
import { computeTrust } from './reputation/computeTrust.js'
import {
  createReputation,
  type KnownEngines,
  type ReceiptCheckPort,
} from './reputation/createReputation.js'
import { type Earnings, readEarnings } from './reputation/readEarnings.js'
import { type Explanation, explainAgent } from './search/explainAgent.js'
import {
  type RankingCache,
  type SearchPage,
  type SearchQuery,
  searchAgents,
} from './search/searchAgents.js'
import type { AgentRecord, AgentStatus } from './store/agentRecord.js'
import {
  type AgentKey,
  inTransaction,
  readAgent,
  readByName,
  readCard,
  readChanges,
  readKeys,
  readLeaseChanges,
  readTransfers,
  readVersions,
  type TransferRecord,
  writeSuspension,
} from './store/agentStore.js'
import { type HealthReport, readHealth } from './store/healthStore.js'
import { readName } from './store/nameStore.js'
import { type ReceiptView, readReceipts } from './store/receiptStore.js'
import { changeChannel, followFeed } from './sync/followFeed.js'
import { toEnglish } from './text/translate.js'

const hintMs = 20
const mirrorEveryMs = 5_000

export type CreateRegistryOptions = {
  /** On the registry's database; its tables are there already. */
  readonly pool: pg.Pool
  /** Chain id of the signing domain; `undefined` while it is not known yet. */
  readonly chainId: () => number | undefined
  /** Visits agents. Without one nothing is measured and all stay `unverified`. */
  readonly probe?: ProbePort
  /** How long a visit proves that an agent is there, at least, in ms; 50 s unless told. */
  readonly proofMs?: number
  /** Throws when a published address may not be called. */
  readonly assertUrl: (url: string) => void
  /** Throws when a key, whose signature held, signs changes too often. */
  readonly admitKey?: (key: string) => void
  /** Whether an owner or operator belongs to this house. */
  readonly isReference?: (address: string) => boolean
  readonly limits?: Partial<PublishLimits>
  /** Asks contract accounts that own agents. Without one only keys own. */
  readonly isSignedByContract?: ContractSignaturePort
  /** Checks the signature that a card carries. Without one none is looked at. */
  readonly readCardSignature?: CardSignaturePort
  /** Guarded: reads what stands behind short names. Without one none is given. */
  readonly fetch?: GuardedFetch
  /**
   * Base addresses of registries whose agents and receipts are taken over, and
   * how they are asked: their pages are larger than a card.
   */
  readonly mirrors?: {
    readonly origins: readonly string[]
    readonly fetch: GuardedFetch
  }
  /** Finds by meaning. Without one, words and letters decide alone. */
  readonly encoder?: EncoderPort
  /** Asks the chain about receipts. Without one no receipt counts. */
  readonly checkReceipt?: ReceiptCheckPort
  /** Engines whose receipts count in full, in lower case. Without one no agent has trust. */
  readonly knownEngines?: KnownEngines
  /** Asks the chain where agents stand on it. Without one none is anchored. */
  readonly anchor?: AnchorPort
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
  /** What a reader should know about the card's text. */
  readonly marks: readonly Mark[]
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

/** A receipt as it is shown, with everything that its weight depends on. */
export type PublicReceiptView = ReceiptView & {
  /** Signed by an engine that the registry knows: it counts in full. */
  readonly knownEngine: boolean
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
  /** Hands an agent over to another owner; both have signed. */
  readonly transfer: (
    agentId: string,
    request: TransferRequest,
  ) => Promise<{ readonly seq: number }>
  /** Claims a short name for an agent. */
  readonly claimName: (
    request: NameRequest,
  ) => Promise<NameView & { readonly seq: number }>
  /** Reads who holds a short name. */
  readonly getName: (name: string) => Promise<NameView>
  /** One agent by its id, or by its short name with the `@` before it. */
  readonly get: (agentId: string) => Promise<
    AgentView & {
      readonly card: string
      readonly message: unknown
      readonly signature: string | null
      /** Every key that owned the agent or signed its quotes. */
      readonly keys: readonly AgentKey[]
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
  /** Agents in the order of their ids, for views of other registries' kinds. */
  readonly listByName: (options: Parameters<typeof readByName>[1]) => Promise<{
    readonly agents: readonly (AgentView & { readonly removed: boolean })[]
    readonly nextId: string | undefined
  }>
  /** The versions of an agent's card, newest first. */
  readonly listVersions: (agentId: string) => Promise<readonly AgentVersion[]>
  /** How an agent came to its owner: each hand-over as both owners signed it. */
  readonly listTransfers: (
    agentId: string,
  ) => Promise<readonly TransferRecord[]>
  readonly search: (query: SearchQuery) => Promise<SearchPage>
  readonly health: (agentId: string) => Promise<
    HealthReport & {
      readonly agentId: string
      readonly listedAs: AgentStatus
    }
  >
  /** Why an agent stands where it does for a query, or why it does not. */
  readonly explain: (
    agentId: string,
    query: SearchQuery,
  ) => Promise<Explanation>
  readonly submitReceipt: (
    wire: JsonValue,
  ) => Promise<{ readonly isNew: boolean; readonly view: PublicReceiptView }>
  readonly listReceipts: (options: {
    readonly agentId?: string
    readonly afterSeq: number
    readonly limit: number
  }) => Promise<{
    readonly receipts: readonly PublicReceiptView[]
    readonly nextSeq: number | undefined
  }>
  /** Takes note of where an agent stands on chain; the chain is asked first. */
  readonly linkAnchor: (agentId: string, tokenId: bigint) => Promise<AnchorView>
  /** What is listed of an agent, held against the chain as it is now. */
  readonly readAnchor: (agentId: string) => Promise<AnchorView>
  /** What an agent earned, as confirmed receipts say. */
  readonly readEarnings: (agentId: string) => Promise<Earnings>
  /** Bulk load by the operator. Resolves when the agents can be found by words. */
  readonly importAgents: (
    lines: Iterable<string> | AsyncIterable<string>,
  ) => Promise<ImportResult>
  /** Leases in the order of their renewals, for mirrors. */
  readonly listLeases: (options: {
    readonly afterSeq: number
    readonly limit: number
  }) => Promise<{
    readonly leases: readonly {
      readonly agentId: string
      readonly leaseUntil: string
      readonly seq: number
    }[]
    readonly nextSeq: number | undefined
  }>
  /** Agents that cannot be found by meaning yet. */
  readonly countWaitingForVectors: () => Promise<number>
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
  const { admitKey = () => undefined } = options
  const feed = await followFeed({
    pool,
    vectorLength: options.encoder?.dimensions ?? 1,
    embedderId: options.encoder?.id,
    onError,
  })
  const cache: RankingCache = new Map()

  let hint: ReturnType<typeof setTimeout> | undefined
  let stopping = false
  async function tellOthers(): Promise<void> {
    // Work that ends while this process leaves: the others read it by themselves.
    if (stopping) return
    // A hint only, and one for many changes: who misses it reads within a second.
    hint ??= setTimeout(() => {
      hint = undefined
      pool.query(`notify ${changeChannel}`).catch(onError)
    }, hintMs)
    await feed.catchUp()
  }
  const embedder: Embedder | undefined =
    options.encoder === undefined
      ? undefined
      : createEmbedder({
          pool,
          encoder: options.encoder,
          onChange: () => {
            tellOthers().catch(onError)
          },
          onError,
        })
  const prober: Prober | undefined =
    options.probe === undefined
      ? undefined
      : createProber({
          pool,
          probe: options.probe,
          proofMs: options.proofMs,
          onChange: () => {
            tellOthers().catch(onError)
          },
          onError,
        })

  const knownEngines = options.knownEngines ?? new Set<string>()
  const toPublic = (view: ReceiptView): PublicReceiptView => ({
    ...view,
    knownEngine: view.signers.some((signer) => knownEngines.has(signer)),
  })
  const reputation = createReputation({
    pool,
    check: options.checkReceipt,
    knownEngines,
    nowMs: feed.nowMs,
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

  async function embedQuery(text: string): Promise<Float32Array | undefined> {
    const english = toEnglish(text.slice(0, 500))
    return english === '' ? undefined : embedder?.embedQuery(english)
  }

  const toView = (record: AgentRecord): AgentView =>
    toAgentView(record, feed.nowMs())

  // Where agents are tested, nobody is found before the test unless asked for.
  const toTested = (query: SearchQuery): SearchQuery =>
    prober !== undefined && query.statuses === undefined
      ? { ...query, untested: 'hidden' }
      : query

  async function findAgent(asked: string): Promise<AgentRecord> {
    const agentId = asked.startsWith('@')
      ? (await readName(pool, { name: asked.slice(1) }))?.agentId
      : asked
    if (agentId === undefined) throw new AgentNotFoundError({ agentId: asked })
    const record = await readAgent(pool, agentId)
    if (record === undefined || record.deleted)
      throw new AgentNotFoundError({ agentId })
    return record
  }

  // One round after the other, and one registry after the other: a mirror is in
  // no hurry, and the other side has its own users.
  let mirroring: Promise<void> | undefined
  const { mirrors } = options
  async function mirrorAll(): Promise<void> {
    const chainId = options.chainId()
    if (chainId === undefined || mirrors === undefined) return
    for (const origin of mirrors.origins)
      try {
        const round = await mirrorRegistry({
          pool,
          origin,
          chainId,
          fetch: mirrors.fetch,
          assertUrl: options.assertUrl,
          isReference: options.isReference ?? (() => false),
          isSignedByContract: options.isSignedByContract,
          readCardSignature: options.readCardSignature,
          submitReceipt: reputation.submit,
          nowMs: feed.nowMs,
          limits,
        })
        if (round.agents + round.removed + round.leases > 0) {
          prober?.wake()
          embedder?.wake()
          await tellOthers()
        }
      } catch (error) {
        onError(error)
      }
  }
  const mirror = () => {
    mirroring ??= mirrorAll().finally(() => {
      mirroring = undefined
    })
  }
  const mirrorTimer =
    (mirrors?.origins ?? []).length === 0
      ? undefined
      : setInterval(mirror, mirrorEveryMs)
  mirrorTimer?.unref()
  if (mirrorTimer !== undefined) mirror()

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
        isSignedByContract: options.isSignedByContract,
        readCardSignature: options.readCardSignature,
        admitKey,
      })
      // Answered when it can be found: "published, yet not found" ends here.
      if (outcome.type === 'written') {
        prober?.wake()
        embedder?.wake()
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
        isSignedByContract: options.isSignedByContract,
        admitKey,
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
        isSignedByContract: options.isSignedByContract,
        admitKey,
      })
      await tellOthers()
      return result
    },
    transfer: async (agentId, request) => {
      const result = await transferAgent({
        pool,
        agentId,
        request,
        chainId: getChainId(),
        nowMs: feed.nowMs(),
        limits,
        isSignedByContract: options.isSignedByContract,
        admitKey,
      })
      reputation.wake()
      await tellOthers()
      return result
    },
    claimName: async (request) => {
      if (options.fetch === undefined)
        throw new RegistryNotReadyError({
          missing: 'it reads no domains, so it gives no names',
        })
      const { view, seq } = await claimName({
        pool,
        request,
        chainId: getChainId(),
        nowMs: feed.nowMs(),
        fetch: options.fetch,
        assertUrl: options.assertUrl,
        isSignedByContract: options.isSignedByContract,
      })
      await tellOthers()
      return { ...view, seq }
    },
    getName: async (name) => {
      const held = await readName(pool, { name })
      if (held === undefined || held.agentDeleted)
        throw new AgentNotFoundError({ agentId: `@${name}` })
      const { agentDeleted: _, leaseUntilMs: __, ...view } = held
      return view
    },
    get: async (agentId) => {
      const record = await findAgent(agentId)
      const card = await readCard(pool, record.id)
      return {
        ...toView(record),
        card: card?.card ?? '',
        message: card?.message ?? null,
        signature: card?.signature ?? null,
        keys: await readKeys(pool, record.id),
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
    listByName: async (query) => {
      const records = await readByName(pool, query)
      return {
        agents: records.map((record) => ({
          ...toView(record),
          removed: record.deleted,
        })),
        nextId: records.length < query.limit ? undefined : records.at(-1)?.id,
      }
    },
    listVersions: async (agentId) => {
      const { id } = await findAgent(agentId)
      return toVersions(await readVersions(pool, id))
    },
    listTransfers: async (agentId) => {
      const { id } = await findAgent(agentId)
      return readTransfers(pool, id)
    },
    search: async (query) => {
      const vector =
        query.text === undefined ? undefined : await embedQuery(query.text)
      return searchAgents({
        index: feed.current(),
        indexSeq: feed.indexSeq(),
        query: toTested(query),
        ...(vector === undefined ? {} : { vector }),
        expectsVector: embedder !== undefined,
        nowMs: feed.nowMs(),
        cache,
      })
    },
    explain: async (agentId, query) => {
      const record = await findAgent(agentId)
      const vector =
        query.text === undefined ? undefined : await embedQuery(query.text)
      // Receipts say more than the stored number: recomputed, it must agree.
      const trust = computeTrust(await reputation.readInput()).get(record.id)
      return explainAgent({
        index: feed.current(),
        indexSeq: feed.indexSeq(),
        record: { ...record, trust: trust ?? record.trust },
        query: toTested(query),
        ...(vector === undefined ? {} : { vector }),
        nowMs: feed.nowMs(),
      })
    },
    submitReceipt: async (wire) => {
      const { isNew, view } = await reputation.submit(wire, { admitKey })
      return { isNew, view: toPublic(view) }
    },
    listReceipts: async (query) => {
      const receipts = await readReceipts(pool, query)
      return {
        receipts: receipts.map(toPublic),
        nextSeq:
          receipts.length < query.limit ? undefined : receipts.at(-1)?.seq,
      }
    },
    linkAnchor: async (agentId, tokenId) =>
      linkAnchor({
        pool,
        anchor: options.anchor,
        agent: await findAgent(agentId),
        tokenId,
      }),
    readAnchor: async (agentId) =>
      readAnchor({
        pool,
        anchor: options.anchor,
        agent: await findAgent(agentId),
      }),
    readEarnings: async (agentId) =>
      readEarnings(pool, (await findAgent(agentId)).id),
    importAgents: async (lines) => {
      const result = await importAgents({ pool, lines })
      embedder?.wake()
      await tellOthers()
      return result
    },
    listLeases: async (query) => {
      const leases = await readLeaseChanges(pool, query)
      return {
        leases: leases.map(({ agentId, leaseUntilMs, seq }) => ({
          agentId,
          leaseUntil: new Date(leaseUntilMs).toISOString(),
          seq,
        })),
        nextSeq: leases.length < query.limit ? undefined : leases.at(-1)?.seq,
      }
    },
    countWaitingForVectors: async () => (await embedder?.countWaiting()) ?? 0,
    health: async (agentId) => {
      const record = await findAgent(agentId)
      const report = await readHealth(pool, record.id)
      if (report === undefined) throw new AgentNotFoundError({ agentId })
      return { agentId: record.id, listedAs: toView(record).status, ...report }
    },
    suspend: async ({ agentId, type, reason }) => {
      const { id } = await findAgent(agentId)
      await inTransaction(pool, (client) =>
        writeSuspension(client, { agentId: id, type, reason, by: 'operator' }),
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
      stopping = true
      clearTimeout(hint)
      clearInterval(mirrorTimer)
      await mirroring
      await prober?.stop()
      await embedder?.stop()
      await reputation.stop()
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
    marks: collectAgentMarks(record),
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
