import { createHash, timingSafeEqual } from 'node:crypto'
import type { SessionStore } from '@behest/journal'
import { type Address, BehestError } from '@behest/spec'
import type { RequestHandler } from 'express'
import { readToken } from './sessionRoutes.js'

// Each holds the routers of one account, with their rate limits.
const mostKept = 500

/** Who asks: somebody with a wallet, or whoever runs the server. */
export type Viewer =
  | { readonly type: 'person'; readonly account: Address }
  | { readonly type: 'operator' }

/**
 * Lets in who is signed in, each to routes that reach their own account only, and
 * the operator, by a token, to all of it.
 *
 * @param options.operatorToken - Whoever has it reads and does everything.
 * @param options.createRoutes - Makes the routes of one viewer.
 */
export function admitPeople(options: {
  readonly sessions: Pick<SessionStore, 'find'>
  readonly operatorToken: string
  readonly createRoutes: (viewer: Viewer) => RequestHandler
}): RequestHandler {
  const { sessions, operatorToken, createRoutes } = options
  const operatorRoutes = createRoutes({ type: 'operator' })
  const routesOf = new Map<string, RequestHandler>()

  const findRoutes = (account: Address): RequestHandler => {
    const key = account.toLowerCase()
    const routes =
      routesOf.get(key) ?? createRoutes({ type: 'person', account })
    // The one that was asked for last is forgotten last.
    routesOf.delete(key)
    routesOf.set(key, routes)
    const [oldest] = routesOf.keys()
    if (routesOf.size > mostKept && oldest !== undefined)
      routesOf.delete(oldest)
    return routes
  }

  return async (request, response, next) => {
    // What tells clients how to talk to us is for everybody.
    if (request.path === '/.well-known/agent-card.json')
      return operatorRoutes(request, response, next)
    const token = readToken(request)
    if (token !== undefined && isSame(token, operatorToken))
      return operatorRoutes(request, response, next)
    const account = token === undefined ? null : await sessions.find(token)
    if (account !== null) return findRoutes(account)(request, response, next)
    const error = new SignInRequiredError()
    const body = toBody(request.path, error)
    response.status(401).setHeader('WWW-Authenticate', 'Bearer realm="behest"')
    if (body === null) return next(error)
    return response.json(body)
  }
}

/** The refusal as each family of clients reads it; `null` for problem details. */
function toBody(path: string, error: SignInRequiredError): object | null {
  const message = error.shortMessage
  if (/^\/v1\/(?:chat\/completions|responses|models)(?:\/|$)/i.test(path))
    return {
      error: {
        message,
        type: 'authentication_error',
        param: null,
        code: 'invalid_api_key',
      },
    }
  if (/^\/(?:mcp|a2a)\/?$/i.test(path))
    return { jsonrpc: '2.0', id: null, error: { code: -32_001, message } }
  if (/^\/a2a\//i.test(path))
    return { error: { code: 401, status: 'UNAUTHENTICATED', message } }
  return null
}

function isSame(given: string, expected: string): boolean {
  const hash = (value: string): Buffer =>
    createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(given), hash(expected))
}

/** Thrown when a server that many reach does not know who asks. */
export class SignInRequiredError extends BehestError {
  readonly code = 'SIGN_IN_REQUIRED'
  readonly retry = 'ask-user'

  constructor() {
    super(
      'This server wants to know who asks. Sign in with your wallet on the page, or at /v1/sessions, and send the token as "Authorization: Bearer …".',
    )
  }
}
