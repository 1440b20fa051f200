import {
  type AgentPort,
  BehestError,
  type Candidate,
  capabilityExtensionUri,
  type Hex,
  hashSchema,
  isSameAddress,
  type JsonValue,
  type PaymentRequired,
  type Quote,
  type QuoteDecline,
  type QuoteRequest,
  quoteDeclineSchema,
  quoteRequestSchema,
  type Receipt,
  receiptRequestSchema,
  receiptSignatureSchema,
  x402Headers,
} from '@behest/spec'
import * as z from 'zod'
import {
  type AgentPayer,
  PaymentCapReachedError,
  PaymentDemandError,
  PaymentNotMadeError,
  PaymentNotSignedError,
} from '../pay/createAgentPayer.js'
import {
  encodeHeader,
  parseDemand,
  parseSettlement,
} from '../pay/paymentHeaders.js'
import { measureJsonDepth } from '../serve/measureJsonDepth.js'
import { isReceiptSignedBy } from '../sign/signReceipt.js'
import { verifyQuote } from '../sign/verifyQuote.js'
import { toPrintable } from '../text/toPrintable.js'
import { createGuardedFetch, type Fetch } from './createGuardedFetch.js'
import { readBoundedBody } from './readBoundedBody.js'

const maxAnswerBytes = 262_144
const maxAnswerDepth = 32

/**
 * Creates the engine's way to agents: A2A 1.0 over JSON-RPC.
 *
 * What comes back is verified before anybody sees it: form, request, account,
 * chain, agent, expiry and signature. The deadline covers the whole call, the
 * body too, and holds even where the given fetch ignores its signal.
 *
 * @param options.fetch - How to ask; a guarded fetch without loopback if
 *   absent.
 * @param options.nowUnixSeconds - Chain time for expiry, in Unix seconds; that
 *   of the request's block if absent.
 * @param options.payer - Pays agents that ask for it; nobody is paid if absent.
 * @returns A port whose calls throw the errors below.
 * @throws {AgentTimeoutError} when the answer was not there in time.
 * @throws {AgentUnreachableError} when there was no answer.
 * @throws {AgentAnswerMalformedError} when the answer is neither a valid quote
 *   nor a decline.
 */
export function createA2aAgentPort(
  options: {
    readonly fetch?: Fetch
    readonly nowUnixSeconds?: () => number | Promise<number>
    readonly payer?: AgentPayer
  } = {},
): AgentPort {
  const fetch = options.fetch ?? createGuardedFetch()
  const { payer } = options
  /** One question and its answer, both within the time. */
  async function askInTime<Result>(
    options: {
      readonly candidate: Candidate
      readonly requestId: string
      readonly data: unknown
      readonly timeoutMs: number
      /** Where the answer may have to be paid for: what it is an answer to. */
      readonly request?: QuoteRequest
    },
    read: (data: unknown) => Promise<Result>,
  ): Promise<Result> {
    const { candidate, timeoutMs } = options
    const facts = { agentId: candidate.agentId, url: candidate.url }
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new AgentTimeoutError({ ...facts, timeoutMs })
        controller.abort(error)
        reject(error)
      }, timeoutMs)
    })
    const call = { ...options, fetch, signal: controller.signal }
    const { request } = options
    const answer =
      payer === undefined || request === undefined
        ? ask(call)
        : askPaying({ ...call, payer, request })
    // Nobody waits for it after the deadline: its failure is no news then.
    answer.catch(() => {})
    try {
      return await read(await Promise.race([answer, tooLate]))
    } catch (error) {
      throw toAgentError(error, { ...facts, timeoutMs })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    ...(payer === undefined
      ? {}
      : { recallRequest: (call) => payer.recallRequest(call) }),
    requestQuote: ({ candidate, request, timeoutMs }) =>
      askInTime(
        {
          candidate,
          requestId: request.requestId,
          data: z.encode(quoteRequestSchema, request),
          timeoutMs,
          request,
        },
        async (data) => {
          const nowUnixSeconds =
            (await options.nowUnixSeconds?.()) ??
            request.block.timestampUnixSeconds
          return readAnswer({ data, candidate, request, nowUnixSeconds })
        },
      ),
    signReceipt: ({ candidate, receipt, quotes, timeoutMs }) => {
      const requestId = `r_${receipt.intentId}`.slice(0, 64)
      return askInTime(
        {
          candidate,
          requestId,
          data: z.encode(receiptRequestSchema, {
            type: 'behest.receipt-request',
            version: 1,
            requestId,
            receipt,
            quotes: [...quotes],
          }),
          timeoutMs,
        },
        async (data) => readReceiptSignature({ data, candidate, receipt }),
      )
    },
  }
}

