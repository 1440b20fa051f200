import { createSwapSingleAgent } from '@behest/agent-swap'
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import { createEngine, type Engine, type EngineOptions } from '@behest/engine'
import {
  authorizationAbi,
  createChainPort,
  createFacilitator,
  createHolderChain,
  createMandatePort,
  createOutboxChain,
  createPricePort,
  type EvmChainPort,
  type Facilitator,
  knownContracts,
  orderContracts,
  readPaymentToken,
  toLocalDeployment,
} from '@behest/evm'
import {
  type ChatStore,
  type ContextStore,
  conversationSchema,
  createChatStore,
  createContextStore,
  createHolderLegs,
  createHolderPort,
  createHolderWatch,
  createIdempotency,
  createIntentStore,
  createOrderStore,
  createOutbox,
  createOutboxWorker,
  createPolicyStore,
  createResponseStore,
  createSender,
  createSessionStore,
  createWebhookStore,
  type HolderDesk,
  holderSchema,
  type Idempotency,
  type IntentStore,
  idempotencySchema,
  journalSchema,
  type OrderStore,
  type PolicyStore,
  paymentSchema,
  type ResponseStore,
  type SessionStore,
  signInSchema,
  standingSchema,
  type WebhookStore,
  webhookSchema,
} from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import { createParser } from '@behest/language'
import {
  type Agent,
  createA2aAgentPort,
  createGuardedFetch,
  type NetworkSource,
  type QuotePrice,
  serveAgent,
} from '@behest/sdk'
import {
  createFirewall,
  createFirewallChain,
  createPaymentSigner,
  type Dossier,
  type Firewall,
  openPaymentBook,
  openSignedLedger,
} from '@behest/signer'
import {
  type Address,
  type AgentPort,
  BehestError,
  type Candidate,
  type Custody,
  type IntentRecord,
  type LanguagePort,
} from '@behest/spec'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createDossierReader } from '../adapters/createDossierReader.js'
import { createOptionsPort } from '../adapters/createOptionsPort.js'
import {
  createOrderMandates,
  type OrderMandates,
} from '../orders/createOrderMandates.js'
import { createOrderPort } from '../orders/createOrderPort.js'
import {
  openPayments,
  type PaymentLimits,
  type Payments,
} from '../payments/openPayments.js'

/** The engine over a real chain, a real journal and real agents, in this process. */
export type World = {
  readonly devnet: Devnet
  readonly chain: EvmChainPort
  readonly engine: Engine
  readonly payments: Payments
  /** The operator's key that pays agents. */
  readonly payer: Address
  readonly facilitator: Facilitator
  /** What an agent may ask, in smallest units of the local USDC. */
  readonly toPrice: (units: bigint) => QuotePrice
  /** Another process' engine over the same journal, with a run of its own. */
  readonly openEngine: (options?: {
    readonly wrapAgents?: (port: AgentPort) => AgentPort
    readonly limits?: PaymentLimits
  }) => Promise<{ readonly engine: Engine; readonly payments: Payments }>
  readonly store: IntentStore
  readonly webhooks: WebhookStore
  readonly responses: ResponseStore
  readonly contexts: ContextStore
  readonly sessions: SessionStore
  readonly chats: ChatStore
  readonly idempotency: Idempotency
  readonly orders: OrderStore
  readonly policies: PolicyStore
  /** The signer's, for the user's account. */
  readonly signPolicy: Firewall['signPolicy']
  readonly orderMandates: OrderMandates
  readonly database: TestDatabase['pool']
  readonly language: LanguagePort
  readonly user: Address
  /** Who carries out mandates and pays their gas. */
  readonly executor: Address
  /** The honest swap agent. */
  readonly honest: Agent<'swap'>
  /** What hands transactions to wallets. */
  readonly holder: HolderDesk
  /** Who goes on with an intent when a wallet did something. */
  readonly onHolderChange: (wake: (intentId: string) => void) => void
  /** Whom the registry names from now on. */
  readonly setCandidates: (candidates: readonly Candidate[]) => void
  /** Serves agents over A2A, each with a key of its own. */
  readonly serve: (
    agents: readonly Agent[],
    network?: NetworkSource,
  ) => Promise<Candidate[]>
  /** From the sentence to where it stops: at the receipt, or before. */
  readonly carryOut: (
    utterance: string,
    beforeApproval?: (record: IntentRecord) => Promise<void>,
    custody?: Custody,
  ) => Promise<IntentRecord>
  readonly onStop: (close: () => Promise<unknown>) => void
  readonly stop: () => Promise<void>
}

const toDossier = (dossier: Dossier | null) =>
  dossier === null ? {} : { dossier }

