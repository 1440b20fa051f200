import {
  type Action,
  type HeartbeatRequest,
  type NameRequest,
  type PublishRequest,
  type Receipt,
  type RemoveRequest,
  receiptSchema,
  type TransferRequest,
} from '@behest/spec'
import * as z from 'zod'
import {
  type CallOptions,
  type ClientOptions,
  createHttp,
} from './http/createHttp.js'
import { buildRegistryCalls, type RegistryCalls } from './registryCalls.js'
import {
  type AgentAnchorView,
  type AgentDetail,
  type AgentEarnings,
  type AgentExplanation,
  type AgentHealth,
  type AgentPage,
  agentAnchorViewSchema,
  agentDetailSchema,
  agentEarningsSchema,
  agentExplanationSchema,
  agentHealthSchema,
  agentPageSchema,
  type HeartbeatAnswer,
  heartbeatAnswerSchema,
  type NameView,
  nameViewSchema,
  type PublishAnswer,
  publishAnswerSchema,
  type ReceiptPage,
  type ReceiptView,
  type RemoveAnswer,
  receiptPageSchema,
  receiptViewSchema,
  removeAnswerSchema,
  type SearchPage,
  searchPageSchema,
  type TransferAnswer,
  transferAnswerSchema,
} from './registrySchemas.js'

/** What is looked for: words, filters, or both. */
export type SearchInput = {
  /** In people's words. */
  readonly q?: string
  readonly action?: Action
  /** A chain id or a canonical chain name. */
  readonly chain?: string | number
  /** Tokens joined by commas, other names of one token by `|`. */
  readonly token?: string
  readonly venue?: string
  readonly maxFeeBps?: number
  /** Most that 95 in 100 of its quotes took, as measured, in ms. */
  readonly maxLatencyMs?: number
  /** Statuses joined by commas; those that can be asked when absent. */
  readonly status?: string
  readonly limit?: number
  readonly cursor?: string
  /** Answer only when this change is in the index: what was just published. */
  readonly minSeq?: number
  /** Lets a newcomer in now and then, always the same one for one seed. */
  readonly seed?: string
}

/** Everything that the registry API answers; see {@link createRegistryClient}. */
export type RegistryClient = RegistryCalls & {
  /** Finds agents by words, by what they can do, or both; each hit says why. */
  readonly search: (
    input: SearchInput,
    options?: CallOptions,
  ) => Promise<SearchPage>
  /** One agent: card, state, contract tests and place. */
  readonly get: (agentId: string, options?: CallOptions) => Promise<AgentDetail>
  /** All agents, page by page. */
  readonly list: (
    input?: {
      readonly limit?: number
      readonly cursor?: string
      /** `'true'` names removed agents too: the feed that mirrors follow. */
      readonly removed?: 'true' | 'false'
    },
    options?: CallOptions,
  ) => Promise<AgentPage>
  /** Publishes a signed card, or renews and updates it. */
  readonly publish: (
    request: PublishRequest,
    options?: CallOptions,
  ) => Promise<PublishAnswer>
  /** Renews a lease with a signed heartbeat. */
  readonly heartbeat: (
    agentId: string,
    request: HeartbeatRequest,
    options?: CallOptions,
  ) => Promise<HeartbeatAnswer>
  /** Takes an agent off, with its owner's signature. */
  readonly remove: (
    agentId: string,
    request: RemoveRequest,
    options?: CallOptions,
  ) => Promise<RemoveAnswer>
  /** Hands an agent over to another owner; both have signed. */
  readonly transfer: (
    agentId: string,
    request: TransferRequest,
    options?: CallOptions,
  ) => Promise<TransferAnswer>
  /** Claims a short name for an agent. */
  readonly claimName: (
    request: NameRequest,
    options?: CallOptions,
  ) => Promise<NameView>
  /** Who holds a short name, with or without the `@`. */
  readonly getName: (name: string, options?: CallOptions) => Promise<NameView>
  /** Where an agent stands on chain, held against what is listed of it. */
  readonly anchor: (
    agentId: string,
    options?: CallOptions,
  ) => Promise<AgentAnchorView>
  /** Hands in the number that an agent has at the identity registry. */
  readonly linkAnchor: (
    agentId: string,
    tokenId: bigint,
    options?: CallOptions,
  ) => Promise<AgentAnchorView>
  /** What the probes of an agent measured, over an hour, a day and 30 days. */
  readonly health: (
    agentId: string,
    options?: CallOptions,
  ) => Promise<AgentHealth>
  /** What an agent earned, in fees and per call. */
  readonly earnings: (
    agentId: string,
    options?: CallOptions,
  ) => Promise<AgentEarnings>
  /** Why an agent ranks where it does for a search, or is not listed. */
  readonly explain: (
    agentId: string,
    input: Omit<SearchInput, 'cursor' | 'minSeq' | 'seed'>,
    options?: CallOptions,
  ) => Promise<AgentExplanation>
  /** The receipts that reputation is computed from, of one agent or of all. */
  readonly receipts: (
    input: {
      readonly agent?: string
      readonly limit?: number
      readonly cursor?: string
    },
    options?: CallOptions,
  ) => Promise<ReceiptPage>
  /** Hands in a signed receipt. It counts once the chain has confirmed it. */
  readonly submitReceipt: (
    receipt: Receipt,
    options?: CallOptions,
  ) => Promise<ReceiptView>
}

