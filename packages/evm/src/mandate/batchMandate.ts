import {
  type Address,
  type Delegation,
  type Hex,
  isSameAddress,
  type MandateTerms,
  type OrderBatch,
  type OrderTerms,
  type Step,
  type Token,
} from '@behest/spec'
import { concat, encodeFunctionData, erc20Abi, numberToHex } from 'viem'
import { aavePoolAbi, wethAbi, wrappedTokenGatewayAbi } from '../abi/abis.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { rootAuthority } from './delegationAbi.js'
import { type DelegationFramework, encodeExecutions } from './drawDelegation.js'
import {
  drawPeriodDelegation,
  encodePull,
  type PeriodEnforcers,
  PeriodMandateError,
} from './periodMandate.js'

// Aave's own names: the variable rate, and nobody who is paid for the referral.
const variableRate = 2n
const noReferral = 0

/** What the mandate of an order about a position is drawn up from. */
export type BatchMandate = {
  readonly framework: DelegationFramework
  readonly enforcers: PeriodEnforcers
  /** The only account that can have it carried out. */
  readonly executor: Address
  readonly terms: OrderTerms
  readonly salt: bigint
}

/**
 * Draws up what one run of an order about a position has the account call: its
 * own position at Aave, an exact amount, on its own behalf. What is allowed is
 * used up or taken back in the same batch.
 *
 * @param options.units - In the token's smallest unit.
 * @returns `undefined` where the calls are known only when it runs: at another
 *   venue, or for a token that is not listed.
 */
export function drawLendingBatch(options: {
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly step: Step
  readonly token: Token
  readonly units: bigint
}): OrderBatch | undefined {
  const { deployment, step, token } = options
  const { action, venue, pool } = step
  const listed = [deployment.nativeToken, ...deployment.tokens].find(
    ({ address }) => isSameAddress(address, token.address),
  )
  if (
    (action !== 'supply' && action !== 'repay' && action !== 'withdraw') ||
    venue !== 'aave' ||
    pool !== undefined ||
    listed?.decimals !== token.decimals
  )
    return undefined
  return encodeLendingBatch({ ...options, action })
}

function encodeLendingBatch(options: {
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly action: 'supply' | 'repay' | 'withdraw'
  readonly token: Token
  readonly units: bigint
}): OrderBatch {
  const { deployment, account, action, token, units } = options
  const { pool, wrappedTokenGateway } = deployment.aaveV3
  const { address } = token
  const call = (to: Address, data: Hex, valueWei = 0n) => ({
    to,
    valueWei,
    data,
  })
  const reserve = address === 'native' ? deployment.wrappedNative : address
  const allow = (most: bigint) =>
    call(
      reserve,
      encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [pool, most],
      }),
    )
  const calls = (() => {
    switch (action) {
      case 'supply':
        return address === 'native'
          ? [
              call(
                wrappedTokenGateway,
                encodeFunctionData({
                  abi: wrappedTokenGatewayAbi,
                  functionName: 'depositETH',
                  args: [pool, account, noReferral],
                }),
                units,
              ),
            ]
          : [
              allow(units),
              call(
                pool,
                encodeFunctionData({
                  abi: aavePoolAbi,
                  functionName: 'supply',
                  args: [reserve, units, account, noReferral],
                }),
              ),
            ]
      case 'repay':
        return address === 'native'
          ? [
              call(
                wrappedTokenGateway,
                encodeFunctionData({
                  abi: wrappedTokenGatewayAbi,
                  functionName: 'repayETH',
                  args: [pool, units, variableRate, account],
                }),
                units,
              ),
            ]
          : [
              allow(units),
              call(
                pool,
                encodeFunctionData({
                  abi: aavePoolAbi,
                  functionName: 'repay',
                  args: [reserve, units, variableRate, account],
                }),
              ),
              // Less may be owed by then: Aave takes that, and the rest goes.
              allow(0n),
            ]
      case 'withdraw':
        return [
          call(
            pool,
            encodeFunctionData({
              abi: aavePoolAbi,
              functionName: 'withdraw',
              args: [reserve, units, account],
            }),
          ),
          ...(address === 'native'
            ? [
                call(
                  reserve,
                  encodeFunctionData({
                    abi: wethAbi,
                    functionName: 'withdraw',
                    args: [units],
                  }),
                ),
              ]
            : []),
        ]
      default:
        return action satisfies never
    }
  })()
  return { token, units, calls }
}

/**
 * Draws up what makes a period give a run once: a delegation of the account to
 * itself, for transfers to itself, of so much in each period and so much in all.
 * Nothing moves by it; that the chain lets it happen is what the batch needs.
 *
 * @returns `undefined` for an order that runs once.
 * @throws {PeriodMandateError} when the order has no batch.
 */
export function drawGate(mandate: BatchMandate): Delegation | undefined {
  const { terms } = mandate
  const { token, units } = requireBatch(terms)
  if (terms.schedule?.every === undefined) return undefined
  return drawPeriodDelegation({
    ...mandate,
    executor: terms.account,
    terms: {
      ...terms,
      bounds: [
        {
          token,
          perRunUnits: units,
          totalUnits: units * BigInt(terms.maxRuns),
        },
      ],
    },
  })
}

/**
 * Draws up the delegation of an order about a position: exactly the calls of a
 * run, in this order and as a whole, once in a period, so many times, until a
 * date, by one executor. The account itself makes the calls; the executor never
 * holds anything.
 *
 * @param mandate.gateSignature - The account's, over {@link drawGate}.
 * @throws {PeriodMandateError} when a gate is needed and not signed.
 */
export function drawBatchDelegation(
  mandate: BatchMandate & { readonly gateSignature?: Hex | undefined },
): Delegation {
  const { framework, executor, terms, salt } = mandate
  const { enforcers } = framework
  return {
    delegate: executor,
    delegator: terms.account,
    authority: rootAuthority,
    caveats: [
      {
        enforcer: enforcers.exactExecutionBatch,
        terms: encodeExecutions(listBatchCalls(mandate)),
      },
      {
        enforcer: enforcers.timestamp,
        terms: concat([
          numberToHex(0, { size: 16 }),
          numberToHex(terms.expiresUnixSeconds, { size: 16 }),
        ]),
      },
      { enforcer: enforcers.redeemer, terms: executor },
      {
        enforcer: enforcers.limitedCalls,
        terms: numberToHex(terms.maxRuns, { size: 32 }),
      },
    ],
    salt,
  }
}

/**
 * The calls of a run as the chain is asked for them, with the period's gate.
 *
 * @throws {PeriodMandateError} when a gate is needed and not signed.
 */
export function listBatchCalls(
  mandate: BatchMandate & { readonly gateSignature?: Hex | undefined },
): MandateTerms['calls'] {
  const { terms, framework, gateSignature } = mandate
  const { calls, token, units } = requireBatch(terms)
  const gate = drawGate(mandate)
  if (!gate) return calls
  if (gateSignature === undefined)
    throw new PeriodMandateError({ problem: 'its periods are not signed' })
  const pass = {
    to: framework.delegationManager,
    valueWei: 0n,
    data: encodePull({
      delegation: gate,
      signature: gateSignature,
      token: token.address,
      units,
    }),
  }
  // What is withdrawn is there only afterwards.
  return terms.steps[0]?.action === 'withdraw'
    ? [...calls, pass]
    : [pass, ...calls]
}

function requireBatch(terms: OrderTerms): OrderBatch {
  if (!terms.batch)
    throw new PeriodMandateError({ problem: 'its calls are not known' })
  return terms.batch
}
