import {
  type Address,
  BehestError,
  type Hex,
  isSameAddress,
  type SignedAuthorization,
} from '@behest/spec'
import { getAddress, keccak256, type LocalAccount, zeroAddress } from 'viem'
import { assertNoDevelopmentKey } from '../keystore/assertNoDevelopmentKey.js'

/** Everything that is signed of one transaction. */
export type LegTransaction = {
  readonly purpose: 'send' | 'bump' | 'cancel'
  readonly legId: string
  readonly planHash: Hex
  readonly chainId: number
  readonly from: Address
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
  readonly nonce: number
  readonly gasLimit: bigint
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  /** EIP-7702: gives another account its code with this transaction. */
  readonly authorization?: SignedAuthorization
}

/** Signs transactions of one account on one chain, and nothing else. */
export type LegSigner = {
  readonly address: Address
  readonly chainId: number
  readonly sign: (
    transaction: LegTransaction,
  ) => Promise<{ readonly raw: Hex; readonly hash: Hex }>
}

/**
 * Creates the one place that signs transactions.
 *
 * It takes typed transactions only: there is no way to have it sign a hash or a
 * text. The same transaction gives the same bytes every time.
 *
 * @param options.account - The account, e.g. from `unlockKeystore`.
 * @param options.chainId - The only chain that it signs for.
 * @returns The signer. `sign` throws `SignatureRefusedError` for anything that
 *   does not belong to this account and chain.
 * @throws {DevelopmentKeyRefusedError} when everybody knows the key.
 */
export function createLegSigner(options: {
  readonly account: LocalAccount
  readonly chainId: number
}): LegSigner {
  const { account, chainId } = options
  assertNoDevelopmentKey({ address: account.address, chainId })
  return {
    address: account.address,
    chainId,
    async sign(transaction) {
      const problem = findProblem(transaction, account.address, chainId)
      if (problem !== undefined)
        throw new SignatureRefusedError({
          legId: transaction.legId,
          account: account.address,
          problem,
        })
      const { authorization } = transaction
      const raw = await account.signTransaction({
        ...(authorization === undefined
          ? { type: 'eip1559' }
          : { type: 'eip7702', authorizationList: [authorization] }),
        chainId,
        // Only the spelling changes: a wrong checksum is no other address.
        to: getAddress(transaction.to),
        value: transaction.valueWei,
        data: transaction.data,
        nonce: transaction.nonce,
        gas: transaction.gasLimit,
        maxFeePerGas: transaction.maxFeePerGasWei,
        maxPriorityFeePerGas: transaction.maxPriorityFeePerGasWei,
      })
      return { raw, hash: keccak256(raw) }
    },
  }
}

function findProblem(
  transaction: LegTransaction,
  account: Address,
  chainId: number,
): string | undefined {
  const { purpose, from, to, valueWei, data, nonce } = transaction
  if (transaction.chainId !== chainId)
    return `it is for chain ${transaction.chainId}, not ${chainId}`
  if (!isSameAddress(from, account)) return `it is from ${from}`
  if (isSameAddress(to, zeroAddress)) return 'it goes to the zero address'
  if (!Number.isSafeInteger(nonce) || nonce < 0) return `its nonce is ${nonce}`
  if (valueWei < 0n || transaction.gasLimit <= 0n)
    return 'its value or gas limit is impossible'
  if (
    transaction.maxPriorityFeePerGasWei < 0n ||
    transaction.maxPriorityFeePerGasWei > transaction.maxFeePerGasWei
  )
    return 'its tip is above its whole fee'
  const { authorization } = transaction
  if (authorization !== undefined && authorization.chainId !== chainId)
    return `it gives an account its code on chain ${authorization.chainId}`
  const isEmpty = isSameAddress(to, account) && valueWei === 0n && data === '0x'
  if (purpose === 'cancel' && (!isEmpty || authorization !== undefined))
    return 'it cancels by doing something else'
  return undefined
}

/** Thrown when a transaction is not one that this signer may sign. */
export class SignatureRefusedError extends BehestError {
  readonly code = 'SIGNATURE_REFUSED'
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(facts: {
    readonly legId: string
    readonly account: string
    readonly problem: string
  }) {
    super(
      `The signer of ${facts.account} refused leg ${facts.legId}: ${facts.problem}. Send it through the outbox of its own chain and account.`,
      { facts },
    )
  }
}
