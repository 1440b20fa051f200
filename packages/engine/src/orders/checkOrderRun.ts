import {
  isSameAddress,
  type OrderTerms,
  type PlanArtifact,
  toDecimal,
} from '@behest/spec'
import {
  checkBatchRun,
  checkMandateRun,
  toMandateSteps,
} from './mandateSteps.js'

/**
 * Holds the plan of a run against the order that it runs under. The plan is what
 * was decoded and simulated; the terms are what the person signed.
 *
 * @param options.nowUnixSeconds - Chain time.
 * @returns Why the run is not covered; `undefined` when it is.
 */
export function checkOrderRun(options: {
  readonly terms: OrderTerms
  readonly plan: PlanArtifact
  readonly nowUnixSeconds: number
}): string | undefined {
  const { terms, plan, nowUnixSeconds } = options
  const { batch } = terms
  // With a batch the account itself acts, as the chain lets it.
  const isMandated = terms.custody === 'mandate' && !batch
  const spender = isMandated ? terms.executor : terms.account
  if (spender === undefined || !isSameAddress(plan.account, spender))
    return `the plan is for ${plan.account}`
  if (plan.chainId !== terms.chainId)
    return `the plan is for chain ${plan.chainId}`
  if (nowUnixSeconds >= terms.expiresUnixSeconds) return 'its time is over'
  const actions = plan.steps.map(({ action }) => action).join(', ')
  const signed = (isMandated ? toMandateSteps('', terms) : terms.steps)
    .map(({ action }) => action)
    .join(', ')
  if (actions !== signed)
    return `the plan would ${actions}, and ${signed} was signed`
  if (isMandated) return checkMandateRun(terms, plan)
  if (batch) return checkBatchRun(terms, batch, plan)
  for (const { token, units } of listTaken(plan)) {
    const bound = terms.bounds.find((entry) =>
      isSameAddress(entry.token.address, token.address),
    )
    // What a lending venue gave as a receipt goes back to it in a withdrawal.
    if (!bound && plan.steps.every(({ action }) => action === 'withdraw'))
      continue
    if (units > (bound?.perRunUnits ?? 0n))
      return `it would take ${toDecimal(units, token.decimals)} ${token.symbol}, and ${toDecimal(bound?.perRunUnits ?? 0n, token.decimals)} were signed`
  }
  return undefined
}

/** What a plan takes out of the wallet: what it made itself may go on. */
function listTaken(plan: PlanArtifact) {
  const taken = new Map<
    string,
    {
      token: PlanArtifact['steps'][number]['spend'][number]['token']
      units: bigint
    }
  >()
  const made = new Set<string>()
  for (const step of plan.steps) {
    for (const { token, atMostUnits } of step.spend) {
      const key = token.address.toLowerCase()
      const goesOn = isOutput(step.instruction) && made.has(key)
      if (goesOn) continue
      taken.set(key, {
        token,
        units: (taken.get(key)?.units ?? 0n) + atMostUnits,
      })
    }
    for (const { token, account } of step.receive)
      if (isSameAddress(account, plan.account))
        made.add(token.address.toLowerCase())
  }
  return taken.values()
}

/** A step that uses what an earlier one gave, never more. */
function isOutput(
  instruction: PlanArtifact['steps'][number]['instruction'],
): boolean {
  switch (instruction.action) {
    case 'swap':
      return instruction.sell.amount?.type === 'output'
    case 'transfer':
    case 'supply':
    case 'repay':
      return instruction.amount.type === 'output'
    case 'withdraw':
    case 'borrow':
    case 'approve':
    case 'revoke':
    case 'ask':
      return false
    default:
      return instruction satisfies never
  }
}
