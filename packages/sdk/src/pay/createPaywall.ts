// One file because it is one order of things: verify, reserve, work, settle,
// answer. Each line that moves elsewhere lets a payment buy two answers or none.
import {
  type AgentPrice,
  BehestError,
  type HeldReservation,
  type Hex,
  isSameAddress,
  type PaidAnswer,
  type PaymentPayload,
  type PaymentRequired,
  type PaymentRequirements,
  type PaymentReservations,
  paymentIdentifierKey,
  paymentRequirementsSchema,
  type Reservation,
  type SettleResponse,
  x402Headers,
  x402Version,
} from '@behest/spec'
import type { Request, RequestHandler, Response } from 'express'
import { keccak256, stringToHex } from 'viem'
import * as z from 'zod'
import { toPrintable } from '../text/toPrintable.js'
import type { FacilitatorClient } from './createFacilitatorClient.js'
import { createPaymentReservations } from './createPaymentReservations.js'
import { holdAnswer, holdFirstByte, type Release } from './holdAnswer.js'
import {
  PaymentMalformedError,
  PaymentMismatchError,
  PaymentRefusedError,
  PaymentRequiredError,
  PaymentUnsettledError,
  PaymentUsedError,
} from './paymentErrors.js'
import { encodeHeader, parsePayment } from './paymentHeaders.js'

/** A payment that was taken for a call. */
export type TakenPayment = {
  readonly payer: string
  readonly units: bigint
  readonly transaction: string
}

/** How a route is paid for. */
export type PaywallOptions = {
  /** What one call costs, in the token's smallest unit. */
  readonly price: AgentPrice
  /** What is sold, in a line; shown to who pays. */
  readonly description: string
  readonly facilitator: FacilitatorClient
  /**
   * `'on-answer'`: settled when the answer is there, before it leaves; a call
   * that fails costs nothing. `'upfront'`: settled before the work, for answers
   * that stream; a call that fails may be tried again with the same payment.
   */
  readonly flow: 'on-answer' | 'upfront'
  /** Which answers cost something; every one under 400 if absent. */
  readonly isOwed?: (answer: PaidAnswer) => boolean
  /**
   * Kept in this process if absent. Everything that is paid at one `payTo`
   * shares them.
   */
  readonly reservations?: PaymentReservations
  /**
   * How long a reservation keeps others away without a sign of life, in
   * milliseconds; 15000 if absent. So long a crash keeps its payer waiting.
   */
  readonly busyMs?: number
  /** Longest life of a payment's signature, in seconds; 120 if absent. */
  readonly maxTimeoutSeconds?: number
  /** Told of every payment that was taken. */
  readonly onTaken?: (payment: TakenPayment) => void
  /** Told about failures that nobody foresaw. */
  readonly onError?: (error: unknown) => void
}

const alreadyUsed = 'invalid_exact_evm_nonce_already_used'
// Somebody else's transaction may have taken it in its place: asking again tells.
const undecided: readonly string[] = [
  'settlement_pending',
  'invalid_exact_evm_transaction_failed',
]

/** A reservation that is ours for now, at the turn that we saw last. */
type Hold = { readonly reservation: Reservation; readonly turn: number }

/**
 * Creates the handler that stands before a paid route: x402 v2, scheme `exact`.
 *
 * Without a payment it answers 402 and says what it wants. With one: the payment
 * is verified, the payer's nonce reserved, the work done, the answer kept, the
 * payment settled, and then the answer leaves. One payment never buys two
 * answers; the same request with the same payment and a `payment-identifier`
 * gets the same answer. With shared reservations both hold for all processes of
 * a seller, and after a crash of any of them.
 *
 * @param options.price - Token, amount and recipient.
 * @param options.flow - When it is settled.
 * @returns An express handler. Put it after the body parser.
 *
 * @example
 * ```ts source="./createPaywall.examples.ts#stream"
 * ```
 */
