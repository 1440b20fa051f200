import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { answerRequestOnce, type Idempotency } from '@behest/journal'
import {
  type Address,
  addressSchema,
  type ChainPort,
  isSameAddress,
  toDecimal,
} from '@behest/spec'
import compression from 'compression'
import express, { type Express, type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import type { Logger } from 'pino'
import {
  type AllowanceRoutesOptions,
  allowanceRoutes,
} from './allowances/allowanceRoutes.js'
import type { Metrics } from './createMetrics.js'
import { type MountFacesOptions, mountFaces } from './faces/mountFaces.js'
import { assertOwnHost } from './http/assertOwnHost.js'
import type { Readiness } from './http/createReadiness.js'
import {
  DrainingError,
  RateLimitedError,
  RequestInvalidError,
  RouteNotFoundError,
} from './http/errors.js'
import { handleError } from './http/handleError.js'
import { assertShallow } from './http/readRequest.js'
import { type OrderRoutesOptions, orderRoutes } from './orders/orderRoutes.js'
import type { PaymentStatus } from './payments/openPayments.js'
import {
  type PolicyRoutesOptions,
  policyRoutes,
} from './policies/policyRoutes.js'
import { type ChatRoutesOptions, chatRoutes } from './routes/chatRoutes.js'
import {
  type HolderRoutesOptions,
  holderRoutes,
} from './routes/holderRoutes.js'
import {
  type IntentRoutesOptions,
  intentRoutes,
} from './routes/intentRoutes.js'
import { buildIntentSchema, buildOpenApi } from './routes/openApi.js'
import { registryRoutes } from './routes/registryRoutes.js'
import { admitPeople, type Viewer } from './sign-in/admitPeople.js'
import { scopeToAccount } from './sign-in/scopeToAccount.js'
import { type SignInOptions, sessionRoutes } from './sign-in/sessionRoutes.js'

const maxBodyBytes = 64 * 1024
const ratePerMinute = 1200

/** What the app is made of. */
export type CreateAppOptions = IntentRoutesOptions &
  Pick<MountFacesOptions, 'webhooks' | 'responses' | 'contexts'> &
  Pick<PolicyRoutesOptions, 'signPolicy'> &
  Pick<ChatRoutesOptions, 'chats' | 'verifyMessage'> & {
    /** Where holders' wallets get what they send; without it there are none. */
    readonly holder?: HolderRoutesOptions['holder']
    /** Where standing orders are; without them there are no routes for them. */
    readonly orders?: OrderRoutesOptions['orders']
    /** What plans of an account allowed; without it there is no ledger. */
    readonly allowances?: Pick<AllowanceRoutesOptions, 'chain' | 'readGrants'>
    readonly onCancelled?: OrderRoutesOptions['onCancelled']
    /** Where signed policies are; without them there are no routes for them. */
    readonly policies?: PolicyRoutesOptions['policies']
    readonly chain: ChainPort
    readonly logger: Logger
    readonly metrics: Metrics
    /** Keeps the answers to writes that carry an `Idempotency-Key`. */
    readonly idempotency: Idempotency
    /** Runs before everything else, e.g. to trace it. */
    readonly serve?: RequestHandler
    readonly serverUrl: string
    /** Folder of the built page; without one, only the API is served. */
    readonly webFolder?: string
    /** Origins of the sites that may show the page in a frame; none if absent. */
    readonly embedOrigins?: readonly string[]
    readonly registryUrl: string
    readonly readPaymentStatus: () => Promise<PaymentStatus>
    readonly readReadiness: () => Promise<Readiness>
    /** Who asks must be known; without it, whoever reaches the server sees all. */
    readonly signIn?: Pick<SignInOptions, 'sessions' | 'publicUrl'> & {
      readonly operatorToken: string
    }
  }

/** Creates the express app of the intent API and the page. */
export function createApp(options: CreateAppOptions): Express {
  const { logger, metrics, chain, signIn } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('etag', false)
  if (options.serve !== undefined) app.use(options.serve)
  app.use(assertOwnHost(options))
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          connectSrc: ["'self'", new URL(options.registryUrl).origin],
          frameAncestors: ["'self'", ...(options.embedOrigins ?? [])],
          upgradeInsecureRequests: null,
        },
      },
      // It knows one origin only; `frame-ancestors` says the same, of each.
      xFrameOptions: false,
    }),
  )
  app.use(metrics.measure)
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' })
  })
  app.get('/readyz', async (_request, response) => {
    if (options.isDraining()) throw new DrainingError()
    const readiness = await options.readReadiness()
    response
      .status(readiness.status === 'unready' ? 503 : 200)
      .setHeader('Cache-Control', 'no-store')
    response.json(readiness)
  })
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.render())
  })
  const openApi = buildOpenApi({ serverUrl: options.serverUrl })
  app.get('/openapi.json', (_request, response) => {
    response.json(openApi)
  })
  const intentSchema = buildIntentSchema()
  app.get('/v1/schema/intent', (_request, response) => {
    response.json(intentSchema)
  })

  if (signIn === undefined) {
    // Nobody asks here who asks; the page wants to know that much.
    app.get('/v1/sessions/current', (_request, response) => {
      response.json({ isRequired: false })
    })
    app.use(createRoutes(options, { type: 'operator' }))
  } else
    app.use(
      '/v1/sessions',
      sessionRoutes({ ...options, ...signIn, chainId: chain.chainId }),
    )

  const { webFolder } = options
  if (webFolder !== undefined && existsSync(join(webFolder, 'index.html')))
    app.use(
      // The page alone: a stream of events must not wait for more to pack.
      compression({
        filter: (request, response) =>
          pageFiles.test(request.url) && compression.filter(request, response),
      }),
      express.static(webFolder, {
        index: 'index.html',
        maxAge: '1h',
        etag: true,
        setHeaders: (response, path) => {
          // Meant for pages of others; what it opens is not.
          if (path.endsWith('/embed.js'))
            response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
        },
      }),
    )
  if (signIn !== undefined)
    app.use(
      admitPeople({
        ...signIn,
        createRoutes: (viewer) => createRoutes(options, viewer),
      }),
    )
  app.use((request) => {
    throw new RouteNotFoundError({ method: request.method, path: request.path })
  })
  app.use(handleError({ logger, maxBytes: maxBodyBytes }))
  return app
}

