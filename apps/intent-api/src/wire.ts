import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readAddresses } from '@behest/devnet'
import { createEngine } from '@behest/engine'
import {
  assertDeployment,
  createChainClient,
  createChainPort,
  createHolderChain,
  createMandatePort,
  createMessageVerifier,
  createOutboxChain,
  createPricePort,
  knownContracts,
  orderContracts,
  readDeployment,
  toLocalDeployment,
} from '@behest/evm'
import {
  conversationSchema,
  createChatStore,
  createContextStore,
  createHolderLegs,
  createHolderPort,
  createHolderWatch,
  createIdempotency,
  createIntentRunner,
  createIntentStore,
  createOrderStore,
  createOutbox,
  createOutboxWorker,
  createPolicyStore,
  createResponseStore,
  createSender,
  createSessionStore,
  createWebhookStore,
  createWorkflows,
  holderSchema,
  idempotencySchema,
  journalSchema,
  openDatabase,
  paymentSchema,
  readGrants,
  readOperations,
  runMigrations,
  type StoredOrder,
  signInSchema,
  standingSchema,
  takeExecutorSlot,
  webhookSchema,
} from '@behest/journal'
import { createModelParser, createParser } from '@behest/language'
import { createA2aAgentPort, createGuardedFetch } from '@behest/sdk'
import { createSignerClient } from '@behest/signer'
import {
  BehestError,
  isSameAddress,
  type Receipt,
  receiptSchema,
} from '@behest/spec'
import type { Fetch, Tracing } from '@behest/telemetry'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { createDossierReader } from './adapters/createDossierReader.js'
import { createEndableSigner } from './adapters/createEndableSigner.js'
import { createOptionsPort } from './adapters/createOptionsPort.js'
import { createRegistryPort } from './adapters/createRegistryPort.js'
import { fundLocalAccount } from './adapters/fundLocalAccount.js'
import { requireApprover } from './approvers/requireApprover.js'
import type { Config } from './config.js'
import { createApp } from './createApp.js'
import { createMetrics } from './createMetrics.js'
import { startPushSender } from './faces/a2a/push/startPushSender.js'
import { createDesk } from './faces/desk/createDesk.js'
import { isLoopbackHost } from './http/assertOwnHost.js'
import { assertReachable, createReadiness } from './http/createReadiness.js'
import { createOrderKeeper } from './orders/createOrderKeeper.js'
import { createOrderMandates } from './orders/createOrderMandates.js'
import { createOrderPort } from './orders/createOrderPort.js'
import { keepReconciled, openPayments } from './payments/openPayments.js'

/** Intents in the middle of something get so long to write down how far they got. */
const drainMs = 2000
const sweepEveryMs = 600_000
// The signer starts beside this process, and is started again when it dies.
const signerWaitMs = 20_000

/** Everything of one process, put together. */
export type Wired = {
  readonly app: Express
  /** From now on not ready, and nothing new is begun. */
  readonly drain: () => void
  readonly stop: () => Promise<void>
}

/**
 * Wires ports to adapters: the one place of this app that knows both.
 *
 * @throws {WrongChainError} when the RPC serves another chain than configured.
 * @throws {ContractMissingError} when a contract of the chain's table has no code.
 * @throws {ChainUnknownError} when the RPC serves no chain of the table.
 */
