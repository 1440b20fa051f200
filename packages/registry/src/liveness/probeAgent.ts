// One file because it is one visit: what the registry asks of an agent, in order,
// and what each answer means.
import {
  behestDomain,
  type Capability,
  isSameAddress,
  type JsonValue,
  paymentRequiredSchema,
  type Quote,
  type QuoteRequest,
  quoteDeclineSchema,
  quoteRequestSchema,
  quoteSchema,
  quoteTypedDataTypes,
  toCanonicalJson,
  x402Headers,
} from '@behest/spec'
import { keccak256, stringToBytes, verifyTypedData } from 'viem'
import * as z from 'zod'
import type { AgentRecord } from '../store/agentRecord.js'
import { type GuardedFetch, readBody } from './guardedFetch.js'

/** Builds a typed request to try a capability with. */
export type CanaryPort = {
  /** @returns `undefined` where nothing fitting can be asked on this chain. */
  readonly buildRequest: (options: {
    readonly capability: Capability
    readonly seed: number
  }) => Promise<QuoteRequest | undefined>
  /** Tells why an engine would pass over a quote for this request, or `undefined`. */
  readonly findObjection?: (options: {
    readonly quote: Quote
    readonly request: QuoteRequest
    readonly nowUnixSeconds: number
  }) => Promise<string | undefined>
  /** Tells why calls of a quote cannot be what it says, or `undefined`. */
  readonly simulate?: (options: {
    readonly quote: Quote
    readonly request: QuoteRequest
  }) => Promise<string | undefined>
}

/** What one question to an agent gave. */
export type ProbeResult = {
  readonly kind: 'card' | 'pulse' | 'canary'
  readonly action?: string
  readonly ok: boolean
  readonly latencyMs: number
  /**
   * `OK`; `DECLINED` and `PAYMENT_REQUIRED`, which are answers and no quotes;
   * `NOT_ASKED` where nothing fitting can be asked; `CARD_UNREACHABLE`,
   * `CARD_CHANGED`, `ENDPOINT_UNREACHABLE`, `CANARY_…`.
   */
  readonly code: string
  /** For the author: what to fix. Says nothing about our network. */
  readonly detail: string
}

/** Asks an agent: is it there, is it the one that was published, does it quote? */
export type ProbePort = (options: {
  readonly agent: AgentRecord
  readonly card: string
  /** Capabilities to try with a canary in this visit. */
  readonly canaries: readonly Capability[]
  readonly seed: number
}) => Promise<readonly ProbeResult[]>

const cardTimeoutMs = 3_000
const pulseTimeoutMs = 3_000
const canaryTimeoutMs = 10_000
/** A whole visit: less than a claim, or two processes would visit at once. */
export const visitTimeoutMs = 25_000
/** Time for our own chain to say what a quote does, after the agent's time. */
const judgeTimeMs = 2_000
/** At the door a decline is no quote: so many questions are put in all. */
const maxDraws = 6

/**
 * Creates the probe of the registry.
 *
 * @param options.fetch - Guarded: refuses addresses that are nobody's business.
 * @param options.canary - Where canary requests come from.
 * @param options.nowMs - The time.
 */
export function createProbe(options: {
  readonly fetch: GuardedFetch
  readonly canary?: CanaryPort
  readonly nowMs: () => number
}): ProbePort {
  const { fetch, canary, nowMs } = options
  return async ({ agent, card, canaries, seed }) => {
    const endsAtMs = performance.now() + visitTimeoutMs
    // A card that is served proves the place; only the interface proves the agent.
    const results: ProbeResult[] = await Promise.all([
      probeCard(fetch, agent, card),
      probePulse(fetch, agent, seed),
    ])
    if (results.some(({ ok }) => !ok) || canary === undefined) return results
    const isTimeLeft = () =>
      endsAtMs - performance.now() >= canaryTimeoutMs + judgeTimeMs
    const draws = agent.status === 'unverified' ? maxDraws : 1
    for (const capability of canaries)
      for (let draw = 0; draw < draws && isTimeLeft(); draw += 1) {
        const result = await settleBefore(
          endsAtMs,
          askCanary({
            fetch,
            agent,
            capability,
            canary,
            nowMs: nowMs(),
            seed: (seed + draw * drawStep) % 2 ** 31,
          }),
        )
        // Our own side took too long: that says nothing about the agent.
        if (result === undefined) break
        results.push(result)
        // Who does not answer one question is not kept waiting for the others.
        if (result.code === 'CANARY_UNREACHABLE') return results
        if (result.code !== 'DECLINED') break
      }
    return results
  }
}

