/**
 * One file because it is one life: the mandate of an order is signed when the
 * order stands, used by its runs, and ended when it is cancelled.
 */
import { mandateVenue } from '@behest/engine'
import {
  delegationManagerAbi,
  drawBatchDelegation,
  drawLendingBatch,
  drawPeriodDelegation,
  type EvmChainPort,
  encodeDisable,
  encodePull,
  hashDelegation,
  listBatchCalls,
  type MandateSignRequest,
  type SignedDelegation,
  type SignMandate,
} from '@behest/evm'
import type { OrderStore, StoredOrder } from '@behest/journal'
import {
  type Agent,
  type AgentSigner,
  defineAgent,
  quoteInProcess,
} from '@behest/sdk'
import {
  type Address,
  type AgentPort,
  type AssetAddress,
  BehestError,
  type Candidate,
  delegationSchema,
  type Hex,
  hexSchema,
  isSameAddress,
  type LegResult,
  type MandatePort,
  type OrderPort,
  type OrderTerms,
  type Receipt,
  type RegistryPort,
  type SenderPort,
} from '@behest/spec'
import {
  concat,
  encodeFunctionData,
  erc20Abi,
  keccak256,
  stringToBytes,
} from 'viem'
import * as z from 'zod'

const gasLimits = { upgrade: 120_000n, disable: 400_000n, giveBack: 120_000n }
const waitMs = 20_000
const agentUrl = 'behest:mandate'

const signedDelegationSchema = z.object({
  delegation: delegationSchema,
  signature: hexSchema,
  /** What lets a period give a run once, where the order has periods. */
  gateSignature: hexSchema.optional(),
})

/** Signs the delegation of an order about a position, and what gates it. */
export type SignOrderBatch = (request: {
  readonly terms: OrderTerms
  readonly termsHash: Hex
  readonly approval?: Hex
  readonly authorizationNonce?: number
}) => Promise<
  Awaited<ReturnType<SignMandate>> & { readonly gateSignature?: Hex }
>

/** The mandates of standing orders. */
export type OrderMandates = {
  readonly executor: Address
  /**
   * Has the account sign the delegation of an order, and gives it the code that
   * checks it. Safe to call again.
   */
  readonly sign: (options: {
    readonly orderId: string
    readonly terms: OrderTerms
    readonly termsHash: Hex
    /** Of whoever approved it by a signature of their own. */
    readonly approval?: Hex
  }) => Promise<{ readonly text: string; readonly hash: Hex }>
  /** Ends the delegation of an order on chain, by a transaction of its account. */
  readonly disable: (order: StoredOrder) => Promise<LegResult | undefined>
  /**
   * Ends on chain, one after the other, what cancelled orders could still do.
   * Safe to call again and from any process: what was begun is not begun anew.
   */
  readonly endOpen: () => Promise<void>
  /**
   * Sends back to the account what a run took and did not turn into what was
   * asked for. Gives how each of them went; none where nothing is left.
   */
  readonly giveBack: (options: {
    readonly order: StoredOrder
    readonly period: string
    readonly receipt: Receipt
  }) => Promise<readonly LegResult[]>
  /** Whom the registry need not be asked for. */
  readonly wrapRegistry: (registry: RegistryPort) => RegistryPort
  readonly wrapAgents: (agents: AgentPort) => AgentPort
  /** Mandates that were signed with an order are used, and not signed again. */
  readonly wrapMandates: (mandates: MandatePort) => MandatePort
  readonly drawBatch: NonNullable<OrderPort['drawBatch']>
}

/**
 * Creates the mandates of standing orders: delegations of the account to one
 * executor, bounded by the chain in each period and in all.
 *
 * @param options.sign - Signs for the user; see `createMandateSigner`.
 * @param options.agentSigner - Signs the quotes of what mandates give.
 */
