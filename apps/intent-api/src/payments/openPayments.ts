import {
  authorizationAbi,
  type ChainDeployment,
  type EvmChainPort,
  readPaymentToken,
} from '@behest/evm'
import { createPaymentLedger } from '@behest/journal'
import { type AgentPayer, createAgentPayer } from '@behest/sdk'
import {
  type AgentPayment,
  BehestError,
  type KeptPayment,
  type PaymentSignerPort,
  toDecimal,
  toUnits,
} from '@behest/spec'

/** What agents may be paid for quotes, as decimals of the payment token. */
export type PaymentLimits = {
  readonly perIntent: string
  readonly perDay: string
  /** For one account, a day; that of the day if absent. */
  readonly perAccountPerDay?: string
}

/** What is paid to agents here, for people to see. */
export type PaymentStatus = {
  readonly isPaying: boolean
  readonly token?: { readonly address: string; readonly symbol: string }
  readonly payer?: string
  readonly balance?: string
  readonly perIntent: string
  readonly perDay: string
  readonly perAccountPerDay?: string
  /** Paid, or signed and still takeable, since midnight UTC. */
  readonly spentToday: string
}

/** The paying side of this process. */
export type Payments = {
  /** Absent where the caps say never to pay. */
  readonly payer?: AgentPayer
  readonly readPayments: (intentId: string) => Promise<readonly AgentPayment[]>
  readonly readStatus: () => Promise<PaymentStatus>
}

// Of the payment token where the chain has one; what cannot be spent counts as it.
const tokenSymbol = 'USDC'
const fallbackDecimals = 6

/**
 * Opens what pays agents: the caps, the accounts, and the way to whoever holds
 * the operator's payer key.
 *
 * @param options.signer - Signs payments, within caps of its own; absent where
 *   it never does.
 * @throws {PaymentSignerMissingError} when something may be paid, and nobody
 *   signs.
 * @throws {PaymentTokenMissingError} when something may be paid, and the chain
 *   has no token to pay in.
 */
export async function openPayments(options: {
  readonly limits: PaymentLimits
  readonly pool: Parameters<typeof createPaymentLedger>[0]['pool']
  readonly chain: EvmChainPort
  readonly deployment: ChainDeployment
  readonly signer?: PaymentSignerPort
}): Promise<Payments> {
  const { limits, chain, deployment } = options
  const ledger = createPaymentLedger({ pool: options.pool })
  const listed = deployment.tokens.find(({ symbol }) => symbol === tokenSymbol)
  const decimals = listed?.decimals ?? fallbackDecimals
  const caps = {
    perIntentUnits: toUnits(limits.perIntent, decimals),
    perDayUnits: toUnits(limits.perDay, decimals),
    ...(limits.perAccountPerDay === undefined
      ? {}
      : {
          perAskerPerDayUnits: toUnits(limits.perAccountPerDay, decimals),
        }),
  }
  const readPayments = async (
    intentId: string,
  ): Promise<readonly AgentPayment[]> =>
    (await ledger.listOfIntent(intentId)).map(toAgentPayment)
  const readSpentToday = async (): Promise<string> =>
    toDecimal(await ledger.readSpentToday(), decimals)
  if (caps.perIntentUnits === 0n || caps.perDayUnits === 0n)
    return {
      readPayments,
      readStatus: async () => ({
        isPaying: false,
        ...limits,
        spentToday: await readSpentToday(),
      }),
    }

  const address = listed?.address
  const token =
    address === undefined || address === 'native'
      ? null
      : await readPaymentToken({
          client: chain.client,
          address,
          symbol: tokenSymbol,
        })
  if (token === null)
    throw new PaymentTokenMissingError({
      chain: deployment.name,
      symbol: tokenSymbol,
    })
  const { signer } = options
  if (signer === undefined) throw new PaymentSignerMissingError({ ...limits })
  const payer = createAgentPayer({
    signer,
    token,
    caps,
    ledger,
    readNow: async () => (await chain.readHead()).timestampUnixSeconds,
    readIsTaken: ({ payer: from, nonce }) =>
      chain.client.readContract({
        address: token.address,
        abi: authorizationAbi,
        functionName: 'authorizationState',
        args: [from, nonce],
      }),
  })
  return {
    payer,
    readPayments,
    readStatus: async () => ({
      isPaying: true,
      token: { address: token.address, symbol: token.symbol },
      payer: signer.address,
      balance: toDecimal(
        await chain.readBalance({
          account: signer.address,
          token: token.address,
        }),
        token.decimals,
      ),
      ...limits,
      spentToday: await readSpentToday(),
    }),
  }
}

function toAgentPayment(payment: KeptPayment): AgentPayment {
  const { token, units, transaction } = payment
  return {
    agent: payment.agentId,
    stepId: payment.stepId,
    chainId: payment.chainId,
    token: token.address,
    symbol: token.symbol,
    units,
    decimal: toDecimal(units, token.decimals),
    payer: payment.payer,
    payTo: payment.payTo,
    state: payment.state,
    ...(transaction === undefined ? {} : { transaction }),
  }
}

/** What a stopped payer leaves running: nothing. */
export type KeptReconciled = { readonly stop: () => void }

/** Writes down now and then how overdue payments ended. */
export function keepReconciled(options: {
  readonly payer: AgentPayer
  readonly everyMs: number
  readonly onError: (error: unknown) => void
}): KeptReconciled {
  const { payer, everyMs, onError } = options
  const run = (): void => void payer.reconcile().catch(onError)
  run()
  const timer = setInterval(run, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Thrown when agents may be paid, and the signer's process pays nobody. */
export class PaymentSignerMissingError extends BehestError {
  readonly code = 'PAYMENT_SIGNER_MISSING'
  readonly retry = 'never'

  constructor(facts: { perIntent: string; perDay: string }) {
    super(
      `Agents may be paid ${facts.perIntent} USDC per intent and ${facts.perDay} per day here, and the signer pays nobody. Give the signer's process the same BEHEST_PAY_PER_INTENT and BEHEST_PAY_PER_DAY, and start it again.`,
      { facts },
    )
  }
}

/** Thrown when agents may be paid, and the chain has no token to do it in. */
export class PaymentTokenMissingError extends BehestError {
  readonly code = 'PAYMENT_TOKEN_MISSING'
  readonly retry = 'never'

  constructor(facts: { chain: string; symbol: string }) {
    super(
      `Chain "${facts.chain}" has no ${facts.symbol} that takes signed payments (EIP-3009). Set BEHEST_PAY_PER_INTENT and BEHEST_PAY_PER_DAY to 0, or use another chain.`,
      { facts },
    )
  }
}
