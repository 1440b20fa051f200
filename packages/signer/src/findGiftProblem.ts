import {
  type DelegationFramework,
  hashDelegation,
  type LegTransaction,
} from '@behest/evm'
import { type Address, type Hex, isSameAddress } from '@behest/spec'
import { decodeFunctionData, erc20Abi, parseAbi } from 'viem'

const managerAbi = parseAbi([
  'function disableDelegation((address delegate, address delegator, bytes32 authority, (address enforcer, bytes terms, bytes args)[] caveats, uint256 salt, bytes signature) delegation)',
])
const mostGas = 500_000n

/**
 * Some transactions belong to no plan and are signed without one, because they
 * give nobody but the user anything: the account ends a delegation of its own, or
 * the executor sends the account coin, a token, or the code of the framework.
 *
 * @returns Why a transaction is none of these, or `null`.
 */
export function findGiftProblem(options: {
  readonly transaction: LegTransaction
  readonly account: Address
  readonly executor: Address
  readonly framework: DelegationFramework | undefined
}): string | null {
  const { transaction, account, executor, framework } = options
  const { from, to, valueWei, data, gasLimit, authorization, purpose } =
    transaction
  if (gasLimit > mostGas) return `its gas limit is ${gasLimit}`
  if (
    authorization !== undefined &&
    (!framework ||
      !isSameAddress(authorization.address, framework.implementation))
  )
    return 'it gives an account other code'
  if (purpose === 'cancel') return null // an empty call to itself, or not signed
  if (isSameAddress(from, executor)) {
    if (isSameAddress(to, account) && data === '0x') return null
    if (valueWei === 0n && readRecipient(data) === account.toLowerCase())
      return null
    return 'no approved plan is with it, and it is not for the account'
  }
  if (
    isSameAddress(from, account) &&
    framework &&
    isSameAddress(to, framework.delegationManager) &&
    valueWei === 0n &&
    authorization === undefined &&
    readOwnEnd(data, account) !== null
  )
    return null
  return 'no approved plan is with it'
}

function readRecipient(data: LegTransaction['data']): string | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data })
    return functionName === 'transfer' ? args[0].toLowerCase() : null
  } catch {
    return null
  }
}

/**
 * Reads which of its own delegations an account ends with a call.
 *
 * @returns The delegation's hash, or `null` when the call ends none of its own.
 */
export function readOwnEnd(
  data: LegTransaction['data'],
  account: Address,
): Hex | null {
  try {
    const { args } = decodeFunctionData({ abi: managerAbi, data })
    const [delegation] = args
    return isSameAddress(delegation.delegator, account)
      ? hashDelegation({ ...delegation, caveats: [...delegation.caveats] })
      : null
  } catch {
    return null
  }
}