export function createOrderMandates(options: {
  readonly chain: EvmChainPort
  readonly executor: Address
  readonly sign: (
    request: MandateSignRequest & {
      readonly terms: OrderTerms
      readonly approval?: Hex
    },
  ) => ReturnType<SignMandate>
  readonly signBatch: SignOrderBatch
  readonly orders: OrderStore
  readonly sender: SenderPort
  readonly agentSigner: AgentSigner
}): OrderMandates {
  const { chain, executor, sign, signBatch, orders, sender, agentSigner } =
    options
  const { deployment, client } = chain
  const framework = deployment.delegation
  const enforcers = deployment.periodEnforcers
  if (!framework || !enforcers)
    throw new OrderMandatesMissingError({ chain: deployment.name })
  const manager = framework.delegationManager
  const designator = concat(['0xef0100', framework.implementation])

  const hasCode = async (account: Address): Promise<boolean> =>
    ((await client.getCode({ address: account })) ?? '0x').toLowerCase() ===
    designator.toLowerCase()

  /** One transaction that a person's yes to an order, or its end, stands behind. */
  async function carryOut(leg: {
    readonly what: string
    readonly order: {
      readonly id: string
      readonly termsHash: Hex
      readonly account: Address
    }
    readonly account: Address
    readonly to: Address
    readonly data: Hex
    readonly valueWei?: bigint
    readonly gasLimit: bigint
    readonly authorization?: Awaited<ReturnType<SignMandate>>['authorization']
    readonly givesNothing?: true
    readonly waitMs?: number
  }): Promise<LegResult> {
    const { order, what, authorization } = leg
    const planHash = keccak256(
      stringToBytes(`order/${order.id}/${order.termsHash}/${what}`),
    )
    await orders.approveLeg({
      planHash,
      intentId: order.id,
      by: order.termsHash,
    })
    const head = await chain.readHead()
    return sender.carryOut(
      {
        legId: keccak256(stringToBytes(`${planHash}/0`)),
        intentId: order.id,
        planHash,
        stepId: what.slice(0, 8),
        callIndex: 0,
        chainId: deployment.chainId,
        account: leg.account,
        to: leg.to,
        valueWei: leg.valueWei ?? 0n,
        data: leg.data,
        gasLimit: leg.gasLimit,
        maxFeePerGasWei: 2n * head.baseFeePerGasWei + 1_000_000_000n,
        // It gives nobody anything, so it may come late.
        deadlineUnixSeconds: head.timestampUnixSeconds + 30 * 86_400,
        ...(leg.givesNothing
          ? { givesNothing: true }
          : { onBehalfOf: order.account }),
        ...(authorization ? { authorization } : {}),
      },
      { waitMs: leg.waitMs ?? waitMs },
    )
  }

  async function disable(
    order: StoredOrder,
    ownWaitMs: number,
  ): Promise<LegResult | undefined> {
    const signed = readSigned(order)
    if (!signed) return undefined
    return carryOut({
      what: 'disable',
      order,
      account: order.account,
      to: manager,
      data: encodeDisable(signed),
      gasLimit: gasLimits.disable,
      givesNothing: true,
      waitMs: ownWaitMs,
    })
  }

  const isEnded = ({ delegationHash }: StoredOrder): Promise<boolean> =>
    client.readContract({
      address: manager,
      abi: delegationManagerAbi,
      functionName: 'disabledDelegations',
      args: [delegationHash ?? '0x'],
    })

  const agent = createMandateAgent({
    orders,
    executor,
    manager: framework.delegationManager,
    chainId: deployment.chainId,
  })

  const candidate: Candidate = {
    agentId: 'order-mandate',
    name: agent.name,
    agent: agentSigner.address,
    url: agentUrl,
    reference: true,
    kept: true,
    why: 'it takes what the mandate of the order gives',
  }

  return {
    executor,

    sign: async ({ orderId, terms, termsHash, approval }) => {
      const isReady = await hasCode(terms.account)
      const authorizationNonce = isReady
        ? undefined
        : await client.getTransactionCount({
            address: terms.account,
            blockTag: 'pending',
          })
      const given = {
        ...(approval === undefined ? {} : { approval }),
        ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
      }
      const drawn = { framework, enforcers, executor, terms }
      const salt = BigInt(termsHash)
      const { delegation, signed, gate } = await (async () => {
        if (terms.batch) {
          const { gateSignature, ...own } = await signBatch({
            terms,
            termsHash,
            ...given,
          })
          return {
            delegation: drawBatchDelegation({ ...drawn, salt, gateSignature }),
            signed: own,
            gate: gateSignature === undefined ? {} : { gateSignature },
          }
        }
        const pulled = drawPeriodDelegation({ ...drawn, salt })
        return {
          delegation: pulled,
          signed: await sign({
            planHash: termsHash,
            mandateIndex: 0,
            delegation: pulled,
            terms,
            ...given,
          }),
          gate: {},
        }
      })()
      if (!isReady) {
        const result = await carryOut({
          what: `upgrade-${authorizationNonce}`,
          order: { id: orderId, termsHash, account: terms.account },
          account: executor,
          to: terms.account,
          data: '0x',
          gasLimit: gasLimits.upgrade,
          authorization: signed.authorization,
        })
        if (!(await hasCode(terms.account)))
          throw new OrderUpgradePendingError({
            account: terms.account,
            result: result.type,
          })
      }
      return {
        text: JSON.stringify(
          z.encode(signedDelegationSchema, {
            delegation,
            signature: signed.signature,
            ...gate,
          }),
        ),
        hash: hashDelegation(delegation),
      }
    },

    disable: (order) => disable(order, waitMs),

    endOpen: async () => {
      for (const order of await orders.listOpenDelegations({ limit: 20 })) {
        if (await isEnded(order))
          await orders.noteDelegationEnded({ orderId: order.id })
        // Taken on once; from then on it goes on by itself.
        else await disable(order, 0)
      }
    },

    giveBack: async ({ order, period, receipt }) => {
      const left = new Map<AssetAddress, bigint>()
      for (const { account, token, units } of receipt.steps.flatMap(
        (step) => step.realised,
      ))
        if (isSameAddress(account, executor))
          left.set(token, (left.get(token) ?? 0n) + units)
      const results: LegResult[] = []
      for (const [token, units] of left) {
        if (units <= 0n) continue
        results.push(
          await carryOut({
            what: `back-${period}-${token}`,
            order,
            account: executor,
            gasLimit: gasLimits.giveBack,
            givesNothing: true,
            ...(token === 'native'
              ? { to: order.account, data: '0x', valueWei: units }
              : {
                  to: token,
                  data: encodeFunctionData({
                    abi: erc20Abi,
                    functionName: 'transfer',
                    args: [order.account, units],
                  }),
                }),
          }),
        )
      }
      return results
    },

    drawBatch: (asked) => drawLendingBatch({ deployment, ...asked }),

    wrapMandates: (mandates) => ({
      ...mandates,
      prepare: async (asked) => {
        const { custody } = asked.plan
        const orderId =
          custody?.type === 'mandate'
            ? custody.mandates[asked.mandateIndex]?.orderId
            : undefined
        if (orderId === undefined) return mandates.prepare(asked)
        const order = await orders.get(orderId)
        const signed = order && readSigned(order)
        if (!order || !signed || order.status !== 'active')
          throw new OrderMandateEndedError({ orderId })
        const { terms, termsHash } = order
        return mandates.prepare({
          ...asked,
          standing: {
            ...signed,
            calls: listBatchCalls({
              framework,
              enforcers,
              executor,
              terms,
              salt: BigInt(termsHash),
              gateSignature: signed.gateSignature,
            }),
          },
        })
      },
    }),

    wrapRegistry: (registry) => ({
      findCandidates: async (query) =>
        query.venue === mandateVenue && query.action === 'withdraw'
          ? [candidate]
          : registry.findCandidates(query),
    }),

    wrapAgents: (agents) => ({
      ...agents,
      requestQuote: async (ask) =>
        ask.candidate.url === agentUrl
          ? quoteInProcess(agent, {
              request: ask.request,
              signer: agentSigner,
            })
          : agents.requestQuote(ask),
      ...(agents.signReceipt
        ? {
            signReceipt: async (ask) =>
              ask.candidate.url === agentUrl
                ? Promise.reject(new MandateAgentError())
                : (agents.signReceipt?.(ask) ??
                  Promise.reject(new MandateAgentError())),
          }
        : {}),
    }),
  }
}