/** Far enough apart that a second question shares nothing with the first. */
const drawStep = 715_827_883

async function askCanary(options: {
  readonly fetch: GuardedFetch
  readonly agent: AgentRecord
  readonly capability: Capability
  readonly canary: CanaryPort
  readonly nowMs: number
  readonly seed: number
}): Promise<ProbeResult | undefined> {
  const { capability, canary, seed } = options
  let request: QuoteRequest | undefined
  try {
    request = await canary.buildRequest({ capability, seed })
  } catch {
    return undefined // our chain is away: no fault of theirs
  }
  return request === undefined
    ? {
        kind: 'canary',
        action: capability.action,
        ok: true,
        latencyMs: 0,
        code: 'NOT_ASKED',
        detail: 'nothing fitting can be asked on this chain',
      }
    : probeCapability({ ...options, request })
}

/** What comes in time, and `undefined` for what does not. */
async function settleBefore<Result>(
  endsAtMs: number,
  work: Promise<Result>,
): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const isOver = new Promise<undefined>((resolve) => {
    timer = setTimeout(
      () => resolve(undefined),
      Math.max(0, endsAtMs - performance.now()),
    )
  })
  try {
    return await Promise.race([work, isOver])
  } finally {
    clearTimeout(timer)
  }
}

const rpcAnswerSchema = z
  .object({ jsonrpc: z.literal('2.0') })
  .and(
    z.union([
      z
        .object({ result: z.unknown() })
        .refine(({ result }) => result !== undefined),
      z.object({ error: z.object({ code: z.number() }) }),
    ]),
  )

