import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AgentPrice,
  BehestError,
  type PaymentReservations,
} from '@behest/spec'
import express from 'express'
import { buildAgentCard } from '../card/buildAgentCard.js'
import { buildAgentProfile } from '../card/buildAgentProfile.js'
import { signAgentCard } from '../card/signAgentCard.js'
import type { Agent } from '../define/Agent.js'
import type { NetworkSource } from '../hire/createAgentNetwork.js'
import type { FacilitatorClient } from '../pay/createFacilitatorClient.js'
import { createPaymentReservations } from '../pay/createPaymentReservations.js'
import type { TakenPayment } from '../pay/createPaywall.js'
import { createQuoter, type Quoter } from '../quote/createQuoter.js'
import type { AgentSigner } from '../sign/AgentSigner.js'
import {
  createAgentRouter,
  maxRequestBytes,
  renderBrokenRequest,
} from './createAgentRouter.js'
import { createPromptServer } from './createPromptServer.js'
import { createQuotePaywall } from './createQuotePaywall.js'
import { createQuoteRequestHandler } from './createQuoteRequestHandler.js'

/** One agent on a server. */
export type ServedAgent = {
  readonly agent: Agent
  readonly signer: AgentSigner
  /** Where it answers A2A; its card is below `/.well-known/`. */
  readonly url: string
  /** The signed card, byte for byte as it is served. */
  readonly cardText: string
}

/** A running server of agents. */
export type AgentServer = {
  /** In the order in which the agents were given. */
  readonly agents: readonly ServedAgent[]
  /** Address of the first agent. */
  readonly url: string
  /** Base address that the socket listens at. */
  readonly localUrl: string
  /** Stops listening, lets running requests end, closes what is left. */
  close(): Promise<void>
}

/** How agents are served. */
export type ServeOptions = {
  /** The agents' key, or one for each by name. */
  readonly signer: AgentSigner | Readonly<Record<string, AgentSigner>>
  /** Address to listen at; `127.0.0.1` if absent. */
  readonly host?: string
  /** Port to listen at; a free one if absent or 0. */
  readonly port?: number
  /** Address that others reach the server at, where it is another one. */
  readonly publicUrl?: string
  /** Most that an agent gets for one quote, in milliseconds; 10000 if absent. */
  readonly quoteTimeoutMs?: number
  /** Most requests at once before the server says busy; 64 if absent. */
  readonly maxConcurrentRequests?: number
  /** Most that `close` waits for running requests, in ms; 5000 if absent. */
  readonly drainTimeoutMs?: number
  /** Other agents, for agents that ask them. */
  readonly network?: NetworkSource
  /** Where payments are settled; needed by agents that cost something. */
  readonly facilitator?: FacilitatorClient
  /**
   * Whose nonces bought what; in this process if absent. `createFileReservations`
   * outlives a crash; several machines share a database.
   */
  readonly reservations?: PaymentReservations
  /** See `busyMs` of `createPaywall`. */
  readonly reservationBusyMs?: number
  /** Told of every payment that was taken. */
  readonly onTaken?: (
    payment: TakenPayment & { readonly agent: string },
  ) => void
  /** Runs before everything else of a request, e.g. to trace it. */
  readonly before?: express.RequestHandler
  /** Told about failures of agents. Nothing is printed if absent. */
  readonly onError?: (error: unknown) => void
}

/**
 * Serves agents over A2A 1.0: JSON-RPC and REST, with signed cards.
 *
 * One agent answers at the root. Several, given as a list, answer at
 * `/<name>` each, and `GET /` lists them. Request bodies are bounded in size
 * and depth, requests in number and time, and the same request gets the same
 * answer for as long as the quote is valid.
 *
 * @param served - One agent, or a list of them.
 * @param options - Key, address and bounds.
 * @returns The running server.
 * @throws {AgentSignerMissingError} when an agent has no key.
 * @throws {AgentFacilitatorMissingError} when an agent with a price has no
 *   facilitator.
 * @throws {ServerAddressUnusableError} when the address cannot be listened at.
 *
 * @example
 * ```ts source="./serveAgent.examples.ts#serve"
 * ```
 */
