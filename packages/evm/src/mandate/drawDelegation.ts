import {
  type Address,
  type Delegation,
  delegationTypedDataTypes,
  type Hex,
  type MandateBound,
  type MandateTerms,
} from '@behest/spec'
import { concat, encodeAbiParameters, hashStruct, numberToHex } from 'viem'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { executionsParameters, rootAuthority } from './delegationAbi.js'

/** The delegation framework of one chain. */
export type DelegationFramework = NonNullable<ChainDeployment['delegation']>

/**
 * Draws up the delegation of one batch: exactly these calls in this order,
 * bounds on balances around the whole of them, an end, one redeemer, one use.
 *
 * The batch comes before the balances: what is refused for its calls is refused
 * before anything is read.
 *
 * @param options.executor - The only account that can redeem it.
 * @param options.terms - What it allows. The same terms give the same delegation.
 * @returns The delegation without its signature.
 */
export function drawDelegation(options: {
  readonly framework: DelegationFramework
  readonly executor: Address
  readonly terms: MandateTerms
}): Delegation {
  const { executor, terms } = options
  const { enforcers } = options.framework
  return {
    delegate: executor,
    delegator: terms.account,
    authority: rootAuthority,
    caveats: [
      {
        enforcer: enforcers.exactExecutionBatch,
        terms: encodeExecutions(terms.calls),
      },
      {
        enforcer: enforcers.timestamp,
        // Two uint128: after the first and before the second.
        terms: concat([
          numberToHex(0, { size: 16 }),
          numberToHex(terms.validUntilUnixSeconds, { size: 16 }),
        ]),
      },
      { enforcer: enforcers.redeemer, terms: executor },
      {
        enforcer: enforcers.limitedCalls,
        terms: numberToHex(1, { size: 32 }),
      },
      ...terms.bounds.map((bound) => ({
        enforcer:
          bound.token === 'native'
            ? enforcers.nativeBalanceChange
            : enforcers.erc20BalanceChange,
        terms: encodeBound(bound),
      })),
    ],
    salt: terms.salt,
  }
}

/** A batch, as both the caveat and the redemption hold it. */
export function encodeExecutions(calls: MandateTerms['calls']): Hex {
  return encodeAbiParameters(executionsParameters, [
    calls.map(({ to, valueWei, data }) => ({
      target: to,
      value: valueWei,
      callData: data,
    })),
  ])
}

function encodeBound({ token, account, direction, units }: MandateBound): Hex {
  return concat([
    numberToHex(direction === 'decrease' ? 1 : 0, { size: 1 }),
    ...(token === 'native' ? [] : [token]),
    account,
    numberToHex(units, { size: 32 }),
  ])
}

/**
 * Names a delegation as the DelegationManager does: its signature, chain and
 * manager are not part of the name.
 *
 * @param delegation - Without its signature.
 * @returns The EIP-712 struct hash.
 */
export function hashDelegation(delegation: Delegation): Hex {
  return hashStruct({
    data: delegation,
    primaryType: 'Delegation',
    types: delegationTypedDataTypes,
  })
}

/** The EIP-712 domain that delegations are signed for. */
export function toDelegationDomain(options: {
  readonly framework: DelegationFramework
  readonly chainId: number
}) {
  return {
    name: 'DelegationManager',
    version: '1',
    chainId: options.chainId,
    verifyingContract: options.framework.delegationManager,
  } as const
}