/**
 * Creates a client of the registry API. Works in browsers and in Node.
 *
 * Every answer is read with a schema. Every call throws `ApiProblemError` when
 * the API says no, `ApiUnreachableError` when it does not answer,
 * `ApiAnswerMalformedError` when the answer is not what was promised, and the
 * reason of `signal` when the caller ends it.
 *
 * @param options.baseUrl - Such as `http://127.0.0.1:4100`.
 * @param options.fetch - The platform's when absent.
 * @param options.headers - Sent with each request.
 * @param options.timeoutMs - How long one answer may take; 30 s when absent.
 * @returns The client; it holds no connection.
 */
export function createRegistryClient(options: ClientOptions): RegistryClient {
  const http = createHttp(options)
  const pathOf = (agentId: string, rest = '') =>
    `/v1/agents/${encodeURIComponent(agentId)}${rest}`

  return {
    ...buildRegistryCalls(http),
    search: (input, call) =>
      http.ask(
        { method: 'GET', path: '/v1/search', query: input, ...call },
        searchPageSchema,
      ),
    get: (agentId, call) =>
      http.ask(
        { method: 'GET', path: pathOf(agentId), ...call },
        agentDetailSchema,
      ),
    list: (input, call) =>
      http.ask(
        { method: 'GET', path: '/v1/agents', query: { ...input }, ...call },
        agentPageSchema,
      ),
    publish: (request, call) =>
      http.ask(
        { method: 'POST', path: '/v1/agents', body: request, ...call },
        publishAnswerSchema,
      ),
    heartbeat: (agentId, request, call) =>
      http.ask(
        {
          method: 'POST',
          path: pathOf(agentId, '/heartbeat'),
          body: request,
          ...call,
        },
        heartbeatAnswerSchema,
      ),
    remove: (agentId, request, call) =>
      http.ask(
        { method: 'DELETE', path: pathOf(agentId), body: request, ...call },
        removeAnswerSchema,
      ),
    transfer: (agentId, request, call) =>
      http.ask(
        {
          method: 'POST',
          path: pathOf(agentId, '/transfer'),
          body: request,
          ...call,
        },
        transferAnswerSchema,
      ),
    claimName: (request, call) =>
      http.ask(
        { method: 'POST', path: '/v1/names', body: request, ...call },
        nameViewSchema,
      ),
    getName: (name, call) =>
      http.ask(
        {
          method: 'GET',
          path: `/v1/names/${encodeURIComponent(name.replace(/^@/, ''))}`,
          ...call,
        },
        nameViewSchema,
      ),
    anchor: (agentId, call) =>
      http.ask(
        { method: 'GET', path: pathOf(agentId, '/anchor'), ...call },
        agentAnchorViewSchema,
      ),
    linkAnchor: (agentId, tokenId, call) =>
      http.ask(
        {
          method: 'POST',
          path: pathOf(agentId, '/anchor'),
          body: { tokenId: `${tokenId}` },
          ...call,
        },
        agentAnchorViewSchema,
      ),
    health: (agentId, call) =>
      http.ask(
        { method: 'GET', path: pathOf(agentId, '/health'), ...call },
        agentHealthSchema,
      ),
    earnings: (agentId, call) =>
      http.ask(
        { method: 'GET', path: pathOf(agentId, '/earnings'), ...call },
        agentEarningsSchema,
      ),
    explain: (agentId, input, call) =>
      http.ask(
        {
          method: 'GET',
          path: pathOf(agentId, '/explain'),
          query: input,
          ...call,
        },
        agentExplanationSchema,
      ),
    receipts: (input, call) =>
      http.ask(
        { method: 'GET', path: '/v1/receipts', query: input, ...call },
        receiptPageSchema,
      ),
    submitReceipt: (receipt, call) =>
      http.ask(
        {
          method: 'POST',
          path: '/v1/receipts',
          body: z.encode(receiptSchema, receipt),
          ...call,
        },
        receiptViewSchema,
      ),
  }
}