/** What the page is made of. */
const pageFiles =
  /^\/(?:[\w./-]+\.(?:html|js|css|svg|json|webmanifest))?(?:\?|$)/

/** Everything that reads or writes intents, as one viewer may reach it. */
function createRoutes(given: CreateAppOptions, viewer: Viewer): Router {
  const reviewed = listReviewed(given, viewer)
  const options: CreateAppOptions =
    viewer.type === 'operator'
      ? given
      : {
          ...scopeToAccount(given, viewer.account, reviewed),
          accounts: [viewer.account],
        }
  const { accounts, chain } = options
  const app = Router()
  // Before everything below: each family has limits and errors of its own.
  mountFaces(app, options)
  app.use(
    '/v1',
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
  app.use('/v1', (request, _response, next) => {
    if (options.isDraining() && request.method !== 'GET')
      throw new DrainingError()
    next()
  })
  app.use(
    '/v1',
    express.json({
      limit: maxBodyBytes,
      strict: false,
      verify: (_request, _response, raw) => assertShallow(raw),
    }),
  )
  app.use('/v1', async (request, response, next) => {
    await answerRequestOnce({
      idempotency: options.idempotency,
      principal:
        viewer.type === 'operator'
          ? 'intent-api'
          : `intent-api ${viewer.account.toLowerCase()}`,
      request,
      response,
      handle: () => next(),
    })
  })
  app.get('/v1/accounts', async (_request, response) => {
    response.json({
      chain: chain.chainName,
      chainId: chain.chainId,
      registryUrl: options.registryUrl,
      signsPolicies: options.signPolicy !== undefined,
      ...(reviewed.length === 0
        ? {}
        : { secondPerson: { approvers: given.approvers, accounts: reviewed } }),
      // The server has no key of somebody who signed in.
      accounts:
        viewer.type === 'person'
          ? []
          : await Promise.all(
              accounts.map((account) => readAccount(chain, account)),
            ),
    })
  })
  app.get('/v1/accounts/:address', async (request, response) => {
    const address = addressSchema.safeParse(request.params.address)
    if (!address.success)
      throw new RequestInvalidError({
        where: 'path',
        problem: 'an address is 0x and 40 hexadecimal digits',
      })
    response.json(await readAccount(chain, address.data))
  })
  app.use('/v1', intentRoutes(options))
  if (viewer.type === 'operator') {
    app.use('/v1', chatRoutes({ ...options, chainId: chain.chainId }))
    app.get('/v1/payments', async (_request, response) => {
      response.json(await options.readPaymentStatus())
    })
  }
  app.use('/v1', registryRoutes(options))
  const { orders, policies, store, holder } = options
  if (holder) app.use('/v1', holderRoutes({ ...options, holder }))
  if (orders) app.use('/v1', orderRoutes({ ...options, orders, store }))
  const { allowances } = options
  if (allowances)
    app.use(
      '/v1',
      allowanceRoutes({
        ...options,
        chain: allowances.chain,
        // What anybody may take is on the chain; which plans gave it is not.
        readGrants: async (account) =>
          viewer.type === 'operator' || isSameAddress(account, viewer.account)
            ? allowances.readGrants(account)
            : [],
      }),
    )
  if (policies && orders)
    app.use('/v1', policyRoutes({ ...options, policies, orders }))

  return app
}

/** The accounts whose plans a viewer may see because of a second person's yes. */
function listReviewed(
  { approvers = [], accounts }: CreateAppOptions,
  viewer: Viewer,
): readonly Address[] {
  return approvers.length > 0 &&
    (viewer.type === 'operator' ||
      approvers.some((one) => isSameAddress(one, viewer.account)))
    ? accounts
    : []
}

async function readAccount(chain: ChainPort, account: Address) {
  const symbols = [chain.nativeToken.symbol, 'WETH', 'USDC', 'DAI', 'WBTC']
  const found = await Promise.all(
    symbols.map((symbol) => chain.findTokens({ symbol })),
  )
  const balances = await Promise.all(
    found.flatMap(([token]) =>
      token
        ? [
            chain
              .readBalance({ account, token: token.address })
              .then((units) => ({
                symbol: token.symbol,
                token: token.address,
                units: units.toString(),
                decimal: toDecimal(units, token.decimals),
              })),
          ]
        : [],
    ),
  )
  return { address: account, balances }
}
