import { BehestError } from '@behest/spec'
import { type Request, type Response, Router } from 'express'

const answerWithinMs = 10_000
const maxAnswerBytes = 4 * 1024 * 1024

/**
 * Passes the registry's reading calls on, at the paths that they have there.
 * The page needs one address only, and no registry has to trust its origin.
 *
 * @param options.registryUrl - Where the registry is served.
 */
export function registryRoutes(options: {
  readonly registryUrl: string
}): Router {
  const routes = Router()
  const pass = (request: Request, response: Response) =>
    passOn(request, response, options.registryUrl)
  routes.get('/search', pass)
  routes.get('/agents', pass)
  routes.get('/agents/:id', pass)
  routes.get('/agents/:id/health', pass)
  routes.get('/agents/:id/explain', pass)
  routes.get('/agents/:id/earnings', pass)
  routes.get('/receipts', pass)
  return routes
}

async function passOn(
  request: Request,
  response: Response,
  registryUrl: string,
): Promise<void> {
  // Path and query as they came: the registry judges them by its own rules. The
  // host never is: a request line may name one, and would lead anywhere.
  const asked = new URL(request.originalUrl, registryUrl)
  const url = new URL(registryUrl)
  url.pathname = asked.pathname
  url.search = asked.search
  let status: number
  let contentType: string
  let body: Buffer
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json, application/problem+json' },
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    })
    status = answer.status
    contentType = answer.headers.get('content-type') ?? 'application/json'
    body = await readLimited(answer)
  } catch (cause) {
    if (cause instanceof RegistryUnreachableError) throw cause
    throw new RegistryUnreachableError({
      path: url.pathname,
      reason: cause instanceof Error ? cause.name : 'unknown',
      cause,
    })
  }
  response.status(status).setHeader('Content-Type', contentType)
  response.end(body)
}

async function readLimited(answer: globalThis.Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes)
      throw new RegistryUnreachableError({
        path: new URL(answer.url).pathname,
        reason: `more than ${maxAnswerBytes} bytes`,
      })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Thrown when the registry gives no usable answer. */
export class RegistryUnreachableError extends BehestError {
  readonly code = 'REGISTRY_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(facts: { path: string; reason: string; cause?: unknown }) {
    const { path, reason, cause } = facts
    super(
      `The registry gave no answer to ${path.slice(0, 200)} (${reason}). Try again in a moment.`,
      { facts: { path: path.slice(0, 200), reason }, cause },
    )
  }
}
