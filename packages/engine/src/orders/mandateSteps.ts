import {
  isSameAddress,
  type OrderBound,
  type OrderTerms,
  type PlanArtifact,
  type Step,
} from '@behest/spec'

/** The venue of the step that takes what an order's mandate gives. */
export const mandateVenue = 'mandate'

/**
 * Says why an order's runs cannot be paid from a mandate: the chain can bound
 * what is taken of one token, for a trade or a payment.
 *
 * @returns The reason; `undefined` where a mandate does it.
 */
export function findMandateObstacle(terms: {
  readonly steps: readonly Step[]
  readonly bounds: readonly OrderBound[]
}): string | undefined {
  const [step, second] = terms.steps
  if (!step || second) return 'it has several steps'
  if (terms.bounds.length !== 1) return 'it takes other than one token'
  switch (step.action) {
    case 'swap':
      return step.sell?.amount?.kind === 'exact'
        ? undefined
        : 'its amount changes from run to run'
    case 'transfer':
      if (step.amount?.kind !== 'exact')
        return 'its amount changes from run to run'
      return /^0x[0-9a-fA-F]{40}$/.test(step.to ?? '')
        ? undefined
        : 'its recipient is a name, which may lead elsewhere later'
    default:
      return 'what it changes is a position of your account, which nobody else can change'
  }
}

/**
 * The steps of a run under a mandate: take what the mandate gives, do with it
 * what was signed, and hand over what it gave to the account.
 */
export function toMandateSteps(orderId: string, terms: OrderTerms): Step[] {
  const [step] = terms.steps
  if (!step) return []
  const leg = step.action === 'swap' ? step.sell : step
  const token = leg?.token
  const take: Step = {
    id: 's1',
    action: 'withdraw',
    ...(token ? { token } : {}),
    ...(leg?.amount ? { amount: leg.amount } : {}),
    venue: mandateVenue,
    pool: orderId,
    spans: {},
  }
  const output = { kind: 'output', step: 's1' } as const
  if (step.action !== 'swap')
    return [take, { ...step, id: 's2', amount: output, spans: {} }]
  return [
    take,
    {
      ...step,
      id: 's2',
      ...(token ? { sell: { token, amount: output } } : {}),
      spans: {},
    },
    {
      id: 's3',
      action: 'transfer',
      ...(step.buy ? { token: step.buy.token } : {}),
      amount: { kind: 'output', step: 's2' },
      // In small letters: a checksum is for what people type.
      to: terms.account.toLowerCase(),
      spans: {},
    },
  ]
}

/**
 * Holds the plan of a run under a mandate against the order's terms: it takes no
 * more than a run may, and everything ends with whom the order names.
 *
 * @returns What is wrong; `undefined` when nothing is.
 */
export function checkMandateRun(
  terms: OrderTerms,
  plan: PlanArtifact,
): string | undefined {
  const [bound] = terms.bounds
  const [step] = terms.steps
  if (!bound || !step) return 'its terms have no bound'
  for (const [index, entry] of plan.steps.entries()) {
    const { instruction } = entry
    if (index === 0) {
      if (entry.venue !== mandateVenue || entry.spend.length > 0)
        return 'it does not begin with what the mandate gives'
      for (const { token, atLeastUnits, expectedUnits } of entry.receive)
        if (
          !isSameAddress(token.address, bound.token.address) ||
          atLeastUnits > bound.perRunUnits ||
          expectedUnits > bound.perRunUnits
        )
          return `it would take ${expectedUnits} units of ${token.symbol}, and ${bound.perRunUnits} of ${bound.token.symbol} were signed`
    } else if (instruction.action === 'transfer') {
      const to = step.action === 'transfer' ? (step.to ?? '') : terms.account
      if (
        !isSameAddress(instruction.to, to) ||
        instruction.amount.type !== 'output'
      )
        return `it would send to ${instruction.to}`
    } else if (
      instruction.action !== 'swap' ||
      instruction.sell.amount?.type !== 'output'
    )
      return `it would ${instruction.action} more than it took`
  }
  return undefined
}