/** Reads an agent's signature over a receipt; only one that holds is given. */
async function readReceiptSignature(options: {
  readonly data: unknown
  readonly candidate: Candidate
  readonly receipt: Receipt
}): Promise<Receipt['signatures'][number]> {
  const { candidate, receipt } = options
  const { agentId, url } = candidate
  const parsed = receiptSignatureSchema.safeParse(options.data)
  if (!parsed.success)
    throw new AgentAnswerMalformedError({
      agentId,
      url,
      reason: 'it is no signature over a receipt',
    })
  const { by, signature } = parsed.data
  if (
    !isSameAddress(by, candidate.agent) ||
    !(await isReceiptSignedBy({ receipt, by, signature }))
  )
    throw new AgentAnswerMalformedError({
      agentId,
      url,
      reason: 'its signature over the receipt does not hold',
    })
  return { by, signature }
}

type AskOptions = {
  readonly fetch: Fetch
  readonly candidate: Candidate
  readonly requestId: string
  readonly data: unknown
  readonly signal: AbortSignal
}

/** Asks, pays where that is demanded, and asks again with the payment. */
async function askPaying(
  options: AskOptions & {
    readonly payer: AgentPayer
    readonly request: QuoteRequest
  },
): Promise<unknown> {
  const { payer, candidate, request, signal } = options
  // A crash ended this very call before: what it bought is not bought again.
  const before = await payer.find(request.requestId)
  if (before?.answer !== undefined) {
    // The crash may have come before anybody wrote down how it was settled.
    if (before.state === 'signed') await payer.confirm(before)
    return before.answer
  }
  let payment = before
  if (payment === null)
    try {
      return await ask(options)
    } catch (error) {
      if (!(error instanceof PaymentDemandedError)) throw error
      payment = await payer.pay({
        candidate,
        request,
        demand: error.demand,
      })
    }
  const paid = payment
  const header = encodeHeader(paid.payload)
  for (;;) {
    let settlement: Hex | undefined
    try {
      const answer = await ask({
        ...options,
        payment: header,
        onSettled: (transaction) => {
          settlement = transaction
        },
      })
      await payer.keepAnswer(paid, answer as JsonValue)
      await payer.confirm(paid, settlement)
      return answer
    } catch (error) {
      if (error instanceof PaymentDemandedError)
        throw new AgentAnswerMalformedError({
          agentId: candidate.agentId,
          url: candidate.url,
          reason: `it did not take the payment of ${paid.units} units (${toPrintable(error.demand.error ?? 'no reason given', 100)})`,
        })
      // Not settled yet: the same payment is taken once, however often it comes.
      if (!(error instanceof AgentBusyError) || signal.aborted) throw error
      await new Promise((resume) => setTimeout(resume, error.retryAfterMs))
    }
  }
}

