import {
  type Address,
  BehestError,
  type Candidate,
  type CapReached,
  type Hex,
  isSameAddress,
  type JsonValue,
  type KeptPayment,
  type LedgerPayment,
  type PaymentCaps,
  type PaymentLedgerPort,
  type PaymentPayload,
  type PaymentRequired,
  type PaymentRequirements,
  type PaymentSignerPort,
  paymentIdentifierKey,
  paymentPayloadSchema,
  paymentRequirementsSchema,
  type QuoteRequest,
  quoteRequestSchema,
  x402Version,
} from '@behest/spec'
import * as z from 'zod'
import { toPrintable } from '../text/toPrintable.js'

/** The one token that agents are paid in. */
export type PaymentToken = {
  readonly chainId: number
  readonly address: Address
  readonly symbol: string
  readonly decimals: number
  /** Name and version of its EIP-712 domain. */
  readonly name: string
  readonly version: string
}

/** Pays agents that ask, within caps, and keeps account of it. */
export type AgentPayer = {
  /**
   * Signs a payment for what an agent demands. It is in the ledger, and counted
   * against the caps, before this returns.
   *
   * @throws {PaymentDemandError} when no offer is one that is paid here.
   * @throws {PaymentCapReachedError} when it would go past a cap.
   * @throws {PaymentNotSignedError} when whoever holds the key did not sign.
   */
  pay(options: {
    readonly candidate: Candidate
    readonly request: QuoteRequest
    readonly demand: PaymentRequired
  }): Promise<KeptPayment>
  find(requestId: string): Promise<KeptPayment | null>
  /** The request of a payment that a crash left unfinished, if it still fits. */
  recallRequest(options: {
    readonly candidate: Candidate
    readonly request: QuoteRequest
  }): Promise<QuoteRequest | null>
  keepAnswer(payment: KeptPayment, answer: JsonValue): Promise<void>
  /** Asks the chain whether a payment was taken, and writes it down. */
  confirm(payment: KeptPayment, transaction?: Hex): Promise<void>
  /** Writes down how overdue payments ended; what is unspent counts no more. */
  reconcile(): Promise<void>
}

// Longest that an agent may hold a signature of ours before it takes the money.
const maxValidForSeconds = 300
// A quote for an older block is likely to be stale: a new one is better.
const maxRecallSeconds = 60

/**
 * Creates what pays agents.
 *
 * @param options.signer - Signs with the operator's payer key, never a user's.
 *   It has caps of its own, which hold even if this process lies.
 * @param options.token - The token paid in, with its EIP-712 domain.
 * @param options.caps - The most per intent, per day and for one asker a day, in
 *   smallest units. 0 never pays.
 * @param options.ledger - Accounts that survive a crash.
 * @param options.readNow - Time of the chain's latest block, in Unix seconds.
 * @param options.readIsTaken - Whether the token took an authorization.
 */
