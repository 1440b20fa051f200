import { setTimeout as wait } from 'node:timers/promises'
import {
  type AnchorCall,
  identityRegistryAbi,
  reputationRegistryAbi,
} from '@behest/evm'
import { BehestError } from '@behest/spec'
import {
  type Address,
  BaseError,
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  defineChain,
  formatEther,
  type Hex,
  HttpRequestError,
  http,
  isHex,
  keccak256,
  RpcRequestError,
  TimeoutError,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  toHex,
} from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'

const localChainId = 31_337
const localGiftWei = 10n ** 18n
const pollMs = 250
const receiptTimeoutMs = 120_000

/** What a row of calls costs and who pays. */
export type AnchorBill = {
  readonly account: Address
  readonly chainId: number
  readonly gas: bigint
  /** The most that it may cost. */
  readonly atMostWei: bigint
}

/** Sends calls of an author, each after the one before is in the chain. */
export type AnchorSender = {
  /** @throws {AnchorGasMissingError} when the account cannot pay. */
  readonly quote: () => Promise<AnchorBill>
  /**
   * @throws {AnchorCallFailedError} when one reverts.
   * @throws {AnchorOutcomeUnknownError} when nobody knows what became of one.
   */
  readonly send: () => Promise<readonly TransactionReceipt[]>
}

/**
 * Creates what sends an author's own calls, signed by the author's own key. The
 * engine's keys take no part: nothing of theirs is moved.
 *
 * @param options.chainId - Of the registry; a node of another chain is refused.
 */
export function createAnchorSender(options: {
  readonly rpcUrl: string
  readonly chainId: number
  readonly account: PrivateKeyAccount
  readonly calls: readonly Pick<AnchorCall, 'to' | 'data' | 'says'>[]
}): AnchorSender {
  const { rpcUrl, chainId, account, calls } = options
  const transport = http(rpcUrl, { retryCount: 1, timeout: 10_000 })
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })
  const client = createPublicClient({ chain, transport })
  const wallet = createWalletClient({ account, chain, transport })

  async function receiptOf(
    hash: Hex,
    says: string,
  ): Promise<TransactionReceipt | undefined> {
    const until = performance.now() + receiptTimeoutMs
    while (performance.now() < until) {
      try {
        return await client.getTransactionReceipt({ hash })
      } catch (error) {
        // Not mined yet, or the node is away: neither says that it was not sent.
        if (
          !(error instanceof TransactionReceiptNotFoundError) &&
          !isAway(error)
        )
          throw new AnchorOutcomeUnknownError({
            says,
            hash,
            reason: toReason(error),
          })
      }
      await wait(pollMs)
    }
    return undefined
  }

  // A transaction that was handed over twice is refused the second time, by a
  // node that has it: the refusal then says nothing of what becomes of it.
  async function isTaken(hash: Hex): Promise<boolean | 'unknown'> {
    try {
      await client.getTransaction({ hash })
      return true
    } catch (error) {
      return error instanceof TransactionNotFoundError ? false : 'unknown'
    }
  }

  return {
    quote: async () => {
      const seen = await client.getChainId()
      if (seen !== chainId)
        throw new AnchorCallFailedError({
          what: 'the node',
          reason: `is of chain ${seen} and the registry of ${chainId}; set BEHEST_RPC_URL`,
        })
      const { maxFeePerGas } = await client.estimateFeesPerGas()
      if (
        chainId === localChainId &&
        (await client.getBalance({ address: account.address })) === 0n
      )
        await lendLocally(client, account.address)
      let gas = 0n
      for (const { to, data, says } of calls)
        gas += await client
          .estimateGas({ account: account.address, to, data })
          .catch((cause: unknown) => {
            throw new AnchorCallFailedError({
              what: `what ${says}`,
              reason: toReason(cause),
              cause,
            })
          })
      const atMostWei = (gas * maxFeePerGas * 12n) / 10n
      const balanceWei = await client.getBalance({ address: account.address })
      if (balanceWei < atMostWei)
        throw new AnchorGasMissingError({
          account: account.address,
          chainId,
          balanceWei,
          atMostWei,
        })
      return { account: account.address, chainId, gas, atMostWei }
    },
    send: async () => {
      const receipts: TransactionReceipt[] = []
      for (const { to, data, says } of calls) {
        // Signed here, so that its hash is known whatever becomes of the sending.
        const request = await wallet.prepareTransactionRequest({ to, data })
        const raw = await wallet.signTransaction(request as never)
        const hash = keccak256(raw)
        try {
          await client.sendRawTransaction({ serializedTransaction: raw })
        } catch (cause) {
          const reason = toReason(cause)
          const taken = isAway(cause) ? 'unknown' : await isTaken(hash)
          if (taken === 'unknown')
            throw new AnchorOutcomeUnknownError({ says, hash, reason })
          if (!taken)
            throw new AnchorCallFailedError({
              what: `what ${says}`,
              reason,
              cause,
            })
        }
        const receipt = await receiptOf(hash, says)
        if (receipt === undefined)
          throw new AnchorOutcomeUnknownError({
            says,
            hash,
            reason: `it was not mined within ${receiptTimeoutMs / 1_000} s`,
          })
        if (receipt.status !== 'success')
          throw new AnchorCallFailedError({
            what: `what ${says}`,
            reason: `transaction ${hash} was reverted`,
          })
        receipts.push(receipt)
      }
      return receipts
    },
  }
}

