import {
  type Address,
  isSameAddress,
  type OrderBatch,
  type OrderBound,
  type OrderPort,
  type OrderRunLink,
  type OrderTerms,
  type PlanArtifact,
  type Step,
  type Token,
  toUnits,
} from '@behest/spec'
import type { StandingMandate } from '../5-plan/bindMandates.js'

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
 * Asks for the calls of an order about a position: a single step, of an exact
 * amount, at a named venue whose calls are known before it runs.
 *
 * @returns The batch, or why the chain cannot hold the order to one.
 */
export function drawOrderBatch(options: {
  readonly account: Address
  readonly steps: readonly Step[]
  readonly token: Token | undefined
  readonly draw: OrderPort['drawBatch']
}): OrderBatch | string {
  const { account, steps, token, draw } = options
  const [step, second] = steps
  if (!step || second) return 'it has several steps'
  if (step.amount?.kind !== 'exact' || !token)
    return 'its amount changes from run to run'
  if (step.venue === undefined)
    return 'where it is done is chosen at each run; name the place, as in "on aave", and the chain bounds it'
  return (
    draw?.({
      account,
      step,
      token,
      units: toUnits(step.amount.decimal, token.decimals),
    }) ?? `what it calls at ${step.venue} is known only when it runs`
  )
}

/** Tells whether a step is about a position of the account. */
export function isAboutPosition(step: Step): boolean {
  return (
    step.action === 'supply' ||
    step.action === 'repay' ||
    step.action === 'withdraw'
  )
}

/** What carries out a run of an order whose calls were signed with it. */
export function toStanding(
  run: OrderRunLink | undefined,
  order: Awaited<ReturnType<OrderPort['find']>> | undefined,
): StandingMandate | undefined {
  return run && order?.terms.batch && order.delegationHash
    ? { orderId: run.orderId, delegationHash: order.delegationHash }
    : undefined
}

/**
 * Holds the plan of a run against the calls that were signed with its order: it
 * is about them, and nothing but the order's own mandate carries it out.
 *
 * @returns What is wrong; `undefined` when nothing is.
 */
export function checkBatchRun(
  terms: OrderTerms,
  batch: OrderBatch,
  plan: PlanArtifact,
): string | undefined {
  const { custody } = plan
  const mandate = custody?.type === 'mandate' ? custody.mandates[0] : undefined
  if (
    custody?.type !== 'mandate' ||
    custody.mandates.length !== 1 ||
    mandate?.orderId === undefined
  )
    return `the mandate of the order does not carry it out${custody?.type === 'direct' && custody.why !== undefined ? `: ${custody.why}` : ''}`
  if (!isSameAddress(custody.executor, terms.executor ?? ''))
    return `${custody.executor} would carry it out`
  for (const { action, calls, spend } of plan.steps) {
    for (const call of calls) {
      // What an agent allows or asks for less of is not what is carried out.
      const isSigned = batch.calls.some(
        (signed) =>
          isSameAddress(signed.to, call.to) &&
          signed.data.slice(0, 10) === call.data.slice(0, 10),
      )
      if (!isSigned) return `it would call ${call.to}, which was not signed`
    }
    // What a lending venue gave as a receipt goes back to it in a withdrawal.
    if (action === 'withdraw') continue
    for (const { token, atMostUnits } of spend)
      if (
        !isSameAddress(token.address, batch.token.address) ||
        atMostUnits > batch.units
      )
        return `it would take ${atMostUnits} units of ${token.symbol}, and ${batch.units} of ${batch.token.symbol} were signed`
  }
  return undefined
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