export function createAgentPayer(options: {
  readonly signer: PaymentSignerPort
  readonly token: PaymentToken
  readonly caps: PaymentCaps
  readonly ledger: PaymentLedgerPort
  readonly readNow: () => Promise<number>
  readonly readIsTaken: (authorization: {
    readonly payer: Address
    readonly nonce: Hex
  }) => Promise<boolean>
}): AgentPayer {
  const { signer, token, caps, ledger, readNow, readIsTaken } = options

  return {
    async pay({ candidate, request, demand }) {
      const asked = findOffer(demand, token)
      if (asked === null)
        throw new PaymentDemandError({
          agentId: candidate.agentId,
          symbol: token.symbol,
          chainId: token.chainId,
        })
      const facts = { agentId: candidate.agentId, symbol: token.symbol }
      // Before a signature exists, so that it can never be used past the cap.
      if (asked.amount > caps.perIntentUnits)
        throw new PaymentCapReachedError({
          ...facts,
          units: asked.amount,
          cap: 'intent',
          spentUnits: 0n,
          capUnits: caps.perIntentUnits,
        })
      const signed = await sign({ candidate, request, demand, asked })
      if (signed.type === 'refused')
        throw new PaymentCapReachedError({
          ...facts,
          units: asked.amount,
          cap: signed.cap,
          spentUnits: signed.spentUnits,
          capUnits: signed.capUnits,
        })
      const { payment } = signed
      const reserved = await ledger.reserve({ payment, caps })
      if (reserved.type === 'reserved') return reserved.payment
      throw new PaymentCapReachedError({
        ...facts,
        units: asked.amount,
        cap: reserved.cap,
        spentUnits: reserved.spentUnits,
        capUnits: reserved.capUnits,
      })
    },
    find: (requestId) => ledger.find(requestId),
    async recallRequest({ candidate, request }) {
      const { intentId, stepId, block } = request
      const kept = await ledger.adopt({
        intentId,
        stepId,
        agentId: candidate.agentId,
        sinceUnixSeconds: block.timestampUnixSeconds - maxRecallSeconds,
      })
      if (kept === null) return null
      const before = quoteRequestSchema.safeParse(kept.request)
      return before.success && isSameQuestion(before.data, request)
        ? before.data
        : null
    },
    keepAnswer: ({ id }, answer) => ledger.keepAnswer({ id, answer }),
    async confirm({ id, payer, nonce }, transaction) {
      if (await readIsTaken({ payer, nonce }))
        await ledger.settle({
          id,
          state: 'settled',
          ...(transaction === undefined ? {} : { transaction }),
        })
    },
    async reconcile() {
      const overdue = await ledger.listOverdue(await readNow())
      for (const { id, payer, nonce } of overdue)
        await ledger.settle({
          id,
          state: (await readIsTaken({ payer, nonce })) ? 'settled' : 'unspent',
        })
    },
  }

  async function sign(call: {
    readonly candidate: Candidate
    readonly request: QuoteRequest
    readonly demand: PaymentRequired
    readonly asked: PaymentRequirements
  }): Promise<
    | { readonly type: 'signed'; readonly payment: LedgerPayment }
    | ({ readonly type: 'refused' } & CapReached)
  > {
    const { candidate, request, demand, asked } = call
    const validForSeconds = Math.min(
      asked.maxTimeoutSeconds,
      maxValidForSeconds,
    )
    // Others write addresses in any case; only the bytes are signed.
    const to = asked.payTo.toLowerCase() as Address
    const validBeforeUnixSeconds = (await readNow()) + validForSeconds
    const signed = await signer
      .signPayment({
        chainId: token.chainId,
        token: token.address,
        intentId: request.intentId,
        requestId: request.requestId,
        payTo: to,
        units: asked.amount,
        validBeforeUnixSeconds,
      })
      .catch((error: unknown) => {
        throw new PaymentNotSignedError(
          {
            agentId: candidate.agentId,
            reason: BehestError.isInstance(error)
              ? error.shortMessage
              : 'it failed',
          },
          error,
        )
      })
    if (signed.type === 'refused') return signed
    const { nonce, signature } = signed
    const id = `pay_${nonce.slice(2, 34)}`
    const authorization = {
      from: signer.address,
      to,
      value: asked.amount,
      validAfter: 0n,
      validBefore: BigInt(validBeforeUnixSeconds),
      nonce,
    }
    const payload: PaymentPayload = {
      x402Version,
      ...(demand.resource === undefined ? {} : { resource: demand.resource }),
      accepted: asked,
      payload: { signature, authorization },
      ...(demand.extensions?.[paymentIdentifierKey] === undefined
        ? {}
        : {
            extensions: {
              [paymentIdentifierKey]: { info: { required: false, id } },
            },
          }),
    }
    const payment: LedgerPayment = {
      id,
      intentId: request.intentId,
      asker: findAsker(request),
      stepId: request.stepId,
      agentId: candidate.agentId,
      requestId: request.requestId,
      requestUnixSeconds: request.block.timestampUnixSeconds,
      chainId: token.chainId,
      token: {
        address: token.address,
        symbol: token.symbol,
        decimals: token.decimals,
      },
      units: asked.amount,
      payer: signer.address,
      payTo: asked.payTo,
      nonce,
      validBeforeUnixSeconds,
      payload: z.encode(paymentPayloadSchema, payload),
      request: z.encode(quoteRequestSchema, request) as JsonValue,
    }
    return { type: 'signed', payment }
  }
}