export function createPaywall(options: PaywallOptions): RequestHandler {
  const { price, flow, facilitator } = options
  const reservations = options.reservations ?? createPaymentReservations()
  const busyMs = options.busyMs ?? 15_000
  const isOwed =
    options.isOwed ?? (({ status }: PaidAnswer): boolean => status < 400)
  const asked: PaymentRequirements = {
    scheme: 'exact',
    network: `eip155:${price.chainId}`,
    amount: price.units,
    asset: price.token.address,
    payTo: price.payTo,
    maxTimeoutSeconds: options.maxTimeoutSeconds ?? 120,
    extra: { name: price.token.name, version: price.token.version },
  }

  function refuse(
    request: Request,
    response: Response,
    error: BehestError,
  ): void {
    const status = toStatus(error)
    if (status === 402) {
      const demand: PaymentRequired = {
        x402Version,
        error: error.code,
        resource: {
          url: toUrl(request),
          description: options.description,
          mimeType: 'application/json',
        },
        accepts: [z.encode(paymentRequirementsSchema, asked)],
        extensions: {
          [paymentIdentifierKey]: {
            info: { required: false },
            schema: identifierSchema,
          },
        },
      }
      response.set(x402Headers.required, encodeHeader(demand))
    }
    if (status === 503 || isBusy(error)) response.set('retry-after', '1')
    response
      .status(status)
      .set('cache-control', 'no-store')
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `https://behest.dev${error.docsPath}`,
          title: error.name,
          status,
          detail: error.shortMessage,
          code: error.code,
          stage: error.stage,
          retry: error.retry,
          facts: error.facts,
        }),
      )
  }

  /** Settles, and says what is certain: taken, refused, or neither yet. */
  async function settle(
    payment: PaymentPayload,
    isRepeated: boolean,
  ): Promise<SettleResponse> {
    let settled: SettleResponse
    try {
      settled = await facilitator.settle({
        x402Version,
        paymentPayload: payment,
        paymentRequirements: asked,
      })
    } catch (error) {
      throw new PaymentUnsettledError(
        {
          reason: BehestError.isInstance(error)
            ? error.code
            : 'the facilitator failed',
        },
        error,
      )
    }
    if (settled.success) {
      options.onTaken?.({
        payer: payment.payload.authorization.from,
        units: asked.amount,
        transaction: settled.transaction,
      })
      return settled
    }
    const reason = toPrintable(settled.errorReason ?? 'no reason given', 200)
    const { transaction } = settled
    if (undecided.includes(reason)) throw new PaymentUnsettledError({ reason })
    // Only we hold this nonce, and our first try was heard after all. Where
    // others may hold it too, it may have bought their answer.
    if (
      isRepeated &&
      reservations.scope === 'shared' &&
      reason === alreadyUsed &&
      transaction !== ''
    )
      return { ...settled, success: true, errorReason: undefined }
    throw new PaymentRefusedError({
      reason:
        transaction === ''
          ? reason
          : `${reason}, by ${toPrintable(transaction, 66)}`,
    })
  }

  async function charge(
    request: Request,
    response: Response,
    next: () => void,
  ): Promise<void> {
    const header = request.get(x402Headers.signature)
    if (header === undefined)
      throw new PaymentRequiredError({
        units: asked.amount,
        symbol: price.token.symbol,
        payTo: price.payTo,
      })
    const payment = parsePayment(header)
    if (payment === null)
      throw new PaymentMalformedError({ header: x402Headers.signature })
    assertMatches(payment, asked)
    const mine = toReservation({ payment, asked, request })

    const held = await reservations.find(mine.key)
    // Only who signed it has this signature, so this answer is theirs.
    if (held !== null && held.signature === mine.signature) {
      if (held.state !== 'working' || held.isBusy)
        return resume({ held, mine, payment, response, next })
      // Who worked is gone, and settled nothing: it is as good as new.
      await reservations.release(held)
    }

    const verified = await facilitator.verify({
      x402Version,
      paymentPayload: payment,
      paymentRequirements: asked,
    })
    if (!verified.isValid)
      throw new PaymentRefusedError({
        reason: toPrintable(verified.invalidReason ?? 'no reason given', 200),
      })
    const taken = await reservations.reserve({ reservation: mine, busyMs })
    if (taken.type === 'reserved') {
      const hold = { reservation: mine, turn: taken.turn }
      return flow === 'upfront'
        ? workAfterPayment({ hold, payment, response, next })
        : workBeforePayment({ hold, payment, response, next })
    }
    const other = taken.held
    // The same call, paid a second time: the first payment bought it.
    if (other.key !== mine.key && other.requestHash === mine.requestHash)
      return replay(other, response)
    throw toUsed(other)
  }

  async function resume(call: {
    readonly held: HeldReservation
    readonly mine: Reservation
    readonly payment: PaymentPayload
    readonly response: Response
    readonly next: () => void
  }): Promise<void> {
    const { held, mine, payment, response, next } = call
    if (held.requestHash !== mine.requestHash || held.isBusy) throw toUsed(held)
    const { turn, isBusy: _isBusy, ...reservation } = held
    switch (held.state) {
      case 'working':
        throw toUsed(held)
      case 'answered':
        if (held.identifier === undefined) throw toUsed(held)
        return replay(held, response)
      case 'unsettled': {
        const hold = await move({ reservation, turn }, {})
        const paid = await settleHeld({ hold, payment, isRepeated: true })
        if (held.answer === undefined) return serveOwed({ ...call, hold: paid })
        const { reservation: done } = await move(
          paid,
          { state: 'answered' },
          'let-go',
        )
        return replay(done, response)
      }
      case 'owed': {
        const hold = await move({ reservation, turn }, {})
        return serveOwed({ hold, response, next })
      }
      default:
        return held.state satisfies never
    }
  }

  /** Writes what changes. Of two that come at one moment, one goes on. */
  async function move(
    { reservation, turn }: Hold,
    changes: Partial<Reservation>,
    then: 'go-on' | 'let-go' = 'go-on',
  ): Promise<Hold> {
    const changed = { ...reservation, ...changes }
    const moved = await reservations.move({
      turn,
      reservation: changed,
      busyMs: then === 'let-go' ? 0 : busyMs,
    })
    if (moved === null) throw toUsed({ state: 'working', isBusy: true })
    return { reservation: changed, turn: moved }
  }

  /** Takes the payment of an `unsettled` hold, or leaves it as it must be left. */
  async function settleHeld(call: {
    readonly hold: Hold
    readonly payment: PaymentPayload
    readonly isRepeated: boolean
  }): Promise<Hold> {
    const { hold, payment, isRepeated } = call
    try {
      const settled = await settle(payment, isRepeated)
      return {
        ...hold,
        reservation: { ...hold.reservation, settlement: encodeHeader(settled) },
      }
    } catch (error) {
      // Whoever comes back with it is asked for nothing again.
      if (error instanceof PaymentUnsettledError) await move(hold, {}, 'let-go')
      else
        await reservations.release({
          key: hold.reservation.key,
          turn: hold.turn,
        })
      throw error
    }
  }

  function replay(held: Reservation, response: Response): void {
    const { answer, settlement } = held
    if (answer === undefined || settlement === undefined)
      throw toUsed({ ...held, isBusy: held.state === 'working' })
    response
      .status(answer.status)
      .set({
        'content-type': answer.contentType,
        'cache-control': 'private, no-store',
        [x402Headers.response]: settlement,
      })
      .end(answer.body)
  }

  function workBeforePayment(call: {
    readonly hold: Hold
    readonly payment: PaymentPayload
    readonly response: Response
    readonly next: () => void
  }): void {
    const { hold, payment, response, next } = call
    const { turn, reservation } = hold
    const sell = async (
      answer: PaidAnswer,
      isGone: boolean,
    ): Promise<Release> => {
      if (isGone || !isOwed(answer)) {
        await reservations.release({ key: reservation.key, turn })
        return { type: 'send' }
      }
      // Kept before the money moves: from here on a crash loses neither.
      const kept = await move(hold, { state: 'unsettled', answer })
      const paid = await settleHeld({ hold: kept, payment, isRepeated: false })
      const done = await move(paid, { state: 'answered' }, 'let-go')
      return {
        type: 'send',
        headers: {
          [x402Headers.response]: done.reservation.settlement ?? '',
          'cache-control': 'private, no-store',
        },
      }
    }
    holdAnswer(response, (answer, isGone) =>
      sell(answer, isGone).catch((error: unknown) =>
        toRefusal(response, error),
      ),
    )
    next()
  }

  async function workAfterPayment(call: {
    readonly hold: Hold
    readonly payment: PaymentPayload
    readonly response: Response
    readonly next: () => void
  }): Promise<void> {
    const { payment, response, next } = call
    const hold = await move(call.hold, { state: 'unsettled' })
    const paid = await settleHeld({ hold, payment, isRepeated: false })
    return serveOwed({ hold: paid, response, next })
  }

  /** Works for what is paid already, until the first byte of an answer leaves. */
  async function serveOwed(call: {
    readonly hold: Hold
    readonly response: Response
    readonly next: () => void
  }): Promise<void> {
    const { response, next } = call
    const hold = await move(call.hold, { state: 'owed' })
    const { settlement } = hold.reservation
    if (settlement !== undefined)
      response.set({
        [x402Headers.response]: settlement,
        'cache-control': 'private, no-store',
      })
    let hasDecided = false
    const decide = async (status: number): Promise<Release> => {
      hasDecided = true
      // Nothing of an answer: the same payment may try again.
      if (status >= 500) await move(hold, {}, 'let-go')
      else await move(hold, { state: 'answered' }, 'let-go')
      return { type: 'send' }
    }
    holdFirstByte(response, (status) =>
      decide(status).catch((error: unknown) => toRefusal(response, error)),
    )
    response.once('close', () => {
      if (hasDecided) return
      move(hold, {}, 'let-go').catch((error: unknown) =>
        options.onError?.(error),
      )
    })
    next()
  }

  function toRefusal(response: Response, error: unknown): Release {
    return {
      type: 'replace',
      write: () => refuse(response.req, response, toBehestError(error)),
    }
  }

  function toBehestError(error: unknown): BehestError {
    if (BehestError.isInstance(error)) return error
    options.onError?.(error)
    return new PaymentUnsettledError({ reason: 'it failed' }, error)
  }

  return (request, response, next) => {
    charge(request, response, next).catch((error: unknown) => {
      if (!response.headersSent) refuse(request, response, toBehestError(error))
    })
  }
}

const identifierSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    required: { type: 'boolean' },
    id: { type: 'string', minLength: 16, maxLength: 128 },
  },
  required: ['required'],
}

const identifierExtensionSchema = z.looseObject({
  info: z.looseObject({ id: z.string().regex(/^[\w-]{16,128}$/) }),
})

function assertMatches(
  payment: PaymentPayload,
  asked: PaymentRequirements,
): void {
  const { accepted, payload } = payment
  const { to, value } = payload.authorization
  const fields: readonly (readonly [string, string, string])[] = [
    ['network', asked.network, accepted.network],
    ['asset', asked.asset, accepted.asset],
    ['payTo', asked.payTo, accepted.payTo],
    ['payTo', asked.payTo, to],
    ['amount', String(asked.amount), String(accepted.amount)],
    ['amount', String(asked.amount), String(value)],
    ['extra.name', asked.extra.name, accepted.extra.name],
    ['extra.version', asked.extra.version, accepted.extra.version],
  ]
  for (const [field, wanted, given] of fields)
    if (!isSameAddress(wanted, given))
      throw new PaymentMismatchError({
        field,
        asked: wanted,
        given: toPrintable(given, 100),
      })
}

function toReservation(options: {
  readonly payment: PaymentPayload
  readonly asked: PaymentRequirements
  readonly request: Request
}): Reservation {
  const { payment, asked, request } = options
  const { signature, authorization } = payment.payload
  const payer = authorization.from.toLowerCase()
  const named = identifierExtensionSchema.safeParse(
    payment.extensions?.[paymentIdentifierKey],
  )
  return {
    key: [
      asked.network,
      asked.asset.toLowerCase(),
      payer,
      authorization.nonce.toLowerCase(),
    ].join('/'),
    ...(named.success ? { identifier: `${payer}/${named.data.info.id}` } : {}),
    signature: signature.toLowerCase() as Hex,
    requestHash: keccak256(
      stringToHex(
        `${request.method} ${request.originalUrl}\n${JSON.stringify(request.body ?? null)}`,
      ),
    ),
    state: 'working',
  }
}

const busyState = 'being answered just now'

function toUsed({
  state,
  isBusy,
}: Pick<HeldReservation, 'state' | 'isBusy'>): PaymentUsedError {
  return new PaymentUsedError({
    state: isBusy || state === 'working' ? busyState : 'used already',
  })
}

/** Whether the same request with the same payment finds its answer later. */
function isBusy(error: BehestError): boolean {
  return error instanceof PaymentUsedError && error.facts.state === busyState
}

function toStatus(error: BehestError): number {
  switch (error.code) {
    case 'PAYMENT_USED':
      return 409
    case 'PAYMENT_UNSETTLED':
    case 'FACILITATOR_UNREACHABLE':
      return 503
    default:
      return 402
  }
}

function toUrl(request: Request): string {
  return `${request.protocol}://${request.get('host') ?? 'localhost'}${request.originalUrl}`.slice(
    0,
    500,
  )
}
