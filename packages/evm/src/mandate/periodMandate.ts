import {
  type Address,
  BehestError,
  type Delegation,
  type Hex,
  type OrderTerms,
} from '@behest/spec'
import {
  concat,
  encodeAbiParameters,
  encodeFunctionData,
  erc20Abi,
  numberToHex,
  pad,
} from 'viem'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import {
  delegationManagerAbi,
  delegationsParameters,
  rootAuthority,
} from './delegationAbi.js'
import type { DelegationFramework } from './drawDelegation.js'

/** The caveat enforcers that the mandate of a standing order is made of. */
export type PeriodEnforcers = NonNullable<ChainDeployment['periodEnforcers']>

const singleMode: Hex = `0x${'00'.repeat(32)}`
const hourSeconds = 3600

/** What the mandate of a standing order is drawn up from. */
export type PeriodMandate = {
  readonly framework: DelegationFramework
  readonly enforcers: PeriodEnforcers
  /** The only account that can redeem it, and the only one that it pays. */
  readonly executor: Address
  readonly terms: OrderTerms
  readonly salt: bigint
}

/**
 * Draws up the delegation of a standing order: transfers of one token to the
 * executor, so much in each period, so much in all, so many times, until a date.
 *
 * The chain counts: whoever holds the executor's key, and however many servers
 * there are, a period gives once what it gives.
 *
 * @returns The delegation without its signature.
 * @throws {PeriodMandateError} when the order takes other than one token.
 */
export function drawPeriodDelegation(mandate: PeriodMandate): Delegation {
  const { framework, enforcers, executor, terms, salt } = mandate
  const [bound, second] = terms.bounds
  if (!bound || second)
    throw new PeriodMandateError({
      problem: `it takes ${terms.bounds.length} tokens, and a mandate is about one`,
    })
  const { durationSeconds, startUnixSeconds } = getPeriods(terms)
  const uint = (value: bigint | number) => numberToHex(value, { size: 32 })
  const periods = [
    uint(bound.perRunUnits),
    uint(durationSeconds),
    uint(startUnixSeconds),
  ]
  const { address } = bound.token
  const transfers =
    address === 'native'
      ? [
          { enforcer: enforcers.allowedTargets, terms: executor },
          { enforcer: enforcers.exactCalldata, terms: '0x' as Hex },
          {
            enforcer: enforcers.nativeTokenPeriodTransfer,
            terms: concat(periods),
          },
          {
            enforcer: enforcers.nativeTokenTransferAmount,
            terms: uint(bound.totalUnits),
          },
        ]
      : [
          {
            enforcer: enforcers.allowedCalldata,
            // The first argument of `transfer`, behind its selector.
            terms: concat([uint(4), pad(executor, { size: 32 })]),
          },
          { enforcer: enforcers.valueLte, terms: uint(0) },
          {
            enforcer: enforcers.erc20PeriodTransfer,
            terms: concat([address, ...periods]),
          },
          {
            enforcer: enforcers.erc20TransferAmount,
            terms: concat([address, uint(bound.totalUnits)]),
          },
        ]
  return {
    delegate: executor,
    delegator: terms.account,
    authority: rootAuthority,
    caveats: [
      ...transfers,
      {
        enforcer: framework.enforcers.timestamp,
        terms: concat([
          numberToHex(0, { size: 16 }),
          numberToHex(terms.expiresUnixSeconds, { size: 16 }),
        ]),
      },
      { enforcer: framework.enforcers.redeemer, terms: executor },
      {
        enforcer: framework.enforcers.limitedCalls,
        terms: uint(terms.maxRuns),
      },
    ],
    salt,
  }
}

/**
 * The periods that the chain counts in. Two runs never fall into one: they are
 * laid so that a run is near the beginning of its own, with room for a clock
 * change; months, which differ, are counted as 27 days.
 */
export function getPeriods(terms: OrderTerms): {
  readonly durationSeconds: number
  readonly startUnixSeconds: number
} {
  const { schedule, expiresUnixSeconds } = terms
  const every = schedule?.every
  if (!schedule || !every) {
    const startUnixSeconds = schedule ? schedule.startUnixSeconds : 1
    return {
      durationSeconds: expiresUnixSeconds - startUnixSeconds,
      startUnixSeconds,
    }
  }
  const first = schedule.startUnixSeconds
  switch (every.unit) {
    case 'minute':
    case 'hour':
      return {
        durationSeconds:
          every.count * (every.unit === 'hour' ? hourSeconds : 60),
        startUnixSeconds: first,
      }
    case 'day':
    case 'week':
      return {
        durationSeconds:
          every.count * 24 * hourSeconds * (every.unit === 'week' ? 7 : 1),
        startUnixSeconds: first - 2 * hourSeconds,
      }
    case 'month':
      return {
        durationSeconds: every.count * 27 * 24 * hourSeconds,
        startUnixSeconds: first,
      }
    default:
      return every.unit satisfies never
  }
}

/** A delegation with its signature. */
export type SignedDelegation = {
  readonly delegation: Delegation
  readonly signature: Hex
}

/**
 * Encodes what a run takes: one transfer from the account to the executor.
 *
 * @param options.units - In the token's smallest unit.
 * @returns Calldata for the DelegationManager.
 */
export function encodePull(
  options: SignedDelegation & {
    readonly token: Address | 'native'
    readonly units: bigint
  },
): Hex {
  const { delegation, token, units } = options
  const context = encodeAbiParameters(delegationsParameters, [
    [toStruct(options)],
  ])
  const execution =
    token === 'native'
      ? concat([delegation.delegate, numberToHex(units, { size: 32 })])
      : concat([
          token,
          numberToHex(0, { size: 32 }),
          encodeFunctionData({
            abi: erc20Abi,
            functionName: 'transfer',
            args: [delegation.delegate, units],
          }),
        ])
  return encodeFunctionData({
    abi: delegationManagerAbi,
    functionName: 'redeemDelegations',
    args: [[context], [singleMode], [execution]],
  })
}

/** Encodes the end of a delegation, for its delegator to send. */
export function encodeDisable(signed: SignedDelegation): Hex {
  return encodeFunctionData({
    abi: delegationManagerAbi,
    functionName: 'disableDelegation',
    args: [toStruct(signed)],
  })
}

function toStruct({ delegation, signature }: SignedDelegation) {
  return {
    ...delegation,
    caveats: delegation.caveats.map((caveat) => ({
      ...caveat,
      args: '0x' as const,
    })),
    signature,
  }
}

/** Thrown when an order cannot be bound by a mandate. */
export class PeriodMandateError extends BehestError {
  readonly code = 'PERIOD_MANDATE_IMPOSSIBLE'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string }) {
    super(
      `This order cannot be bound by the chain: ${facts.problem}. Ask for it with direct custody.`,
      { facts },
    )
  }
}