// Asks after a task that nobody has: every server of A2A must answer that, it
// reads no chain and starts nothing, and no answer but A2A's own will do.
async function probePulse(
  fetch: GuardedFetch,
  agent: AgentRecord,
  seed: number,
): Promise<ProbeResult> {
  const started = performance.now()
  const finish = (code: string, detail: string): ProbeResult => ({
    kind: 'pulse',
    ok: code === 'OK',
    latencyMs: performance.now() - started,
    code,
    detail,
  })
  const id = `task-${seed.toString(36)}`
  try {
    const response = await fetch(agent.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'a2a-version': '1.0',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'GetTask',
        params: { id },
      }),
      signal: AbortSignal.timeout(pulseTimeoutMs),
    })
    const body = await readBody(response)
    // Full, or for sale: both are words of somebody who is there.
    if (
      response.status === 429 ||
      (response.status === 402 && isDemand(response.headers))
    )
      return finish('OK', 'its interface answers')
    return rpcAnswerSchema.safeParse(toJson(body)).success
      ? finish('OK', 'its interface answers')
      : finish(
          'ENDPOINT_UNREACHABLE',
          `the agent's interface answers ${response.status} and does not speak A2A`,
        )
  } catch (error) {
    return finish('ENDPOINT_UNREACHABLE', toCoarseReason(error))
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function probeCard(
  fetch: GuardedFetch,
  agent: AgentRecord,
  card: string,
): Promise<ProbeResult> {
  const started = performance.now()
  const finish = (code: string, detail: string): ProbeResult => ({
    kind: 'card',
    ok: code === 'OK',
    latencyMs: performance.now() - started,
    code,
    detail,
  })
  let served: string
  try {
    const response = await fetch(toCardUrl(agent.url), {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(cardTimeoutMs),
    })
    served = await readBody(response)
    if (response.status !== 200)
      return finish(
        'CARD_UNREACHABLE',
        `the card's address answers ${response.status}`,
      )
  } catch (error) {
    return finish('CARD_UNREACHABLE', toCoarseReason(error))
  }
  if (keccak256(stringToBytes(served)) === agent.cardHash)
    return finish('OK', 'the card is served as it was published')
  if (isSameJson(served, card))
    return finish('OK', 'the card is served, in other bytes of the same JSON')
  return finish(
    'CARD_CHANGED',
    'the card served there is not the published one: publish it again',
  )
}

/** Gets where a card is served. */
export function toCardUrl(url: string): string {
  if (url.endsWith('/agent-card.json')) return url
  const base = url.endsWith('/') ? url : `${url}/`
  return new URL('.well-known/agent-card.json', base).toString()
}

function isSameJson(left: string, right: string): boolean {
  try {
    return (
      toCanonicalJson(JSON.parse(left) as JsonValue) ===
      toCanonicalJson(JSON.parse(right) as JsonValue)
    )
  } catch {
    return false
  }
}

const answerSchema = z.object({
  error: z
    .object({ code: z.number(), message: z.string().max(2000) })
    .optional(),
  result: z
    .object({
      message: z.object({ parts: z.array(z.unknown()).max(50) }).optional(),
      parts: z.array(z.unknown()).max(50).optional(),
      task: z
        .object({
          artifacts: z
            .array(z.object({ parts: z.array(z.unknown()).max(50) }))
            .max(50)
            .optional(),
          status: z
            .object({
              message: z
                .object({ parts: z.array(z.unknown()).max(50) })
                .optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
})

async function probeCapability(options: {
  readonly fetch: GuardedFetch
  readonly agent: AgentRecord
  readonly capability: Capability
  readonly request: QuoteRequest
  readonly canary: CanaryPort
  readonly nowMs: number
}): Promise<ProbeResult> {
  const { fetch, agent, capability, request } = options
  const started = performance.now()
  let answeredMs: number | undefined
  const finish = (code: string, detail: string): ProbeResult => ({
    kind: 'canary',
    action: capability.action,
    ok: code === 'OK' || code === 'DECLINED' || code === 'PAYMENT_REQUIRED',
    // The agent's time alone: checking and simulating its quote is ours.
    latencyMs: (answeredMs ?? performance.now()) - started,
    code,
    detail: detail.slice(0, 300),
  })
  const wire = z.encode(quoteRequestSchema, request) as unknown as JsonValue
  let body: string
  try {
    const response = await fetch(agent.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'a2a-version': '1.0',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: request.requestId,
        method: 'SendMessage',
        params: {
          message: {
            messageId: request.requestId,
            role: 'ROLE_USER',
            parts: [{ data: wire, mediaType: 'application/json' }],
          },
        },
      }),
      signal: AbortSignal.timeout(canaryTimeoutMs),
    })
    body = await readBody(response)
    answeredMs = performance.now()
    // Its quotes are for sale: it answers, and nobody pays for a look.
    if (response.status === 402 && isDemand(response.headers))
      return finish('PAYMENT_REQUIRED', 'asks to be paid before it quotes')
    if (response.status !== 200)
      return finish(
        'CANARY_UNREACHABLE',
        `the agent's interface answers ${response.status}`,
      )
  } catch (error) {
    return finish('CANARY_UNREACHABLE', toCoarseReason(error))
  }
  const data = findDataPart(body)
  if (data === undefined)
    return finish('CANARY_MALFORMED', 'the answer holds no data part')
  const decline = quoteDeclineSchema.safeParse(data)
  if (decline.success)
    return decline.data.requestId === request.requestId
      ? finish(
          'DECLINED',
          `declined: ${decline.data.code}: ${decline.data.message}`,
        )
      : finish('CANARY_MALFORMED', 'the answer is to another request')
  const quote = quoteSchema.safeParse(data)
  if (!quote.success) {
    const issue = quote.error.issues[0]
    return finish(
      'CANARY_MALFORMED',
      `the quote does not fit its schema at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
    )
  }
  const fault = await findFault(quote.data, data, wire, options)
  return fault === undefined
    ? finish('OK', 'quotes as it should')
    : finish(fault.code, fault.detail)
}

/** Whether a 402 says in the form of x402 what it wants. */
function isDemand(headers: Headers): boolean {
  const header = headers.get(x402Headers.required) ?? ''
  if (header.length > 12_000) return false
  try {
    return paymentRequiredSchema.safeParse(
      JSON.parse(Buffer.from(header, 'base64').toString('utf8')),
    ).success
  } catch {
    return false // no JSON, so no demand
  }
}

type Fault = { readonly code: string; readonly detail: string }

async function findFault(
  quote: Quote,
  wireQuote: unknown,
  wireRequest: JsonValue,
  options: {
    readonly agent: AgentRecord
    readonly capability: Capability
    readonly request: QuoteRequest
    readonly canary: CanaryPort
    readonly nowMs: number
  },
): Promise<Fault | undefined> {
  const { agent, capability, request, canary, nowMs } = options
  const requestHash = keccak256(stringToBytes(toCanonicalJson(wireRequest)))
  const wrong = (detail: string) => ({ code: 'CANARY_WRONG', detail })
  if (quote.requestId !== request.requestId)
    return wrong('the quote names another request')
  if (quote.requestHash.toLowerCase() !== requestHash)
    return wrong('the quote is bound to another request (requestHash)')
  if (quote.chainId !== request.chainId)
    return wrong(`the quote is for chain ${quote.chainId}`)
  if (!isSameAddress(quote.account, request.account))
    return wrong('the quote is for another account')
  if (!isSameAddress(quote.agent, agent.agent ?? ''))
    return wrong('the quote names another agent key than the card')
  // The block's time is the chain's, which may run apart from ours.
  const earliest = Math.min(
    request.block.timestampUnixSeconds,
    Math.floor(nowMs / 1000),
  )
  if (quote.validUntilUnixSeconds <= earliest)
    return wrong('the quote had expired when it came')
  const latest =
    Math.max(request.block.timestampUnixSeconds, Math.floor(nowMs / 1000)) +
    capability.maxValidForSeconds
  if (quote.validUntilUnixSeconds > latest + 60)
    return wrong(
      `the quote is valid for longer than the card's ${capability.maxValidForSeconds} s`,
    )
  const stranger = quote.approvals.find(
    ({ spender }) =>
      !capability.spenders.some((known) => isSameAddress(known, spender)),
  )
  if (stranger !== undefined)
    return wrong(
      `the quote asks to approve ${stranger.spender}, which the card does not name as a spender`,
    )
  const { signature, ...unsigned } = wireQuote as Record<string, JsonValue>
  const quoteHash = keccak256(stringToBytes(toCanonicalJson(unsigned)))
  const holds = await verifyTypedData({
    address: quote.agent,
    domain: { ...behestDomain, chainId: quote.chainId },
    types: quoteTypedDataTypes,
    primaryType: 'Quote',
    message: {
      quoteHash,
      requestHash,
      agent: quote.agent,
      account: quote.account,
      validUntilUnixSeconds: BigInt(quote.validUntilUnixSeconds),
    },
    signature: quote.signature,
  }).catch(() => false)
  if (!holds || typeof signature !== 'string')
    return {
      code: 'CANARY_SIGNATURE',
      detail: "the quote's signature is not that of the agent's key",
    }
  const objection = await canary.findObjection?.({
    quote,
    request,
    nowUnixSeconds: earliest,
  })
  if (objection !== undefined)
    return wrong(`an engine passes it over: ${objection}`)
  const contradiction = await canary.simulate?.({ quote, request })
  return contradiction === undefined
    ? undefined
    : { code: 'CANARY_CONTRADICTED', detail: contradiction }
}

function findDataPart(body: string): unknown {
  const answer = answerSchema.safeParse(toJson(body))
  if (!answer.success || answer.data.result === undefined) return undefined
  const { message, parts, task } = answer.data.result
  const all = [
    ...(message?.parts ?? []),
    ...(parts ?? []),
    ...(task?.artifacts ?? []).flatMap((artifact) => artifact.parts),
    ...(task?.status?.message?.parts ?? []),
  ]
  for (const part of all)
    if (typeof part === 'object' && part !== null && 'data' in part)
      return (part as { data: unknown }).data
  return undefined
}

// Coarse on purpose: a prober that tells everything is a port scanner.
function toCoarseReason(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string }
  if (
    name === 'TimeoutError' ||
    name === 'AbortError' ||
    code === 'FETCH_TIMEOUT'
  )
    return 'it did not answer in time'
  if (name === 'QuotaExceededError' || code === 'FETCH_TOO_LARGE')
    return 'its answer is too large'
  if (code === 'FETCH_REDIRECTED') return 'it answers with a redirect'
  if (code === 'FETCH_REFUSED') return 'its address may not be called'
  return 'it could not be reached'
}