/** Quotes what the mandate of an order gives, to nobody but its executor. */
function createMandateAgent(options: {
  readonly orders: OrderStore
  readonly executor: Address
  readonly manager: Address
  readonly chainId: number
}): Agent {
  const { orders, executor, manager } = options
  return defineAgent({
    name: 'order-mandate',
    version: '1.0.0',
    summary: 'Takes what the mandate of a standing order gives for one run.',
    chainIds: [options.chainId],
    serves: ['withdraw'],
    venues: [mandateVenue],
    limits: { spenders: [], maxValidForSeconds: 600 },
    async quote(instruction, { account }) {
      const { token, amount, pool } = instruction
      if (!token || amount.type !== 'exact' || pool === undefined) return null
      const order = await orders.get(pool)
      const signed = order ? readSigned(order) : undefined
      const bound = order?.terms.bounds[0]
      if (!order || !signed || !bound || order.status !== 'active') return null
      // What is bound to a batch gives nothing to anybody.
      if (order.terms.batch) return null
      if (
        !isSameAddress(account, executor) ||
        !isSameAddress(bound.token.address, token.address) ||
        amount.units > bound.perRunUnits
      )
        return null
      return {
        venue: mandateVenue,
        calls: [
          {
            to: manager,
            data: encodePull({
              ...signed,
              token: token.address,
              units: amount.units,
            }),
            note: 'what the mandate gives for this run',
          },
        ],
        spend: [],
        receive: [
          {
            token,
            account: executor,
            atLeastUnits: amount.units,
            expectedUnits: amount.units,
          },
        ],
        summary: 'Takes what the mandate of the order gives for one run.',
      }
    },
  })
}