/** What a person is shown before anything is signed. */
export function renderBill(
  bill: AnchorBill,
  calls: readonly Pick<AnchorCall, 'says' | 'to'>[],
): string {
  return [
    `${bill.account} pays at most ${formatEther(bill.atMostWei)} of the native coin on chain ${bill.chainId} and`,
    ...calls.map(({ says, to }) => `  ${says}  (${to})`),
  ].join('\n')
}

/** The local chain's coin costs nothing; no other node has this method. */
async function lendLocally(
  client: { readonly request: unknown },
  account: Address,
): Promise<void> {
  const request = client.request as (call: {
    method: string
    params: readonly unknown[]
  }) => Promise<unknown>
  await request({
    method: 'anvil_setBalance',
    params: [account, toHex(localGiftWei)],
  })
}

function isAway(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk(
      (cause) =>
        cause instanceof HttpRequestError || cause instanceof TimeoutError,
    ) !== null
  )
}

function toReason(cause: unknown): string {
  const refusal = readRefusal(cause)
  if (refusal !== undefined) return refusal
  if (cause instanceof BaseError) return cause.shortMessage.slice(0, 300)
  return String(cause instanceof Error ? cause.message : cause).slice(0, 300)
}

const refusals = {
  AgentUnknown: 'it knows no agent of that number',
  NotAuthorized: 'the account may not change that agent',
  KeyReserved: 'that key of metadata is its own to write',
  RecipientRefused: 'the receiver takes no agents',
  DeadlineUnusable: 'the deadline has passed or lies too far ahead',
  SignatureInvalid: 'the signature is not of that account',
  SelfFeedback:
    'nobody may speak of an agent that is their own; use the key of whoever runs the registry',
  DecimalsUnusable: 'it takes no value of so many decimals',
  FeedbackUnknown: 'there is no such statement',
  AlreadyRevoked: 'the statement was taken back before',
  ClientsMissing: 'no account was named',
  IdentityMissing: 'it was made without an identity registry',
} as const

/**
 * Reads why our contracts refused a call, in words and with the values that they
 * gave.
 *
 * @returns `undefined` where nothing says so, or another contract does.
 */
export function readRefusal(cause: unknown): string | undefined {
  if (!(cause instanceof BaseError)) return undefined
  const answer = cause.walk((error) => error instanceof RpcRequestError)
  const data = answer instanceof RpcRequestError ? answer.data : undefined
  if (!isHex(data)) return undefined
  try {
    const { errorName, args } = decodeErrorResult({
      abi: [...identityRegistryAbi, ...reputationRegistryAbi],
      data,
    })
    // What every contract can say, viem says by itself.
    if (!Object.hasOwn(refusals, errorName)) return undefined
    return `the contract says ${errorName}(${(args ?? []).join(', ')}): ${refusals[errorName]}`
  } catch (error) {
    // Of a contract that is none of ours: its selector says nothing here.
    if (error instanceof BaseError) return undefined
    throw error
  }
}

/** Thrown when an account has too little for what it is to sign. */
export class AnchorGasMissingError extends BehestError {
  readonly code = 'ANCHOR_GAS_MISSING'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly account: Address
    readonly chainId: number
    readonly balanceWei: bigint
    readonly atMostWei: bigint
  }) {
    super(
      `${facts.account} holds ${facts.balanceWei} wei on chain ${facts.chainId} and may have to pay ${facts.atMostWei} wei. Send it the difference, then anchor again.`,
      {
        facts: {
          account: facts.account,
          chainId: facts.chainId,
          balanceWei: `${facts.balanceWei}`,
          atMostWei: `${facts.atMostWei}`,
        },
      },
    )
  }
}

/** Thrown when the chain refuses what is to be anchored. */
export class AnchorCallFailedError extends BehestError {
  readonly code = 'ANCHOR_CALL_FAILED'
  readonly retry = 'never'

  constructor(facts: {
    readonly what: string
    readonly reason: string
    readonly cause?: unknown
  }) {
    const { what, reason, cause } = facts
    super(
      `Nothing more was anchored: ${what} failed: ${reason}. See that the key owns the agent there and that BEHEST_ANCHOR names the contracts.`,
      { facts: { what, reason }, ...(cause === undefined ? {} : { cause }) },
    )
  }
}

/** Thrown when a transaction was handed over and nobody knows what became of it. */
export class AnchorOutcomeUnknownError extends BehestError {
  readonly code = 'ANCHOR_OUTCOME_UNKNOWN'
  readonly retry = 'never'

  constructor(facts: {
    readonly says: string
    readonly hash: string
    readonly reason: string
  }) {
    super(
      `Whether the chain ${facts.says} is not known (${facts.hash}): ${facts.reason}. Look the transaction up before you anchor again; hand in its number with --token.`,
      { facts },
    )
  }
}