async function ask(
  options: AskOptions & {
    readonly payment?: string
    readonly onSettled?: (transaction: Hex) => void
  },
): Promise<unknown> {
  const { fetch, candidate, requestId, data, signal, payment } = options
  const { agentId, url } = candidate
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'a2a-version': '1.0',
      'a2a-extensions': capabilityExtensionUri,
      ...(payment === undefined ? {} : { [x402Headers.signature]: payment }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: requestId,
      method: 'SendMessage',
      params: {
        message: {
          messageId: requestId,
          role: 'ROLE_USER',
          parts: [{ data, mediaType: 'application/json' }],
        },
      },
    }),
    signal,
  })
  const refuse = (reason: string): never => {
    response.body?.cancel().catch(() => {})
    throw new AgentAnswerMalformedError({ agentId, url, reason })
  }
  if (response.status === 402) {
    const demand = parseDemand(response.headers.get(x402Headers.required) ?? '')
    if (demand === null) return refuse('it demands a payment that is not x402')
    response.body?.cancel().catch(() => {})
    throw new PaymentDemandedError({ agentId }, demand)
  }
  // Not settled yet, or being answered to somebody who is us before a crash.
  const isBusy =
    response.status === 503 ||
    (response.status === 409 && response.headers.has('retry-after'))
  if (isBusy && payment !== undefined) {
    response.body?.cancel().catch(() => {})
    throw new AgentBusyError({
      agentId,
      url,
      reason: `its status is ${response.status}`,
    })
  }
  if (response.status >= 500) {
    response.body?.cancel().catch(() => {})
    throw new AgentUnreachableError({
      agentId,
      url,
      reason: `its status is ${response.status}`,
    })
  }
  if (response.status !== 200) refuse(`its status is ${response.status}`)
  const contentType = response.headers.get('content-type') ?? 'none'
  if (!/^application\/(?:a2a\+)?json\s*(?:;|$)/i.test(contentType))
    refuse(`its content type is ${toPrintable(contentType, 60)}`)
  const bytes = await readBoundedBody(response, {
    maxBytes: maxAnswerBytes,
    url,
  })
  if (measureJsonDepth(bytes) > maxAnswerDepth)
    refuse(`it nests deeper than ${maxAnswerDepth} levels`)
  const envelope = envelopeSchema.safeParse(parseJson(bytes))
  if (!envelope.success) return refuse('it is no JSON-RPC answer')
  const { id, result, error } = envelope.data
  if (error !== undefined)
    return refuse(
      `it is error ${error.code}: ${toPrintable(error.message, 200)}`,
    )
  if (id !== requestId) refuse('it is for another request')
  const settlement = parseSettlement(
    response.headers.get(x402Headers.response) ?? '',
  )
  const transaction = hashSchema.safeParse(settlement?.transaction)
  if (transaction.success) options.onSettled?.(transaction.data)
  return findData(result) ?? refuse('it holds no single data part of ours')
}