function readSigned(
  order: StoredOrder,
):
  | (SignedDelegation & { readonly gateSignature?: Hex | undefined })
  | undefined {
  return order.delegation === undefined
    ? undefined
    : z.decode(
        signedDelegationSchema,
        JSON.parse(order.delegation) as z.input<typeof signedDelegationSchema>,
      )
}

/** Thrown when a chain has no contracts that orders could be bounded by. */
export class OrderMandatesMissingError extends BehestError {
  readonly code = 'ORDER_MANDATES_MISSING'
  readonly retry = 'never'

  constructor(facts: { chain: string }) {
    super(
      `There are no contracts on ${facts.chain} that could bound a standing order. Use direct custody there.`,
      { facts },
    )
  }
}

/** Thrown when a run comes after the order's mandate ended. */
export class OrderMandateEndedError extends BehestError {
  readonly code = 'MANDATE_ORDER_ENDED'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: { orderId: string }) {
    super(
      `Order ${facts.orderId} was cancelled or has ended, and its mandate with it; nothing was sent. Set up a new order.`,
      { facts },
    )
  }
}

/** Thrown while the account does not have the code that its mandate needs. */
export class OrderUpgradePendingError extends BehestError {
  readonly code = 'ORDER_UPGRADE_PENDING'
  readonly retry = 'same-input'

  constructor(facts: { account: string; result: string }) {
    super(
      `${facts.account} does not have the code yet that checks its mandate (${facts.result}); the order does not stand yet. It is tried again by itself.`,
      { facts },
    )
  }
}

/** Thrown when the mandate's own step is asked to vouch for a receipt. */
export class MandateAgentError extends BehestError {
  readonly code = 'MANDATE_AGENT_SIGNS_NOT'
  readonly retry = 'never'

  constructor() {
    super(
      'The step that takes what a mandate gives is no agent with a name of its own and signs no receipt. The chain is its witness.',
    )
  }
}
