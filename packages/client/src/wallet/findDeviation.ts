import type {
  HolderTransaction,
  PlanArtifact,
  PlanCall,
  PlanStep,
} from '@behest/spec'

// Calls that take allowances back are numbered from here on.
const cleanupIndex = 100
// approve(address,uint256)
const approveSelector = '0x095ea7b3'

/**
 * Tells how a transaction differs from the plan that was approved: what a wallet
 * is asked must be what was shown, whoever hands it over.
 *
 * Equal to the byte, but for the words that the plan itself says are filled in
 * with what an earlier step gave; what takes an allowance back may only do that.
 *
 * @returns `null` when it is the plan's; else what differs, in a few words.
 */
export function findDeviation(
  plan: PlanArtifact,
  shown: Pick<HolderTransaction, 'stepId' | 'callIndex' | 'transaction'>,
): string | null {
  const { stepId, callIndex, transaction } = shown
  const step = plan.steps.find(({ id }) => id === stepId)
  if (step === undefined) return `the plan has no step ${stepId}`
  if (!isSame(transaction.from, plan.account)) return 'the sender'
  if (transaction.chainId !== plan.chainId) return 'the chain'
  if (callIndex >= cleanupIndex)
    return isCleanup(step, transaction) ? null : 'what takes the allowance back'
  const call = step.calls[callIndex]
  if (call === undefined) return `step ${stepId} has no call ${callIndex}`
  if (!isSame(transaction.to, call.to)) return 'the recipient'
  const isValueFilled = call.splices.some(({ offset }) => offset === -1)
  if (!isValueFilled && transaction.valueWei !== call.valueWei)
    return 'the value'
  return blank(transaction.data, call) === blank(call.data, call)
    ? null
    : 'the data'
}

/** The data with the words taken out that execution fills in. */
function blank(data: string, call: PlanCall): string {
  let rest = data.toLowerCase()
  for (const { offset } of call.splices) {
    if (offset < 4) continue
    const start = 2 + offset * 2
    rest = rest.slice(0, start) + '_'.repeat(64) + rest.slice(start + 64)
  }
  return rest
}

function isCleanup(
  step: PlanStep,
  { to, valueWei, data }: HolderTransaction['transaction'],
): boolean {
  return (
    valueWei === 0n &&
    step.approvals.some(
      ({ token, spender }) =>
        isSame(token, to) &&
        data.toLowerCase() ===
          `${approveSelector}${spender.slice(2).toLowerCase().padStart(64, '0')}${'0'.repeat(64)}`,
    )
  )
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
