import { checkQuote, decodeCall, type KnownContract } from '@behest/engine'
import {
  isSameAddress,
  type PlanStep,
  type Quote,
  type QuoteRequest,
} from '@behest/spec'
import { decodeFunctionData, erc20Abi } from 'viem'
import { SigningRefusedError } from './errors.js'
import type { ApprovedPlan } from './readDossier.js'

/** As good as without end: no plan spends so much. */
const unlimitedUnits = 2n ** 128n

/**
 * Recomputes from a plan's bytes what it may do, and holds that against what was
 * asked for: every step inside its own instruction, every call decoded, every
 * allowance the plan's own, exact, and never without end.
 *
 * @throws {SigningRefusedError} with the first rule that is broken.
 */
export function checkPlan(options: {
  readonly approved: ApprovedPlan
  readonly knownContracts: readonly KnownContract[]
  readonly wrappedNative: string
}): void {
  const { approved, knownContracts, wrappedNative } = options
  for (const step of approved.plan.steps) {
    const refuse = (rule: string): never => {
      throw new SigningRefusedError({ what: `step ${step.id}`, rule })
    }
    const quote = findQuote(approved, step)
    if (!quote) throw refuse('no quote of the plan is for it')
    const objection = checkQuote({
      quote,
      request: {
        requestId: quote.requestId,
        chainId: approved.plan.chainId,
        account: approved.plan.account,
        instruction: step.instruction,
      } as QuoteRequest,
      wrappedNative,
      nowUnixSeconds: 0,
    })
    if (objection) refuse(objection.why)
    if (!isSameBounds(step, quote)) refuse('its bounds are not its quote’s')
    for (const [index, call] of step.calls.entries()) {
      if (call.purpose === 'act') {
        if (!decodeCall({ call, knownContracts }))
          refuse(`call ${index + 1} cannot be put into words`)
        continue
      }
      const problem = findAllowanceProblem(step, call)
      if (problem !== null) refuse(`call ${index + 1} ${problem}`)
    }
  }
}

function findQuote({ quotes }: ApprovedPlan, step: PlanStep): Quote | null {
  for (const { outcome, stepId } of quotes.outcomes)
    if (
      stepId === step.id &&
      outcome.type === 'quoted' &&
      outcome.quote.quoteId === step.quoteId
    )
      return outcome.quote
  return null
}

/**
 * The bounds that were shown are those that the agent signed. Names and decimals
 * of tokens are the engine's own, and decide nothing here.
 */
function isSameBounds(step: PlanStep, quote: Quote): boolean {
  const list = ({
    spend,
    receive,
    approvals,
    positions,
  }: Pick<PlanStep, 'spend' | 'receive' | 'approvals' | 'positions'>): string =>
    [
      ...spend.map((one) => `- ${one.token.address} ${one.atMostUnits}`),
      ...receive.map(
        (one) => `+ ${one.token.address} ${one.account} ${one.atLeastUnits}`,
      ),
      ...approvals.map((one) => `a ${one.token} ${one.spender} ${one.units}`),
      ...positions.map(
        (one) =>
          `p ${one.venue} ${one.market} ${one.kind} ${one.token.address} ${one.direction} ${one.atLeastUnits} ${one.atMostUnits}`,
      ),
    ]
      .join('\n')
      .toLowerCase()
  return list(step) === list(quote)
}

function findAllowanceProblem(
  step: PlanStep,
  call: PlanStep['calls'][number],
): string | null {
  let decoded: { readonly functionName: string; readonly args: unknown }
  try {
    decoded = decodeFunctionData({ abi: erc20Abi, data: call.data })
  } catch {
    return 'is no allowance'
  }
  const [spender, units] = decoded.args as readonly [string, bigint]
  if (decoded.functionName !== 'approve' || call.valueWei !== 0n)
    return 'is no allowance'
  if (call.purpose !== 'approve')
    return units === 0n ? null : 'takes back by giving more'
  if (units >= unlimitedUnits) return 'allows without end'
  const planned = step.approvals.find(
    (approval) =>
      isSameAddress(approval.token, call.to) &&
      isSameAddress(approval.spender, spender),
  )
  if (!planned || planned.units !== units)
    return `allows ${spender} what the plan does not`
  return null
}
