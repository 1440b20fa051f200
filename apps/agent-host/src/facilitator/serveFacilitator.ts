import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Facilitator } from '@behest/evm'
import { createPromptServer } from '@behest/sdk'
import { BehestError, facilitatorRequestSchema } from '@behest/spec'
import express, { type ErrorRequestHandler, type Request } from 'express'
import rateLimit from 'express-rate-limit'
import * as z from 'zod'

const maxBodyBytes = 65_536
// Who verifies spends our node's time, and who settles our gas.
const requestsPerMinute = 600

/** A running facilitator. */
export type FacilitatorServer = {
  readonly url: string
  readonly close: () => Promise<void>
}

/**
 * Serves a facilitator: the three routes of x402.
 *
 * @param options.facilitator - What verifies and settles.
 * @param options.ports - Tried in this order; 0 takes a free one.
 * @param options.onError - Told about failures that the peer learns little of.
 * @throws {FacilitatorPortsTakenError} when all of the ports are taken.
 */
export async function serveFacilitator(options: {
  readonly facilitator: Facilitator
  readonly host: string
  readonly ports: readonly number[]
  readonly onError: (error: unknown) => void
}): Promise<FacilitatorServer> {
  const { facilitator, host, ports, onError } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' })
  })
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: requestsPerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      handler: (_request, response) => {
        response
          .status(429)
          .type('application/problem+json')
          .send(JSON.stringify(toProblem(429, 'RATE_LIMITED')))
      },
    }),
  )
  app.get('/supported', (_request, response) => {
    response.json(facilitator.supported())
  })
  app.post('/verify', readJson, async (request, response) => {
    const asked = parseRequest(request)
    response.json(
      asked === null
        ? { isValid: false, invalidReason: 'invalid_payload' }
        : await facilitator.verify(asked),
    )
  })
  app.post('/settle', readJson, async (request, response) => {
    const asked = parseRequest(request)
    response.json(
      asked === null
        ? {
            success: false,
            errorReason: 'invalid_payload',
            transaction: '',
            network: facilitator.supported().kinds[0]?.network ?? '',
          }
        : await facilitator.settle(asked),
    )
  })
  app.use((_request, response) => {
    response
      .status(404)
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(404, 'ROUTE_NOT_FOUND')))
  })
  app.use(createErrorHandler(onError))

  for (const port of ports) {
    const server = createPromptServer(app)
    server.listen(port, host)
    try {
      await once(server, 'listening')
      const { port: chosen } = server.address() as AddressInfo
      return { url: `http://${host}:${chosen}`, close: () => close(server) }
    } catch (error) {
      // Taken: the next one.
      onError(error)
    }
  }
  throw new FacilitatorPortsTakenError({ host, ports: ports.join(', ') })
}

const readJson = express.json({ limit: maxBodyBytes, inflate: false })

function parseRequest(request: Request) {
  return facilitatorRequestSchema.safeParse(request.body).data ?? null
}

const statusSchema = z.object({ status: z.int().min(400).max(499) })

function createErrorHandler(
  onError: (error: unknown) => void,
): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const client = statusSchema.safeParse(error)
    const problem = client.success
      ? toProblem(client.data.status, 'REQUEST_MALFORMED')
      : // The chain is away: nothing is known, nothing was decided.
        toProblem(503, BehestError.isInstance(error) ? error.code : 'FAILED')
    if (!client.success) onError(error)
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem))
  }
}

function toProblem(status: number, code: string) {
  return { type: 'about:blank', title: code, status, code }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), 5_000)
  await closed
  clearTimeout(timer)
}

/** Thrown when the facilitator finds no port to listen at. */
export class FacilitatorPortsTakenError extends BehestError {
  readonly code = 'FACILITATOR_PORTS_TAKEN'
  readonly retry = 'never'

  constructor(facts: { host: string; ports: string }) {
    super(
      `The facilitator cannot listen at ${facts.host}, ports ${facts.ports}. Stop what is there, or set BEHEST_FACILITATOR_PORT to a free port.`,
      { facts },
    )
  }
}