/**
 * Who an agent that hires pays for: whoever asked it. Its own link is the last of
 * the trail, and each link was checked before the agent began.
 */
function findAsker({ trail = [], account }: QuoteRequest): Address {
  return trail.at(-2)?.agent ?? account
}

/** The cheapest offer in our token; other schemes and tokens are left alone. */
function findOffer(
  demand: PaymentRequired,
  token: PaymentToken,
): PaymentRequirements | null {
  const usable = demand.accepts
    .flatMap((offer) => {
      const parsed = paymentRequirementsSchema.safeParse(offer)
      return parsed.success ? [parsed.data] : []
    })
    .filter(
      ({ network, asset, amount, extra }) =>
        network === `eip155:${token.chainId}` &&
        isSameAddress(asset, token.address) &&
        extra.name === token.name &&
        extra.version === token.version &&
        amount > 0n,
    )
  return usable.sort((a, b) => (a.amount < b.amount ? -1 : 1))[0] ?? null
}

/** Whether two requests differ in nothing but their block, id and deadlines. */
function isSameQuestion(a: QuoteRequest, b: QuoteRequest): boolean {
  const toQuestion = (request: QuoteRequest): string => {
    const { chainId, account, instruction, priorChanges } = request
    const { instruction: wire, priorChanges: before } = z.encode(
      quoteRequestSchema,
      request,
    )
    return JSON.stringify([
      chainId,
      account,
      instruction.action,
      wire,
      priorChanges === undefined ? null : before,
    ])
  }
  return toQuestion(a) === toQuestion(b)
}

/** Thrown when what an agent demands is nothing that is paid here. */
export class PaymentDemandError extends BehestError {
  readonly code = 'PAYMENT_DEMAND_UNUSABLE'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { agentId: string; symbol: string; chainId: number }) {
    super(
      `Agent "${toPrintable(facts.agentId, 100)}" asks to be paid in a way that is not used here: only ${facts.symbol} on chain ${facts.chainId}, by x402 v2, scheme exact. Go on with the other agents.`,
      { facts },
    )
  }
}

/** Thrown when paying an agent would go past what may be spent on quotes. */
export class PaymentCapReachedError extends BehestError {
  readonly code = 'PAYMENT_CAP_REACHED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: {
    agentId: string
    symbol: string
    units: bigint
    cap: 'intent' | 'day' | 'asker'
    spentUnits: bigint
    capUnits: bigint
  }) {
    super(
      `Agent "${toPrintable(facts.agentId, 100)}" asks ${facts.units} units of ${facts.symbol} for a quote; ${facts.spentUnits} of the ${facts.capUnits} allowed per ${facts.cap === 'asker' ? 'asker and day' : facts.cap} are spent. Nothing was paid; raise the cap, or go on with the other agents.`,
      { facts },
    )
  }
}

/** Thrown when whoever holds the payer key did not sign a payment. */
export class PaymentNotSignedError extends BehestError {
  readonly code = 'PAYMENT_NOT_SIGNED'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { agentId: string; reason: string }, cause?: unknown) {
    super(
      `The payment for agent "${toPrintable(facts.agentId, 100)}" was not signed: ${facts.reason} Nothing was paid; go on with the other agents.`,
      { facts, cause },
    )
  }
}

/** Thrown when an agent wants to be paid, and nobody here pays. */
export class PaymentNotMadeError extends BehestError {
  readonly code = 'PAYMENT_NOT_MADE'
  readonly stage = 'quotes'
  readonly retry = 'new-quote'

  constructor(facts: { agentId: string }) {
    super(
      `Agent "${toPrintable(facts.agentId, 100)}" gives quotes for a payment only, and none is made here. Set BEHEST_PAY_PER_INTENT and BEHEST_PAY_PER_DAY, or go on with the other agents.`,
      { facts },
    )
  }
}