export async function wire(options: {
  readonly config: Config
  readonly logger: Logger
  readonly tracing: Tracing
}): Promise<Wired> {
  const { config, logger, tracing } = options
  const dataFolder = resolve(config.dataFolder)
  const deployment = await readDeployment({
    rpcUrl: config.rpcUrl,
    local: toLocalDeployment(readAddresses()),
    ...(config.chain === undefined ? {} : { name: config.chain }),
  })
  const chain = createChainPort({ rpcUrl: config.rpcUrl, deployment })
  const { signer, end: endSigning } = createEndableSigner(
    createSignerClient({
      placeFile: join(dataFolder, 'run', 'signer.json'),
      readDossier: (planHash) => readDossier(planHash),
      waitMs: signerWaitMs,
    }),
  )
  const [database, keys] = await Promise.all([
    openDatabase({
      databaseUrl: config.databaseUrl,
      dataFolder,
      onConnectionError: (error) =>
        logger.warn({ error: describe(error) }, 'a database connection failed'),
    }),
    signer.readAddresses(),
    assertDeployment({ client: chain.client, deployment }),
  ])
  // The registry of this house knows our receipts by it.
  mkdirSync(join(dataFolder, 'run'), { recursive: true, mode: 0o700 })
  writeFileSync(
    join(dataFolder, 'run', 'house-engines.json'),
    JSON.stringify([keys.engine]),
  )
  await runMigrations(database.pool, journalSchema)
  await runMigrations(database.pool, webhookSchema)
  await runMigrations(database.pool, conversationSchema)
  await runMigrations(database.pool, idempotencySchema)
  await runMigrations(database.pool, standingSchema)
  await runMigrations(database.pool, paymentSchema)
  await runMigrations(database.pool, signInSchema)
  await runMigrations(database.pool, holderSchema)
  if (deployment.name === 'local')
    await Promise.all([
      fundLocalAccount({
        rpcUrl: config.rpcUrl,
        account: keys.account,
        tokens: deployment.tokens,
      }),
      fundLocalAccount({
        rpcUrl: config.rpcUrl,
        account: keys.executor,
        tokens: [],
      }),
      ...(keys.payer === undefined
        ? []
        : [
            fundLocalAccount({
              rpcUrl: config.rpcUrl,
              account: keys.payer,
              tokens: deployment.tokens.filter(
                ({ symbol }) => symbol === 'USDC',
              ),
            }),
          ]),
    ])

  const payments = await openPayments({
    limits: config.payments,
    pool: database.pool,
    chain,
    deployment,
    ...(keys.payer === undefined
      ? {}
      : { signer: { address: keys.payer, signPayment: signer.signPayment } }),
  })
  const reconciling =
    payments.payer &&
    keepReconciled({
      payer: payments.payer,
      everyMs: 60_000,
      onError: (error) =>
        logger.warn({ error: describe(error) }, 'payments were not looked at'),
    })

  const metrics = createMetrics()
  metrics.watchOperations({
    readOperations: () => readOperations(database.pool),
    readHeadAgeSeconds: async () => {
      const { timestampUnixSeconds } = await chain.readHead()
      return Math.max(0, Date.now() / 1000 - timestampUnixSeconds)
    },
    readConnections: () => ({
      total: database.pool.totalCount,
      idle: database.pool.idleCount,
      waiting: database.pool.waitingCount,
    }),
  })
  const store = tracing.intents.watchStore(
    createIntentStore({ pool: database.pool }),
  )
  const sendRequest = tracing.watchFetch((url: string, init?: RequestInit) =>
    fetch(url, init),
  )
  const orders = createOrderStore({ pool: database.pool })
  const policies = createPolicyStore({ pool: database.pool })
  const outbox = createOutbox({ pool: database.pool })
  const readDossier = createDossierReader({ pool: database.pool, store })
  const outboxChain = createOutboxChain({
    client: chain.client,
    deployment,
    ...(config.privateRpcUrl === undefined
      ? {}
      : { offerRpcUrl: config.privateRpcUrl }),
    ...(config.witnessRpcUrl === undefined
      ? {}
      : {
          witness: createChainClient({
            rpcUrl: config.witnessRpcUrl,
            deployment,
          }),
        }),
  })
  /** What the signer refuses is never signed: whoever waits is told at once. */
  const endRefused = (legId: string, reason: string): Promise<void> =>
    outbox
      .settleUnmined({
        legId,
        from: ['QUEUED'],
        to: 'CANCELLED',
        reason,
      })
      .catch((error: unknown) =>
        logger.warn({ error: describe(error) }, 'a refused leg stays queued'),
      )
  const worker = await createOutboxWorker({
    outbox,
    pool: database.pool,
    chain: outboxChain,
    sign: (transaction) =>
      signer.signLeg(transaction).catch((error: unknown) => {
        if (BehestError.isInstance(error) && error.code === 'SIGNING_REFUSED')
          // Not waited for: the row is held until this has failed.
          void endRefused(transaction.legId, error.shortMessage)
        throw error
      }),
    // A local chain that is killed may come back without its last blocks.
    whenFinalIsLost: deployment.name === 'local' ? 'offer-again' : 'halt',
    canSign: (address) =>
      [keys.account, keys.executor].some((own) => isSameAddress(address, own)),
    onEvent: (event) => {
      metrics.countOutbox(event.type)
      logger.info(toLoggable(event), 'outbox')
    },
  })
  const language = createParser(
    config.model === undefined
      ? {}
      : { model: createModelParser(config.model) },
  )
  const guardedFetch = createGuardedFetch({
    allowedLoopbackHosts: ['127.0.0.1:*'],
  })
  const sender = createSender({ outbox, workers: [worker] })
  const holderLegs = createHolderLegs({ pool: database.pool })
  const holderChain = createHolderChain({
    client: chain.client,
    chain: outboxChain,
  })
  const goOn = (intentId: string): void => runner.wake(intentId)
  const holderWatch = createHolderWatch({
    legs: holderLegs,
    chain: holderChain,
    onChange: goOn,
    onError: (error) =>
      logger.warn({ error: describe(error) }, 'a wallet is looked after again'),
  })
  const holder = createHolderPort({
    legs: holderLegs,
    pool: database.pool,
    chain: holderChain,
    watch: holderWatch,
    signsFor: [keys.account, keys.executor],
    onChange: goOn,
  })
  const orderMandates =
    deployment.delegation === undefined ||
    deployment.periodEnforcers === undefined
      ? undefined
      : createOrderMandates({
          chain,
          executor: keys.executor,
          sign: ({ planHash, ...request }) =>
            signer.signOrderMandate({ ...request, termsHash: planHash }),
          signBatch: signer.signOrderBatch,
          orders,
          sender,
          // It vouches for nothing outside this process.
          agentSigner: privateKeyToAccount(generatePrivateKey()),
        })
  const endOnChain = (order: StoredOrder): void => {
    orderMandates?.disable(order).catch((error) => report(error, order.id))
  }
  const registryPort = createRegistryPort({
    fetch: sendRequest,
    baseUrl: config.registryUrl,
    isReference: readHouseKeys(dataFolder),
  })
  const agentPort = createA2aAgentPort({
    fetch: tracing.watchFetch(guardedFetch),
    ...(payments.payer === undefined ? {} : { payer: payments.payer }),
  })
  const engine = createEngine(
    {
      store,
      language,
      options: createOptionsPort({ chain }),
      registry: orderMandates?.wrapRegistry(registryPort) ?? registryPort,
      agents: orderMandates?.wrapAgents(agentPort) ?? agentPort,
      readPayments: payments.readPayments,
      chain,
      sender,
      attestor: { address: keys.engine, signReceipt: signer.signReceipt },
      ...(deployment.delegation === undefined
        ? {}
        : {
            mandates: (orderMandates?.wrapMandates ?? ((port) => port))(
              createMandatePort({
                client: chain.client,
                deployment,
                executor: keys.executor,
                sign: signer.signMandate,
              }),
            ),
          }),
      holder,
      policies,
      prices: createPricePort({ client: chain.client, deployment }),
      orders: createOrderPort({
        store: orders,
        sign: signer.signOrder,
        ...(orderMandates ? { mandates: orderMandates } : {}),
        onCancelled: endOnChain,
      }),
      now: () => new Date(),
      createId: randomUUID,
      onReceipt: (receipt) => {
        metrics.countReceipt(receipt.outcome)
        void publishReceipt({
          registryUrl: config.registryUrl,
          receipt,
          logger,
          send: sendRequest,
        })
      },
      onDefect: ({ intentId, error }) => {
        metrics.countDefect()
        logger.error({ intentId, error: describe(error) }, 'defect')
      },
    },
    {
      knownContracts: knownContracts(deployment),
      wrappedNative: deployment.wrappedNative,
      orderContracts: orderContracts(deployment),
    },
  )
  const slot = await takeExecutorSlot({
    pool: database.pool,
    kind: 'intent-api',
    onLost: () => {
      // Two processes of one name would do the same work.
      logger.fatal('another process took the name of this one')
      process.exit(1)
    },
  })
  const report = (error: unknown, intentId?: string): void =>
    logger.warn(
      {
        error: describe(error),
        ...(intentId === undefined ? {} : { intentId }),
      },
      'an intent will be taken up again',
    )
  const advance: typeof engine.advance = (intentId) =>
    tracing.intents.around(intentId, () => engine.advance(intentId))
  const workflows = createWorkflows({
    pool: database.pool,
    executorId: slot.name,
    advance,
    onError: report,
  })
  const runner = createIntentRunner({
    store,
    owner: slot.name,
    advance,
    drive: workflows.drive,
    onError: report,
  })

  const serverUrl = config.publicUrl
  const webhooks = {
    store: createWebhookStore({ pool: database.pool }),
    // Who reaches a server of this machine only is on this machine.
    allowedLoopbackHosts: isLoopbackHost(config.host) ? ['127.0.0.1:*'] : [],
  }
  const webhookFetch = createGuardedFetch(webhooks)
  const idempotency = createIdempotency({ pool: database.pool })
  const sweeping = setInterval(() => {
    idempotency.sweep().catch(report)
  }, sweepEveryMs).unref()
  const keeper = createOrderKeeper({
    store: orders,
    engine,
    chain,
    wake: runner.wake,
    owner: slot.name,
    onError: report,
    ...(orderMandates
      ? { giveBack: orderMandates.giveBack, endOpen: orderMandates.endOpen }
      : {}),
  })

  let isDraining = false
  const app = createApp({
    engine: requireApprover({
      engine,
      approvers: keys.approvers,
      accounts: [keys.account],
    }),
    approvers: keys.approvers,
    store,
    responses: createResponseStore({ pool: database.pool }),
    contexts: createContextStore({ pool: database.pool }),
    chats: createChatStore({ pool: database.pool }),
    verifyMessage: createMessageVerifier(chain.client),
    language,
    runner,
    orders,
    allowances: {
      chain,
      readGrants: (account) => readGrants({ pool: database.pool, account }),
    },
    onCancelled: endOnChain,
    policies,
    // Whoever reaches a server of this machine only is its person.
    ...(config.signIn === 'none' && isLoopbackHost(config.host)
      ? { signPolicy: signer.signPolicy }
      : {}),
    ...(config.signIn === 'none'
      ? {}
      : {
          signIn: {
            sessions: createSessionStore({ pool: database.pool }),
            publicUrl: config.publicUrl,
            operatorToken: ensureOperatorToken(config, dataFolder),
          },
        }),
    accounts: [keys.account],
    holder,
    servesHolders: true,
    chainName: deployment.name,
    now: () => new Date(),
    isDraining: () => isDraining,
    chain,
    logger,
    metrics,
    serverUrl,
    webhooks,
    idempotency,
    serve: tracing.serve,
    registryUrl: config.registryUrl,
    readPaymentStatus: payments.readStatus,
    ...(config.webFolder === undefined ? {} : { webFolder: config.webFolder }),
    embedOrigins: config.embedOrigins,
    readReadiness: createReadiness({
      needed: {
        database: async () => {
          await database.pool.query('select 1')
        },
        chain: async () => {
          await chain.readHead()
        },
      },
      useful: {
        registry: () => assertReachable(config.registryUrl),
      },
      describe: async () => ({
        chain: deployment.name,
        chainId: deployment.chainId,
        block: (await chain.readHead()).number.toString(),
        database: database.embedded ? 'embedded' : 'server',
        language: config.model === undefined ? 'embedded' : config.model.model,
        payments: payments.payer
          ? `at most ${config.payments.perIntent} USDC per intent and ${config.payments.perDay} per day`
          : 'none',
      }),
    }),
  })
  const pushSender = startPushSender({
    desk: createDesk({
      engine,
      store,
      language,
      wake: runner.wake,
      account: keys.account,
      serverUrl,
      now: () => new Date(),
      isDraining: () => isDraining,
    }),
    events: store,
    store: webhooks.store,
    fetch: webhookFetch,
    pollMs: 500,
    random: Math.random,
    onGivenUp: (facts) => logger.warn(facts, 'a webhook was given up'),
    onError: (error) => logger.warn({ error: describe(error) }, 'webhooks'),
  })
  return {
    app,
    drain: () => {
      isDraining = true
      worker.drain()
      endSigning()
      logger.info('draining: no signature is asked for from here on')
    },
    stop: async () => {
      isDraining = true
      reconciling?.stop()
      worker.drain()
      endSigning()
      clearInterval(sweeping)
      await Promise.all([
        pushSender.stop(),
        holderWatch.stop(),
        keeper.stop({ waitMs: drainMs }),
        runner.stop({ waitMs: drainMs }),
      ])
      await workflows.stop({ waitMs: 500 })
      await worker.stop()
      await slot.release()
      await store.close()
      await guardedFetch.close()
      signer.close()
      await webhookFetch.close()
      await database.stop()
    },
  }
}

