import type { SessionStore } from '@behest/journal'
import {
  type Address,
  addressSchema,
  BehestError,
  type Hex,
  hexSchema,
} from '@behest/spec'
import express, { type Request, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { getAddress } from 'viem'
import {
  createSiweMessage,
  parseSiweMessage,
  validateSiweMessage,
} from 'viem/siwe'
import * as z from 'zod'
import { RateLimitedError } from '../http/errors.js'
import { readBody } from '../http/readRequest.js'

const sessionSeconds = 12 * 60 * 60
const ratePerMinute = 60
const messageMs = 10 * 60_000
const statement = 'Sign in to Behest. This approves and sends nothing.'
const cookieName = 'behest-session'

/** Body of `POST /v1/sessions`. */
export const sessionBodySchema = z.strictObject({
  message: z.string().min(1).max(4000),
  signature: hexSchema,
})

/** Body of `POST /v1/sessions/nonce`: who signs, to be given the whole text. */
export const nonceBodySchema = z.strictObject({
  address: addressSchema.optional(),
})

/** What signing in needs. */
export type SignInOptions = {
  readonly sessions: SessionStore
  /** Where people reach this server; what they sign must name it. */
  readonly publicUrl: string
  readonly chainId: number
  /** Tells whether an account signed a text; contracts are asked themselves. */
  readonly verifyMessage: (options: {
    readonly address: Address
    readonly message: string
    readonly signature: Hex
  }) => Promise<boolean>
  readonly now: () => Date
}

/**
 * Signs in and out by EIP-4361: the routes of `/v1/sessions`. What is signed names
 * this server, its chain and a nonce of its own, and is good for one session.
 */
export function sessionRoutes(options: SignInOptions): Router {
  const { sessions, chainId, verifyMessage, now } = options
  const { host, origin, protocol } = new URL(options.publicUrl)
  const routes = Router()
  routes.use(
    rateLimit({
      windowMs: 60_000,
      limit: ratePerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      handler: () => {
        throw new RateLimitedError({ limit: ratePerMinute, windowSeconds: 60 })
      },
    }),
  )
  routes.use(express.json({ limit: 32 * 1024, strict: false }))
  routes.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    next()
  })

  routes.get('/current', async (request, response) => {
    const account = await findAccount(sessions, request)
    response.json({
      isRequired: true,
      ...(account === null ? {} : { account }),
    })
  })

  routes.post('/nonce', async (request, response) => {
    const { address } =
      request.headers['content-type'] === undefined
        ? {}
        : readBody(request, nonceBodySchema)
    const nonce = await sessions.issueNonce()
    response.status(201).json({
      nonce,
      domain: host,
      uri: origin,
      chainId,
      ...(address === undefined
        ? {}
        : {
            message: createSiweMessage({
              address: getAddress(address),
              chainId,
              domain: host,
              uri: origin,
              nonce,
              version: '1',
              statement,
              issuedAt: now(),
              expirationTime: new Date(now().getTime() + messageMs),
            }),
          }),
    })
  })

  routes.post('/', async (request, response) => {
    const { message, signature } = readBody(request, sessionBodySchema)
    const said = parseSiweMessage(message)
    const { address, nonce } = said
    const refuse = (reason: string): never => {
      throw new SignInRefusedError({ reason })
    }
    if (address === undefined || nonce === undefined || said.uri === undefined)
      return refuse('it is not a sign-in message of EIP-4361')
    if (
      !validateSiweMessage({ message: said, domain: host, time: now() }) ||
      toOrigin(said.uri) !== origin
    )
      return refuse(`it is not for ${host}, or not for now`)
    if (said.chainId !== chainId)
      return refuse(`it is not for chain ${chainId}`)
    // It throws only where the chain would have to tell and does not answer.
    const isSigned = await verifyMessage({ address, message, signature })
    if (!isSigned) return refuse(`it is not signed by ${address}`)
    const begun = await sessions.begin({
      nonce,
      account: address,
      seconds: sessionSeconds,
    })
    if (begun === null)
      return refuse('its nonce is not of this server, is too old or was used')
    response.cookie(cookieName, begun.token, {
      httpOnly: true,
      sameSite: 'strict',
      secure: protocol === 'https:',
      path: '/',
      maxAge: sessionSeconds * 1000,
    })
    return response.status(201).json({ account: address, ...begun })
  })

  routes.delete('/current', async (request, response) => {
    const token = readToken(request)
    if (token !== undefined) await sessions.end(token)
    response.clearCookie(cookieName, { path: '/' })
    response.json({ isRequired: true })
  })

  return routes
}

/** Finds whose session a request belongs to; `null` for nobody's. */
export async function findAccount(
  sessions: SessionStore,
  request: Request,
): Promise<Address | null> {
  const token = readToken(request)
  return token === undefined ? null : sessions.find(token)
}

/** The token of a request: as programs send it, or as the page's cookie. */
export function readToken(request: Request): string | undefined {
  const [, bearer] =
    /^Bearer +([\w.~+/-]{1,200}=*)$/i.exec(
      request.headers.authorization ?? '',
    ) ?? []
  if (bearer !== undefined) return bearer
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === cookieName && value) return value
  }
  return undefined
}

function toOrigin(uri: string): string | undefined {
  return URL.canParse(uri) ? new URL(uri).origin : undefined
}

/** Thrown when what was signed does not sign anybody in. */
export class SignInRefusedError extends BehestError {
  readonly code = 'SIGN_IN_REFUSED'
  readonly retry = 'ask-user'

  constructor(facts: { reason: string }) {
    super(
      `You were not signed in: ${facts.reason}. Ask for a nonce at /v1/sessions/nonce, and sign what it says.`,
      { facts },
    )
  }
}
