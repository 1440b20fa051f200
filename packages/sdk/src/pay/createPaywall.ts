// One file because it is one order of things: verify, reserve, work, settle,
// answer. Each line that moves elsewhere lets a payment buy two answers or none.
import {
  type AgentPrice,
  BehestError,
  type Hex,
  isSameAddress,
  type PaymentPayload,
  type PaymentRequired,
  type PaymentRequirements,
  paymentIdentifierKey,
  paymentRequirementsSchema,
  type SettleResponse,
  x402Headers,
  x402Version,
} from '@behest/spec'
import type { Request, RequestHandler, Response } from 'express'
import { keccak256, stringToHex } from 'viem'
import * as z from 'zod'
import { toPrintable } from '../text/toPrintable.js'
import type { FacilitatorClient } from './createFacilitatorClient.js'
import {
  createPaymentReservations,
  type PaidAnswer,
  type PaymentReservations,
  type Reservation,
} from './createPaymentReservations.js'
import { holdAnswer } from './holdAnswer.js'
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
  /** Kept in this process if absent. */
  readonly reservations?: PaymentReservations
  /** Longest life of a payment's signature, in seconds; 120 if absent. */
  readonly maxTimeoutSeconds?: number
  /** Told of every payment that was taken. */
  readonly onTaken?: (payment: TakenPayment) => void
  /** Told about failures that nobody foresaw. */
  readonly onError?: (error: unknown) => void
}

const alreadyUsed = 'invalid_exact_evm_nonce_already_used'

/**
 * Creates the handler that stands before a paid route: x402 v2, scheme `exact`.
 *
 * Without a payment it answers 402 and says what it wants. With one: the payment
 * is verified, the payer's nonce reserved, the work done, the payment settled,
 * and then the answer leaves. One payment never buys two answers; the same
 * request with the same payment and a `payment-identifier` gets the same answer.
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
    if (status === 503) response.set('retry-after', '1')
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
    if (reason === 'settlement_pending')
      throw new PaymentUnsettledError({ reason })
    // Only we hold this nonce, and our first try was heard after all.
    if (isRepeated && reason === alreadyUsed && settled.transaction !== '')
      return { ...settled, success: true, errorReason: undefined }
    throw new PaymentRefusedError({ reason })
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
    if (held !== null && held.signature === mine.signature)
      return resume({ held, mine, payment, response, next })

    const verified = await facilitator.verify({
      x402Version,
      paymentPayload: payment,
      paymentRequirements: asked,
    })
    if (!verified.isValid)
      throw new PaymentRefusedError({
        reason: toPrintable(verified.invalidReason ?? 'no reason given', 200),
      })
    const taken = await reservations.reserve(mine)
    if (taken === null) return work({ mine, payment, response, next })
    // The same call, paid a second time: the first payment bought it.
    if (taken.key !== mine.key && taken.requestHash === mine.requestHash)
      return replay(taken, response)
    throw new PaymentUsedError({ state: sayState(taken) })
  }

  async function resume(call: {
    readonly held: Reservation
    readonly mine: Reservation
    readonly payment: PaymentPayload
    readonly response: Response
    readonly next: () => void
  }): Promise<void> {
    const { held, mine, payment, response, next } = call
    if (held.requestHash !== mine.requestHash)
      throw new PaymentUsedError({ state: sayState(held) })
    switch (held.state) {
      case 'working':
        throw new PaymentUsedError({ state: sayState(held) })
      case 'answered':
        if (held.identifier === undefined)
          throw new PaymentUsedError({ state: sayState(held) })
        return replay(held, response)
      case 'unsettled': {
        await take(held)
        let settled: SettleResponse
        try {
          settled = await settle(payment, true)
        } catch (error) {
          if (error instanceof PaymentUnsettledError)
            await reservations.move('working', held)
          else await reservations.release(held.key)
          throw error
        }
        const paid = { ...held, settlement: encodeHeader(settled) }
        if (held.answer === undefined)
          return workUpfront({ mine: paid, response, next })
        await reservations.move('working', { ...paid, state: 'answered' })
        return replay(paid, response)
      }
      case 'owed':
        await take(held)
        return workUpfront({ mine: held, response, next })
      default:
        return held.state satisfies never
    }
  }

  /** Of two that come back at one moment, one goes on. */
  async function take(held: Reservation): Promise<void> {
    const working: Reservation = { ...held, state: 'working' }
    if (!(await reservations.move(held.state, working)))
      throw new PaymentUsedError({ state: sayState(working) })
  }

  function replay(held: Reservation, response: Response): void {
    const { answer, settlement } = held
    if (answer === undefined || settlement === undefined)
      throw new PaymentUsedError({ state: sayState(held) })
    response
      .status(answer.status)
      .set({
        'content-type': answer.contentType,
        'cache-control': 'private, no-store',
        [x402Headers.response]: settlement,
      })
      .end(answer.body)
  }

  async function work(call: {
    readonly mine: Reservation
    readonly payment: PaymentPayload
    readonly response: Response
    readonly next: () => void
  }): Promise<void> {
    const { mine, payment, response, next } = call
    if (flow === 'upfront') {
      let settled: SettleResponse
      try {
        settled = await settle(payment, false)
      } catch (error) {
        if (error instanceof PaymentUnsettledError)
          // Whoever comes back with it is asked for nothing again.
          await reservations.move('working', { ...mine, state: 'unsettled' })
        else await reservations.release(mine.key)
        throw error
      }
      return workUpfront({
        mine: { ...mine, settlement: encodeHeader(settled) },
        response,
        next,
      })
    }
    holdAnswer(response, async (answer, isGone) => {
      if (isGone || !isOwed(answer)) {
        await reservations.release(mine.key)
        return { type: 'send' }
      }
      const kept: Reservation = { ...mine, state: 'unsettled', answer }
      try {
        const settlement = encodeHeader(await settle(payment, false))
        await reservations.move('working', {
          ...kept,
          state: 'answered',
          settlement,
        })
        return {
          type: 'send',
          headers: {
            [x402Headers.response]: settlement,
            'cache-control': 'private, no-store',
          },
        }
      } catch (error) {
        if (error instanceof PaymentUnsettledError)
          await reservations.move('working', kept)
        else await reservations.release(mine.key)
        return {
          type: 'replace',
          write: () => refuse(response.req, response, toBehestError(error)),
        }
      }
    })
    next()
  }

  function workUpfront(call: {
    readonly mine: Reservation
    readonly response: Response
    readonly next: () => void
  }): void {
    const { mine, response, next } = call
    if (mine.settlement !== undefined)
      response.set({
        [x402Headers.response]: mine.settlement,
        'cache-control': 'private, no-store',
      })
    response.once('close', () => {
      // Paid and not one byte of an answer: the same payment may try again.
      const isFailed = response.statusCode >= 500 || !response.headersSent
      reservations
        .move('working', { ...mine, state: isFailed ? 'owed' : 'answered' })
        .catch((error: unknown) => options.onError?.(error))
    })
    next()
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

function sayState({ state }: Reservation): string {
  return state === 'working' ? 'being answered just now' : 'used already'
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