/** The operator's token: as given, or the one of this data folder, for its tools. */
function ensureOperatorToken(config: Config, dataFolder: string): string {
  if (config.operatorToken !== undefined) return config.operatorToken
  const file = join(dataFolder, 'run', 'intent-operator.token')
  if (!existsSync(file))
    writeFileSync(file, randomBytes(32).toString('base64url'), {
      mode: 0o600,
      flag: 'wx',
    })
  return readFileSync(file, 'utf8').trim()
}

/** The agents of this house, as their host wrote them down. */
function readHouseKeys(dataFolder: string): (agent: string) => boolean {
  const file = join(dataFolder, 'run', 'house-agents.json')
  return (agent) => {
    try {
      const keys = z
        .array(z.string())
        .parse(JSON.parse(readFileSync(file, 'utf8')))
      return keys.some((key) => key.toLowerCase() === agent.toLowerCase())
    } catch {
      return false // not there yet: then nobody is of this house
    }
  }
}

async function publishReceipt(options: {
  readonly registryUrl: string
  readonly receipt: Receipt
  readonly logger: Logger
  readonly send: Fetch
}): Promise<void> {
  const { registryUrl, receipt, logger, send } = options
  try {
    const response = await send(new URL('/v1/receipts', registryUrl).href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(z.encode(receiptSchema, receipt)),
      signal: AbortSignal.timeout(5000),
    })
    if (!response.ok)
      logger.warn(
        { status: response.status, intentId: receipt.intentId },
        'the registry did not take a receipt',
      )
  } catch (error) {
    // The receipt is in the journal; reputation is not worth failing for.
    logger.warn({ error: describe(error) }, 'the registry was not reached')
  }
}

/** Amounts are bigint, which JSON logs cannot carry. */
function toLoggable(event: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      value instanceof Error ? describe(value) : String(value),
    ]),
  )
}

/** One line of an error: no stack of ours, no URL of an RPC. */
function describe(error: unknown): string {
  if (BehestError.isInstance(error))
    return `${error.code}: ${error.shortMessage}`
  return error instanceof Error
    ? `${error.name}: ${error.message.split('\n')[0] ?? ''}`
    : 'an unknown value was thrown'
}
