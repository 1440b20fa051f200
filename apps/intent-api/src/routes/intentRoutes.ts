import type { Engine } from '@behest/engine'
import type { IntentRunner } from '@behest/journal'
import {
  type Address,
  type IntentRecord,
  type IntentStorePort,
  intentRecordSchema,
  type LanguagePort,
  mandateSigningSchema,
  type ParseContext,
  receiptSchema,
} from '@behest/spec'
import { type Request, type Response, Router } from 'express'
import { v7 as createUuid } from 'uuid'
import * as z from 'zod'
import { buildApproverSigning } from '../approvers/requireApprover.js'
import { ReceiptNotReadyError, RequestInvalidError } from '../http/errors.js'
import { readBody, readId, readQuery } from '../http/readRequest.js'
import {
  answersBodySchema,
  approvalBodySchema,
  createIntentBodySchema,
  idempotencyKeySchema,
  listQuerySchema,
  noQuerySchema,
  parseBodySchema,
} from './schemas.js'
import { streamEvents } from './streamEvents.js'

/** What the routes reach the product through. */
export type IntentRoutesOptions = {
  readonly engine: Engine
  readonly store: IntentStorePort
  readonly language: LanguagePort
  readonly runner: Pick<IntentRunner, 'wake'>
  /** The accounts that this server signs for; the first is the default. */
  readonly accounts: readonly Address[]
  /** Whether accounts that sign for themselves are served, by mandates. */
  readonly servesHolders?: boolean
  /** Whose signature a yes for those accounts needs; nobody's if absent. */
  readonly approvers?: readonly Address[]
  readonly chainName: string
  readonly now: () => Date
  readonly isDraining: () => boolean
}

/** Says it, watches it, answers and approves it: the routes of `/v1`. */
export function intentRoutes(options: IntentRoutesOptions): Router {
  const { engine, store, language, runner, accounts } = options
  const routes = Router()

  routes.post('/parse', async (request, response) => {
    const body = readBody(request, parseBodySchema)
    const answer = await language.parse({
      utterance: body.utterance,
      context: toContext(body.context, options),
    })
    response.setHeader('X-Behest-Parser', answer.parser)
    if (answer.notes.length > 0)
      response.setHeader('X-Behest-Notes', answer.notes.join(', '))
    response.json(answer.result)
  })

  routes.post('/intents', async (request, response) => {
    const body = readBody(request, createIntentBodySchema)
    const key = readIdempotencyKey(request)
    const account = body.account ?? accounts[0]
    const isOwn = accounts.some((own) => isSame(own, account ?? ''))
    if (!account || !(isOwn || options.servesHolders))
      throw new RequestInvalidError({
        where: 'body',
        problem: `account: this server signs for ${accounts.join(', ')} only`,
      })
    const { record } = await engine.start({
      id: createUuid(),
      text: body.utterance,
      account,
      context: toContext(body.context, options, account),
      principal: account.toLowerCase(),
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(body.previousIntentId === undefined
        ? {}
        : { previousIntentId: body.previousIntentId }),
      ...(body.custody === undefined ? {} : { custody: body.custody }),
      ...(body.missedRuns === undefined ? {} : { missedRuns: body.missedRuns }),
    })
    runner.wake(record.id)
    response
      .status(201)
      .location(`/v1/intents/${record.id}`)
      .json(toWireRecord(record))
  })

  routes.get('/intents', async (request, response) => {
    const query = readQuery(request, listQuerySchema)
    const page = await store.list({
      limit: query.limit,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      ...(query.account === undefined ? {} : { account: query.account }),
    })
    response.json({
      intents: page.intents.map((stored) =>
        toWireRecord(engine.toRecord(stored)),
      ),
      ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    })
  })

  routes.get('/intents/:id', async (request, response) => {
    readQuery(request, noQuerySchema)
    response.json(toWireRecord(await engine.get(readId(request, 'id'))))
  })

  routes.get('/intents/:id/events', async (request, response) => {
    await streamEvents({ request, response, engine, store })
  })

  routes.post('/intents/:id/answers', async (request, response) => {
    const id = readId(request, 'id')
    const reply = readBody(request, answersBodySchema)
    const record = await engine.answer({ id, reply })
    runner.wake(record.reply?.type === 'aside' ? record.reply.intentId : id)
    response.json(toWireRecord(record))
  })

  routes.post('/intents/:id/approval', async (request, response) => {
    const id = readId(request, 'id')
    const body = readBody(request, approvalBodySchema)
    try {
      const record = await engine.decide({
        id,
        planHash: body.planHash,
        decision: body.decision,
        ...(body.signature === undefined ? {} : { signature: body.signature }),
        ...(body.mandates === undefined ? {} : { mandates: body.mandates }),
      })
      response.json(toWireRecord(record))
    } finally {
      // An expired plan is refused and quoted anew: both need somebody to go on.
      runner.wake(id)
    }
  })

  routes.get('/intents/:id/approval', async (request, response) => {
    readQuery(request, noQuerySchema)
    const record = await engine.get(readId(request, 'id'))
    response.json(
      buildApproverSigning({ record, approvers: options.approvers ?? [] }),
    )
  })

  routes.get('/intents/:id/mandates', async (request, response) => {
    readQuery(request, noQuerySchema)
    const signing = await engine.readSigning(readId(request, 'id'))
    response.json(z.encode(mandateSigningSchema, signing))
  })

  routes.post('/intents/:id/cancel', async (request, response) => {
    const id = readId(request, 'id')
    response.json(toWireRecord(await engine.cancel(id)))
  })

  routes.get('/intents/:id/receipt', async (request, response) => {
    const record = await engine.get(readId(request, 'id'))
    const receipt = record.artifacts.receipt?.receipt
    if (!receipt)
      throw new ReceiptNotReadyError({
        intentId: record.id,
        status: record.status,
      })
    sendJson(response, z.encode(receiptSchema, receipt))
  })

  return routes
}

/** The record as JSON: amounts are strings. */
export function toWireRecord(record: IntentRecord): unknown {
  return z.encode(intentRecordSchema, record)
}

function sendJson(response: Response, body: unknown): void {
  response.json(body)
}

function toContext(
  given: Partial<Record<keyof ParseContext, string | undefined>> | undefined,
  options: IntentRoutesOptions,
  account?: Address,
): ParseContext {
  const context: ParseContext = {
    now: given?.now ?? options.now().toISOString(),
    timeZone: given?.timeZone ?? 'UTC',
  }
  const chain = given?.chain
  const locale = given?.locale
  const who = given?.account ?? account
  return {
    ...context,
    ...(who === undefined ? {} : { account: who }),
    ...(chain === undefined ? {} : { chain }),
    ...(locale === undefined ? {} : { locale }),
  }
}

function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  const parsed = idempotencyKeySchema.safeParse(key)
  if (!parsed.success)
    throw new RequestInvalidError({
      where: 'Idempotency-Key header',
      problem: 'it must be 1 to 255 visible characters',
    })
  return parsed.data
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