export async function serveAgent(
  served: Agent | readonly Agent[],
  options: ServeOptions,
): Promise<AgentServer> {
  const { host = '127.0.0.1', port = 0, drainTimeoutMs = 5_000 } = options
  const onError = options.onError ?? (() => {})
  const agents = isList(served) ? served : [served]
  // One for all agents here: two may be paid at one address.
  const reservations = options.reservations ?? createPaymentReservations()

  const admit = limitConcurrency(options.maxConcurrentRequests ?? 64)
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('etag', false)
  if (options.before !== undefined) app.use(options.before)
  app.use(refuseOversized)

  const server = createPromptServer(app, renderBrokenRequest)
  // Longer than callers keep idle connections, so that they close first and
  // never send into one that is going away.
  server.keepAliveTimeout = 65_000
  server.maxConnections = 1_024
  const localUrl = await listen(server, host, port)

  try {
    const baseUrl = (options.publicUrl ?? localUrl).replace(/\/+$/, '')
    const running: ServedAgent[] = []
    for (const agent of agents) {
      const path = isList(served) ? `/${agent.name}` : ''
      const url = `${baseUrl}${path}`
      const signer = getSigner(options.signer, agent)
      const card = buildAgentCard({ agent, agentAddress: signer.address, url })
      const cardText = await signAgentCard({ card, signer })
      const quoter = createQuoter({
        agent,
        signer,
        quoteTimeoutMs: options.quoteTimeoutMs ?? 10_000,
        nowMs: () => performance.now(),
        ...(options.network === undefined ? {} : { network: options.network }),
      })
      const { price } = buildAgentProfile({
        agent,
        agentAddress: signer.address,
      })
      const handler = createQuoteRequestHandler({
        card,
        quoter,
        isPaid: price !== undefined,
        onError,
      })
      const paywall =
        price === undefined
          ? {}
          : {
              paywall: createPaywallOf({
                agent,
                price,
                quoter,
                options: { ...options, reservations },
              }),
            }
      app.use(
        path || '/',
        createAgentRouter({ handler, cardText, admit, ...paywall, onError }),
      )
      running.push(Object.freeze({ agent, signer, url, cardText }))
    }
    if (isList(served)) app.get('/', listAgents(running))
    app.use(answerNotFound, createLastErrorHandler(onError))
    let closing: Promise<void> | undefined
    return Object.freeze({
      agents: Object.freeze(running),
      url: running[0]?.url ?? baseUrl,
      localUrl,
      close: () => {
        closing ??= closeServer(server, drainTimeoutMs)
        return closing
      },
    })
  } catch (error) {
    await closeServer(server, 0)
    throw error
  }
}

function createPaywallOf(call: {
  readonly agent: Agent
  readonly price: AgentPrice
  readonly quoter: Quoter
  readonly options: ServeOptions
}): express.RequestHandler {
  const { agent, price, quoter, options } = call
  const { facilitator, reservations, onTaken, onError } = options
  if (facilitator === undefined)
    throw new AgentFacilitatorMissingError({ agent: agent.name })
  return createQuotePaywall({
    price,
    quoter,
    facilitator,
    description: `A quote of ${agent.name}: ${agent.summary}`.slice(0, 300),
    ...(reservations === undefined ? {} : { reservations }),
    ...(options.reservationBusyMs === undefined
      ? {}
      : { busyMs: options.reservationBusyMs }),
    ...(onTaken === undefined
      ? {}
      : { onTaken: (taken) => onTaken({ ...taken, agent: agent.name }) }),
    ...(onError === undefined ? {} : { onError }),
  })
}

function isList(served: Agent | readonly Agent[]): served is readonly Agent[] {
  return Array.isArray(served)
}

function getSigner(signers: ServeOptions['signer'], agent: Agent): AgentSigner {
  if (isSigner(signers)) return signers
  const signer = signers[agent.name]
  if (signer === undefined)
    throw new AgentSignerMissingError({ agent: agent.name })
  return signer
}

function isSigner(signers: ServeOptions['signer']): signers is AgentSigner {
  return typeof signers.signTypedData === 'function'
}

