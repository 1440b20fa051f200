// One file because it is one state machine: what a payment goes through from
// its first look to the transaction that takes it.
import {
  type Address,
  type FacilitatorRequest,
  type Hex,
  isSameAddress,
  type SettleResponse,
  type TransferAuthorization,
  transferAuthorizationTypes,
  type VerifyResponse,
  x402Version,
} from '@behest/spec'
import {
  getAddress,
  type LocalAccount,
  parseEventLogs,
  type TransactionReceipt,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { isRpcAnswer, toChainError } from '../client/errors.js'
import { authorizationAbi } from './authorizationAbi.js'
import { encodeAuthorizedTransfer } from './encodeAuthorizedTransfer.js'

/** Verifies and settles payments of x402 on one chain. */
export type Facilitator = {
  /** The key that pays the gas. Payments never pass through it. */
  readonly address: Address
  /** What it can settle, as `GET /supported` says it. */
  supported(): {
    readonly kinds: readonly {
      readonly x402Version: number
      readonly scheme: string
      readonly network: string
    }[]
    readonly extensions: readonly string[]
    readonly signers: Readonly<Record<string, readonly Address[]>>
  }
  /**
   * Tells whether a payment would settle now, by the time and the balances of
   * the latest block.
   *
   * @throws {ChainUnreachableError} when the node does not answer.
   */
  verify(request: FacilitatorRequest): Promise<VerifyResponse>
  /**
   * Takes a payment, once. Who asks again, at once or later or after a restart,
   * is refused with the transaction that took it: a seller that lost the first
   * answer finds it there, and one that does not reserve gives no second one.
   *
   * @throws {ChainUnreachableError} when the node does not answer.
   */
  settle(request: FacilitatorRequest): Promise<SettleResponse>
}

// A payment that ends while its transaction waits would be refused by the chain.
const leastSecondsLeft = 6n
// Where an already used authorization is looked for: a day of blocks of 12 s.
const lookBackBlocks = 7_200n

/**
 * Creates a facilitator: it checks signed EIP-3009 payments and sends the
 * transactions that take them, paying their gas.
 *
 * It needs no memory to be safe: the token itself takes a nonce once.
 *
 * @param options.client - Reads the chain and sends raw transactions.
 * @param options.account - Pays the gas; a key of its own, with little in it.
 * @param options.assets - Tokens that it settles; others are refused.
 * @param options.waitMs - How long a transaction is waited for; 30000 if absent.
 */
export function createFacilitator(options: {
  readonly client: ChainClient
  readonly account: LocalAccount
  readonly assets: readonly Address[]
  readonly waitMs?: number
}): Facilitator {
  const { client, account, assets, waitMs = 30_000 } = options
  const network = `eip155:${client.chain.id}`
  const settling = new Map<string, Promise<SettleResponse>>()
  // Sent, and not seen in a block while somebody waited.
  const waiting = new Map<string, Hex>()
  // Two transactions built at one moment would take one nonce.
  let sending: Promise<unknown> = Promise.resolve()

  /** What is wrong with a payment whatever the chain says. */
  function findMistake({
    paymentPayload,
    paymentRequirements: asked,
  }: FacilitatorRequest): string | null {
    const { accepted, payload } = paymentPayload
    const { to, value } = payload.authorization
    if (accepted.network !== asked.network || asked.network !== network)
      return 'invalid_exact_evm_network_mismatch'
    if (
      !isSameAddress(accepted.asset, asked.asset) ||
      !assets.some((asset) => isSameAddress(asset, asked.asset))
    )
      return 'invalid_payment_requirements'
    if (!isSameAddress(to, asked.payTo))
      return 'invalid_exact_evm_recipient_mismatch'
    if (value !== asked.amount)
      return 'invalid_exact_evm_payload_authorization_value_mismatch'
    return null
  }

  async function findObstacle(
    request: FacilitatorRequest,
  ): Promise<string | null> {
    const { asset, extra } = request.paymentRequirements
    const { authorization, signature } = request.paymentPayload.payload
    const { from, value, validAfter, validBefore, nonce } = authorization
    const { timestamp } = await client.getBlock()
    const [isUsed, balance, isSigned] = await Promise.all([
      isTaken(asset, authorization),
      client.readContract({
        address: asset,
        abi: authorizationAbi,
        functionName: 'balanceOf',
        args: [from],
      }),
      // Asks the chain where the payer is a contract.
      client.verifyTypedData({
        address: from,
        domain: {
          name: extra.name,
          version: extra.version,
          chainId: client.chain.id,
          verifyingContract: asset,
        },
        types: transferAuthorizationTypes,
        primaryType: 'TransferWithAuthorization',
        message: { ...authorization, nonce },
        signature,
      }),
    ])
    if (!isSigned) return 'invalid_exact_evm_signature'
    // Before its time is looked at: a seller that comes back late, after a
    // crash, must hear that it was paid.
    if (isUsed) return 'invalid_exact_evm_nonce_already_used'
    if (validBefore < timestamp + leastSecondsLeft)
      return 'invalid_exact_evm_payload_authorization_valid_before'
    if (validAfter >= timestamp + 1n)
      return 'invalid_exact_evm_payload_authorization_valid_after'
    if (balance < value) return 'invalid_exact_evm_insufficient_balance'
    // What no rule above foresaw: a paused token, an account it refuses.
    return client
      .call({
        account: account.address,
        to: asset,
        data: encodeAuthorizedTransfer({ authorization, signature }),
      })
      .then(
        () => null,
        (error: unknown) => {
          if (!isRpcAnswer(error)) throw error
          return 'invalid_exact_evm_transaction_simulation_failed'
        },
      )
  }

  function isTaken(
    asset: Address,
    { from, nonce }: TransferAuthorization,
  ): Promise<boolean> {
    return client.readContract({
      address: asset,
      abi: authorizationAbi,
      functionName: 'authorizationState',
      args: [from, nonce],
    })
  }

  async function settleOnce(
    request: FacilitatorRequest,
    key: string,
  ): Promise<SettleResponse> {
    const { asset } = request.paymentRequirements
    const { authorization, signature } = request.paymentPayload.payload
    const payer = getAddress(authorization.from)
    const refuse = (errorReason: string, transaction = ''): SettleResponse => ({
      success: false,
      errorReason,
      payer,
      transaction,
      network,
    })
    const accept = (transaction: Hex): SettleResponse => ({
      success: true,
      payer,
      transaction,
      network,
    })
    const wait = async (hash: Hex): Promise<SettleResponse> => {
      try {
        const receipt = await client.waitForTransactionReceipt({
          hash,
          timeout: waitMs,
        })
        waiting.delete(key)
        return hasTransfer(receipt, asset, authorization)
          ? accept(hash)
          : refuse('invalid_exact_evm_transaction_failed', hash)
      } catch (error) {
        if (!(error instanceof WaitForTransactionReceiptTimeoutError))
          throw error
        waiting.set(key, hash)
        return refuse('settlement_pending', hash)
      }
    }
    const sentBefore = waiting.get(key)
    if (sentBefore !== undefined) return wait(sentBefore)
    const obstacle = await findObstacle(request)
    if (obstacle === 'invalid_exact_evm_nonce_already_used')
      return refuse(
        obstacle,
        (await findTransfer(asset, authorization)) ?? undefined,
      )
    if (obstacle !== null) return refuse(obstacle)

    const data = encodeAuthorizedTransfer({ authorization, signature })
    const sent = sending.then(() => send(asset, data))
    sending = sent.catch(() => {})
    return wait(await sent)
  }

  async function send(to: Address, data: Hex): Promise<Hex> {
    const [nonce, gas, fees] = await Promise.all([
      client.getTransactionCount({
        address: account.address,
        blockTag: 'pending',
      }),
      client.estimateGas({ account: account.address, to, data }),
      client.estimateFeesPerGas(),
    ])
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId: client.chain.id,
      to,
      data,
      nonce,
      gas: (gas * 12n) / 10n,
      ...fees,
    })
    return client.sendRawTransaction({ serializedTransaction })
  }

  /** The transaction that took an authorization for exactly this payment. */
  async function findTransfer(
    asset: Address,
    authorization: TransferAuthorization,
  ): Promise<Hex | null> {
    const head = await client.getBlockNumber()
    const logs = await client.getContractEvents({
      address: asset,
      abi: authorizationAbi,
      eventName: 'AuthorizationUsed',
      args: { authorizer: authorization.from, nonce: authorization.nonce },
      fromBlock: head > lookBackBlocks ? head - lookBackBlocks : 0n,
    })
    for (const { transactionHash: hash } of logs) {
      const receipt = await client.getTransactionReceipt({ hash })
      if (hasTransfer(receipt, asset, authorization)) return hash
    }
    return null
  }

  const explained = async <Answer>(
    method: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      return await work()
    } catch (error) {
      throw toChainError(error, { method })
    }
  }

  return {
    address: account.address,
    supported: () => ({
      kinds: [{ x402Version, scheme: 'exact', network }],
      extensions: [],
      signers: { 'eip155:*': [account.address] },
    }),
    async verify(given) {
      const request = withPlainAddresses(given)
      const payer = getAddress(
        request.paymentPayload.payload.authorization.from,
      )
      const reason =
        findMistake(request) ??
        (await explained('x402 verify', () => findObstacle(request)))
      return reason === null
        ? { isValid: true, payer }
        : { isValid: false, invalidReason: reason, payer }
    },
    async settle(given) {
      const request = withPlainAddresses(given)
      const mistake = findMistake(request)
      const { from, nonce } = request.paymentPayload.payload.authorization
      if (mistake !== null)
        return {
          success: false,
          errorReason: mistake,
          payer: getAddress(from),
          transaction: '',
          network,
        }
      // With the signature: a forged one must not get a true one's answer.
      const key = [
        request.paymentRequirements.asset,
        from,
        nonce,
        request.paymentPayload.payload.signature,
      ]
        .join(' ')
        .toLowerCase()
      const before = settling.get(key)
      if (before !== undefined) {
        const settled = await before
        return settled.success
          ? {
              ...settled,
              success: false,
              errorReason: 'invalid_exact_evm_nonce_already_used',
            }
          : settled
      }
      const running = explained('x402 settle', () => settleOnce(request, key))
      settling.set(key, running)
      return running.finally(() => settling.delete(key))
    },
  }
}