const partSchema = z.looseObject({ data: z.unknown().optional() })
const partsSchema = z.array(partSchema).max(32)
const envelopeSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(100), z.number(), z.null()]),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
  result: z
    .looseObject({
      message: z.looseObject({ parts: partsSchema }).optional(),
      task: z
        .looseObject({
          artifacts: z
            .array(z.looseObject({ parts: partsSchema }))
            .max(16)
            .optional(),
          status: z
            .looseObject({
              message: z.looseObject({ parts: partsSchema }).optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
})

/** The one data part that is a quote or a decline, in a message or a task. */
function findData(result: z.output<typeof envelopeSchema>['result']): unknown {
  const parts = [
    ...(result?.message?.parts ?? []),
    ...(result?.task?.artifacts ?? []).flatMap((artifact) => artifact.parts),
    ...(result?.task?.status?.message?.parts ?? []),
  ]
  const ours = parts
    .map((part) => part.data)
    .filter((data) =>
      isTyped(
        data,
        'behest.quote',
        'behest.decline',
        'behest.receipt-signature',
      ),
    )
  // Two answers to one question: which one would be signed for?
  return ours.length === 1 ? ours[0] : undefined
}

function isTyped(data: unknown, ...types: readonly string[]): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    types.includes(data.type as string)
  )
}

async function readAnswer(options: {
  readonly data: unknown
  readonly candidate: Candidate
  readonly request: QuoteRequest
  readonly nowUnixSeconds: number
}): Promise<Quote | QuoteDecline> {
  const { data, candidate, request, nowUnixSeconds } = options
  if (!isTyped(data, 'behest.decline'))
    return verifyQuote({
      quote: data,
      request,
      expectedAgent: candidate.agent,
      nowUnixSeconds,
    })
  const decline = quoteDeclineSchema.safeParse(data)
  if (decline.success && decline.data.requestId === request.requestId)
    return decline.data
  throw new AgentAnswerMalformedError({
    agentId: candidate.agentId,
    url: candidate.url,
    reason: decline.success
      ? 'its decline is for another request'
      : 'its decline is not valid',
  })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined // no JSON, or no UTF-8: the schema says so
  }
}

/** The three ways to fail that the engine knows, whatever went wrong below. */
function toAgentError(
  error: unknown,
  facts: {
    readonly agentId: string
    readonly url: string
    readonly timeoutMs: number
  },
): BehestError {
  const { timeoutMs, ...rest } = facts
  if (
    error instanceof AgentTimeoutError ||
    error instanceof AgentUnreachableError ||
    error instanceof AgentAnswerMalformedError
  )
    return error
  if (error instanceof PaymentDemandedError)
    return new PaymentNotMadeError({ agentId: facts.agentId })
  if (
    error instanceof PaymentCapReachedError ||
    error instanceof PaymentNotSignedError ||
    error instanceof PaymentDemandError
  )
    return error
  if (!BehestError.isInstance(error))
    return new AgentUnreachableError(
      { ...rest, reason: 'the connection failed' },
      error,
    )
  switch (error.code) {
    case 'FETCH_TIMEOUT':
      return new AgentTimeoutError({ ...rest, timeoutMs }, error)
    case 'FETCH_REFUSED':
    case 'FETCH_FAILED':
      return new AgentUnreachableError(
        { ...rest, reason: error.shortMessage },
        error,
      )
    default:
      return new AgentAnswerMalformedError(
        { ...rest, reason: error.shortMessage, detail: error.code },
        error,
      )
  }
}

/** Not an error of anybody: an agent says what it wants. Never leaves this file. */
class PaymentDemandedError extends PaymentNotMadeError {
  readonly demand: PaymentRequired

  constructor(facts: { agentId: string }, demand: PaymentRequired) {
    super(facts)
    this.demand = demand
  }
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Thrown when an agent's answer was not complete in time. */
export class AgentTimeoutError extends BehestError {
  readonly code = 'AGENT_TIMEOUT'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(
    facts: { agentId: string; url: string; timeoutMs: number },
    cause?: unknown,
  ) {
    super(
      `Agent "${facts.agentId}" did not answer within ${facts.timeoutMs} ms. Go on with the other agents.`,
      { facts, cause },
    )
  }
}

/** Thrown when an agent gave no answer at all. */
export class AgentUnreachableError extends BehestError {
  readonly code = 'AGENT_UNREACHABLE'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(
    facts: { agentId: string; url: string; reason: string },
    cause?: unknown,
  ) {
    super(
      `Agent "${facts.agentId}" cannot be reached: ${endSentence(facts.reason)} Go on with the other agents.`,
      { facts, cause },
    )
  }
}

/** Thrown when an agent has not settled a payment yet. Never leaves this file. */
class AgentBusyError extends AgentUnreachableError {
  readonly retryAfterMs = 250
}

/** Thrown when an answer is neither a valid quote nor a decline. */
export class AgentAnswerMalformedError extends BehestError {
  readonly code = 'AGENT_ANSWER_MALFORMED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(
    facts: { agentId: string; url: string; reason: string; detail?: string },
    cause?: unknown,
  ) {
    super(
      `The answer of agent "${facts.agentId}" is refused: ${endSentence(facts.reason)} Go on with the other agents.`,
      { facts, cause },
    )
  }
}