function listAgents(running: readonly ServedAgent[]): express.RequestHandler {
  const body = {
    agents: running.map(({ agent, url }) => ({
      name: agent.name,
      url,
      card: `${url}/.well-known/agent-card.json`,
    })),
  }
  return (_request, response) => {
    response.json(body)
  }
}

const answerNotFound: express.RequestHandler = (_request, response) => {
  response.status(404).json({
    error: { code: 404, status: 'NOT_FOUND', message: 'no agent here' },
  })
}

// Without one, express prints the error and shows its text to the peer.
function createLastErrorHandler(
  onError: (error: unknown) => void,
): express.ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const isClientError =
      error instanceof URIError ||
      (typeof error === 'object' &&
        error !== null &&
        'status' in error &&
        error.status === 400)
    if (!isClientError) onError(error)
    const code = isClientError ? 400 : 500
    response.status(code).json({
      error: { code, status: isClientError ? 'INVALID_ARGUMENT' : 'INTERNAL' },
    })
  }
}

// The body parser reads a body that is too long to its end before it answers.
const refuseOversized: express.RequestHandler = (request, response, next) => {
  if (Number(request.headers['content-length'] ?? 0) <= maxRequestBytes)
    return next()
  response
    .status(413)
    .set('connection', 'close')
    .json({
      error: {
        code: 413,
        status: 'INVALID_ARGUMENT',
        message: `The body is longer than ${maxRequestBytes} bytes.`,
      },
    })
}

function limitConcurrency(most: number): express.RequestHandler {
  let running = 0
  return (_request, response, next) => {
    if (running >= most) {
      response
        .status(503)
        .set({ 'retry-after': '1', connection: 'close' })
        .json({ error: { code: 503, status: 'UNAVAILABLE', message: 'busy' } })
      return
    }
    running += 1
    response.once('close', () => {
      running -= 1
    })
    next()
  }
}

async function listen(
  server: Server,
  host: string,
  port: number,
): Promise<string> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    throw new ServerAddressUnusableError({ host, port }, cause)
  }
  const { address, family, port: chosen } = server.address() as AddressInfo
  // "Every address" is none that a caller could use.
  if (address === '0.0.0.0' || address === '::')
    return `http://127.0.0.1:${chosen}`
  return family === 'IPv6'
    ? `http://[${address}]:${chosen}`
    : `http://${address}:${chosen}`
}

async function closeServer(
  server: Server,
  drainTimeoutMs: number,
): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A connection that falls idle now would be kept for its next request.
  const sweep = setInterval(() => server.closeIdleConnections(), 10)
  const timer = setTimeout(() => server.closeAllConnections(), drainTimeoutMs)
  await closed
  clearInterval(sweep)
  clearTimeout(timer)
}

/** Thrown when an agent is to be served without a key. */
export class AgentSignerMissingError extends BehestError {
  readonly code = 'AGENT_SIGNER_MISSING'
  readonly retry = 'never'

  constructor(facts: { agent: string }) {
    super(
      `There is no key for agent "${facts.agent}". Pass one under its name in \`signer\`.`,
      { facts },
    )
  }
}

/** Thrown when an agent that costs something has nobody to settle payments. */
export class AgentFacilitatorMissingError extends BehestError {
  readonly code = 'AGENT_FACILITATOR_MISSING'
  readonly retry = 'never'

  constructor(facts: { agent: string }) {
    super(
      `Agent "${facts.agent}" has a price, and nobody settles its payments. Pass \`facilitator: createFacilitatorClient({ url })\`, or leave out \`pricePerQuote\`.`,
      { facts },
    )
  }
}

/** Thrown when the server cannot listen at its address. */
export class ServerAddressUnusableError extends BehestError {
  readonly code = 'SERVER_ADDRESS_UNUSABLE'
  readonly retry = 'never'

  constructor(facts: { host: string; port: number }, cause: unknown) {
    super(
      `Cannot listen at ${facts.host}:${facts.port}. Choose another port, or stop what uses it.`,
      { facts, cause },
    )
  }
}