/** Others write addresses in any case, and a wrong checksum is no other address. */
function withPlainAddresses(request: FacilitatorRequest): FacilitatorRequest {
  const { paymentPayload, paymentRequirements } = request
  const { authorization } = paymentPayload.payload
  const plain = (address: Address) => address.toLowerCase() as Address
  return {
    ...request,
    paymentRequirements: {
      ...paymentRequirements,
      asset: plain(paymentRequirements.asset),
      payTo: plain(paymentRequirements.payTo),
    },
    paymentPayload: {
      ...paymentPayload,
      payload: {
        ...paymentPayload.payload,
        authorization: {
          ...authorization,
          from: plain(authorization.from),
          to: plain(authorization.to),
        },
      },
    },
  }
}

function hasTransfer(
  receipt: TransactionReceipt,
  asset: Address,
  { from, to, value, nonce }: TransferAuthorization,
): boolean {
  if (receipt.status !== 'success') return false
  const events = parseEventLogs({
    abi: authorizationAbi,
    logs: receipt.logs.filter(({ address }) => isSameAddress(address, asset)),
  })
  return (
    events.some(
      (event) =>
        event.eventName === 'AuthorizationUsed' &&
        isSameAddress(event.args.authorizer, from) &&
        event.args.nonce === nonce,
    ) &&
    events.some(
      (event) =>
        event.eventName === 'Transfer' &&
        isSameAddress(event.args.from, from) &&
        isSameAddress(event.args.to, to) &&
        event.args.value === value,
    )
  )
}