/** Creates a world with a funded user. Call `stop()` in `afterAll`. */
export async function createWorld(
  limits: Partial<EngineOptions> = {},
  setup: {
    readonly payments?: PaymentLimits
    /** Whose signed yes counts; anybody's if absent. */
    readonly approvers?: readonly Address[]
  } = {},
): Promise<World> {
  const closers: (() => Promise<unknown>)[] = []
  const [devnet, database] = await Promise.all([
    start(),
    createTestDatabase({
      schemas: [
        journalSchema,
        idempotencySchema,
        webhookSchema,
        conversationSchema,
        standingSchema,
        paymentSchema,
        signInSchema,
        holderSchema,
      ],
    }),
  ])
  closers.push(devnet.stop, database.drop)
  const account = privateKeyToAccount(devnetAccounts[1].privateKey)
  const executor = privateKeyToAccount(devnetAccounts[3].privateKey)
  const deployment = toLocalDeployment(devnet.addresses)
  const chain = createChainPort({ rpcUrl: devnet.url, deployment })
  for (const [token, amountUnits] of [
    ['USDC', 10_000_000_000n],
    ['DAI', 10_000n * 10n ** 18n],
  ] as const)
    await devnet.deal({ account: account.address, token, amountUnits })
  const outbox = createOutbox({ pool: database.pool })
  const store = createIntentStore({ pool: database.pool })
  const readDossier = createDossierReader({ pool: database.pool, store })
  // The same firewall as in the signer's process: nothing is signed without it.
  const attestor = privateKeyToAccount(generatePrivateKey())
  const firewall = createFirewall({
    addresses: {
      account: account.address,
      executor: executor.address,
      engine: attestor.address,
    },
    unlock: async (name) => ({ account, executor, engine: attestor })[name],
    deployment,
    chain: createFirewallChain({ rpcUrl: devnet.url, deployment }),
    knownContracts: [
      ...(limits.knownContracts ?? knownContracts(deployment)),
      ...orderContracts(deployment),
    ],
    ledger: openSignedLedger(),
    approvers: setup.approvers ?? [],
    ...(limits.minHealthPercent === undefined
      ? {}
      : { minHealthPercent: limits.minHealthPercent }),
  })
  const worker = await createOutboxWorker({
    outbox,
    pool: database.pool,
    chain: createOutboxChain({ client: chain.client, deployment }),
    sign: async (transaction) =>
      firewall
        .signLeg({
          transaction,
          ...toDossier(await readDossier(transaction.planHash)),
        })
        .catch((error: unknown) => {
          if (BehestError.isInstance(error))
            void outbox.settleUnmined({
              legId: transaction.legId,
              from: ['QUEUED'],
              to: 'CANCELLED',
              reason: error.shortMessage,
            })
          throw error
        }),
  })
  const orders = createOrderStore({ pool: database.pool })
  const policies = createPolicyStore({ pool: database.pool })
  closers.push(worker.stop, store.close)
  const honest = createSwapSingleAgent(chain)
  const language = createParser()
  const sender = createSender({ outbox, workers: [worker] })
  const holderLegs = createHolderLegs({ pool: database.pool })
  const holderChain = createHolderChain({
    client: chain.client,
    chain: createOutboxChain({ client: chain.client, deployment }),
  })
  let wake: (intentId: string) => void = () => {}
  const onChange = (intentId: string): void => wake(intentId)
  const holderWatch = createHolderWatch({
    legs: holderLegs,
    chain: holderChain,
    onChange,
    onError: (error) => {
      throw error
    },
    everyMs: 100,
  })
  closers.push(holderWatch.stop)
  const holder = createHolderPort({
    legs: holderLegs,
    pool: database.pool,
    chain: holderChain,
    watch: holderWatch,
    signsFor: [account.address, executor.address],
    onChange,
  })
  const orderMandates = createOrderMandates({
    chain,
    executor: executor.address,
    sign: ({ planHash, ...request }) =>
      firewall.signOrderMandate({ ...request, termsHash: planHash }),
    signBatch: firewall.signOrderBatch,
    orders,
    sender,
    agentSigner: privateKeyToAccount(generatePrivateKey()),
  })
  let candidates: readonly Candidate[] = []
  const payer = privateKeyToAccount(devnetAccounts[5].privateKey)
  const usdc = devnet.addresses.tokens.USDC
  await devnet.deal({
    account: payer.address,
    token: 'USDC',
    amountUnits: 100_000_000n,
  })
  const facilitator = createFacilitator({
    client: chain.client,
    account: privateKeyToAccount(devnetAccounts[6].privateKey),
    assets: [usdc],
  })
  const paymentToken = await readPaymentToken({
    client: chain.client,
    address: usdc,
    symbol: 'USDC',
  })
  const firewallChain = createFirewallChain({ rpcUrl: devnet.url, deployment })
  // One guard for all processes, as there is one signer. Its caps are far away:
  // those of the ledger are looked at here.
  const guard =
    paymentToken &&
    createPaymentSigner({
      address: payer.address,
      unlock: async () => payer,
      token: paymentToken,
      caps: { perIntentUnits: 10n ** 9n, perDayUnits: 10n ** 9n },
      chain: {
        readIdentity: firewallChain.readIdentity,
        readHead: firewallChain.readHead,
        readIsTaken: ({ payer: from, nonce }) =>
          chain.client.readContract({
            address: usdc,
            abi: authorizationAbi,
            functionName: 'authorizationState',
            args: [from, nonce],
          }),
      },
      book: openPaymentBook(),
      readNowMs: () => Date.now(),
    })
  const openEngine: World['openEngine'] = async (options = {}) => {
    const payments = await openPayments({
      limits: options.limits ??
        setup.payments ?? { perIntent: '0', perDay: '0' },
      pool: database.pool,
      chain,
      deployment,
      ...(guard === null ? {} : { signer: guard }),
    })
    const port = createA2aAgentPort({
      fetch: createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] }),
      ...(payments.payer === undefined ? {} : { payer: payments.payer }),
    })
    const agents = options.wrapAgents?.(port) ?? port
    return { payments, engine: create(agents, payments) }
  }
  const create = (agents: AgentPort, payments: Payments): Engine =>
    createEngine(
      {
        store,
        language,
        options: createOptionsPort({ chain }),
        registry: orderMandates.wrapRegistry({
          findCandidates: async () => candidates,
        }),
        agents: orderMandates.wrapAgents(agents),
        readPayments: payments.readPayments,
        chain,
        sender,
        attestor: {
          address: attestor.address,
          signReceipt: firewall.signReceipt,
        },
        mandates: orderMandates.wrapMandates(
          createMandatePort({
            client: chain.client,
            deployment,
            executor: executor.address,
            sign: async (request) =>
              firewall.signMandate({
                ...request,
                dossier: (await readDossier(request.planHash)) as Dossier,
              }),
          }),
        ),
        holder,
        policies,
        prices: createPricePort({ client: chain.client, deployment }),
        orders: createOrderPort({
          store: orders,
          sign: firewall.signOrder,
          mandates: orderMandates,
        }),
        now: () => new Date(),
        createId: () => crypto.randomUUID(),
      },
      {
        knownContracts: knownContracts(deployment),
        wrappedNative: deployment.wrappedNative,
        orderContracts: orderContracts(deployment),
        ...limits,
      },
    )

  const { engine, payments } = await openEngine()

  return {
    devnet,
    chain,
    payments,
    payer: payer.address,
    facilitator,
    openEngine,
    toPrice: (units) => {
      if (paymentToken === null) throw new RangeError('agents are paid in USDC')
      const { chainId, ...token } = paymentToken
      return { chainId, token, units }
    },
    engine,
    store,
    webhooks: createWebhookStore({ pool: database.pool }),
    responses: createResponseStore({ pool: database.pool }),
    contexts: createContextStore({ pool: database.pool }),
    sessions: createSessionStore({ pool: database.pool }),
    chats: createChatStore({ pool: database.pool }),
    idempotency: createIdempotency({ pool: database.pool }),
    orders,
    policies,
    signPolicy: firewall.signPolicy,
    orderMandates,
    database: database.pool,
    language,
    user: account.address,
    executor: executor.address,
    honest,
    holder,
    onHolderChange: (next) => {
      wake = next
    },
    setCandidates: (next) => {
      candidates = next
    },
    serve: async (agents, network) => {
      const signers = Object.fromEntries(
        agents.map(({ name }) => [
          name,
          privateKeyToAccount(generatePrivateKey()),
        ]),
      )
      const server = await serveAgent(agents, {
        signer: signers,
        facilitator,
        ...(network === undefined ? {} : { network }),
      })
      closers.push(server.close)
      return server.agents.map(({ agent, url, signer }) => ({
        agentId: agent.name,
        name: agent.name,
        agent: signer.address,
        url,
        reference: agent.name === honest.name,
        kept: true,
        why: 'live',
      }))
    },
    carryOut: async (utterance, beforeApproval, custody) => {
      const id = crypto.randomUUID()
      await engine.start({
        id,
        text: utterance,
        account: account.address,
        context: { now: new Date().toISOString(), timeZone: 'UTC' },
        principal: 'test',
        ...(custody === undefined ? {} : { custody }),
      })
      await engine.advance(id)
      const planned = await engine.get(id)
      const planHash = planned.preview?.planHash ?? planned.order?.termsHash
      if (planned.status !== 'needs-approval' || !planHash) return planned
      await beforeApproval?.(planned)
      await engine.decide({
        id,
        planHash,
        decision: 'approve',
      })
      await engine.advance(id)
      return engine.get(id)
    },
    onStop: (close) => closers.push(close),
    stop: async () => {
      for (const close of closers.reverse()) await close()
    },
  }
}
