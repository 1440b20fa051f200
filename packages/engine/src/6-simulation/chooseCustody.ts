import type { PlanArtifact } from '@behest/spec'
import { isHoldersOwn } from '../7-approval/isHoldersOwn.js'
import { assertAffordable } from './assertAffordable.js'
import { HolderCannotSignError, InsufficientGasError } from './errors.js'
import type { SettledPlan } from './settlePlan.js'
import {
  type ChooseCustodyOptions,
  simulateAgain,
  toAffordable,
  tryMandate,
} from './tryMandate.js'

/**
 * Decides how a plan reaches the chain, and writes it into the plan.
 *
 * What the user asked for counts. Who asked for nothing gets direct custody, or
 * a mandate where the account cannot pay the gas itself. Who asked for a mandate
 * and cannot give one gets direct custody, with the same checks, and is told why.
 *
 * @param options.settled - The plan as it would go directly.
 * @returns The plan with its custody, hashed and simulated as it will be.
 * @throws {InsufficientGasError} when the account can pay in neither way.
 * @throws {HolderCannotSignError} when nobody here signs for the account and its
 *   holder cannot give the mandate that was asked for.
 */
export async function chooseCustody(
  options: ChooseCustodyOptions,
): Promise<SettledPlan> {
  const { wanted, settled, mandates } = options
  if (isHoldersOwn(options.holder, settled.plan.account))
    return chooseForHolder(options)
  if (wanted !== 'mandate') {
    try {
      await assertAffordable(toAffordable(settled, options))
      return settled
    } catch (error) {
      if (!(error instanceof InsufficientGasError) || wanted === 'direct')
        throw error
      const mandated = await tryMandate(options)
      if (typeof mandated === 'string') throw error
      return mandated
    }
  }
  const mandated = mandates
    ? await tryMandate(options)
    : 'nobody here carries out mandates'
  if (typeof mandated !== 'string') return mandated
  const direct = await simulateAgain(options, {
    ...settled.plan,
    custody: { type: 'direct', why: mandated },
  })
  await assertAffordable(toAffordable(direct, options))
  return direct
}

/**
 * The same for an account whose holder signs. One signature serves where the
 * account has the code for it already, or cannot pay the gas itself; in every
 * other case its wallet sends each transaction, since wallets do not let a site
 * give an account code.
 */
async function chooseForHolder(
  options: ChooseCustodyOptions,
): Promise<SettledPlan> {
  const { wanted, settled, mandates } = options
  const { account } = settled.plan
  const mandated = wanted === 'direct' ? 'asked' : await tryForHolder(options)
  const isMandate = typeof mandated !== 'string'
  if (wanted === 'mandate') {
    if (isMandate) return mandated
    throw new HolderCannotSignError({
      account,
      reason: mandated,
      instead: 'Ask again without a custody: your wallet sends each then.',
    })
  }
  if (isMandate && (await mandates?.readAuthorization({ account })) === null)
    return mandated
  const direct = await simulateAgain(options, {
    ...settled.plan,
    custody: { type: 'direct', sentBy: 'holder' },
  })
  try {
    await assertAffordable(toAffordable(direct, options))
    return direct
  } catch (error) {
    if (error instanceof InsufficientGasError && isMandate) return mandated
    throw error
  }
}

/** The plan with mandates that its holder can sign at once, or why there is none. */
async function tryForHolder(
  options: ChooseCustodyOptions,
): Promise<SettledPlan | string> {
  const mandated = await tryMandate(options)
  if (typeof mandated === 'string') return mandated
  return isSignableAtOnce(mandated.plan)
    ? mandated
    : 'a later step takes exactly what an earlier one gives, which is known only after it'
}

/** Tells whether no mandate of a plan depends on what an earlier one gives. */
function isSignableAtOnce({ custody }: PlanArtifact): boolean {
  return (
    custody?.type !== 'mandate' ||
    custody.mandates.every(({ delegationHash }) => delegationHash !== undefined)
  )
}
