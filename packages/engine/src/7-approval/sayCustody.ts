import {
  type MandateBound,
  type PlanArtifact,
  type Preview,
  toDecimal,
} from '@behest/spec'

/**
 * Says in one sentence how a plan is carried out, and what the chain itself
 * holds it to.
 *
 * @param options.decimalsOf - Decimals of a token of the plan.
 */
export function sayCustody(options: {
  readonly plan: PlanArtifact
  readonly decimalsOf: (token: string) => number | undefined
}): NonNullable<Preview['custody']> {
  const { plan, decimalsOf } = options
  const { custody } = plan
  if (custody?.type === 'direct' && custody.sentBy === 'holder')
    return {
      type: 'direct',
      sentBy: 'holder',
      says: 'Your wallet sends each transaction itself and pays the gas; it is asked for one after the other, each checked once more before it is asked for.',
      mandates: [],
    }
  if (custody?.type !== 'mandate')
    return {
      type: 'direct',
      says:
        custody?.why === undefined
          ? 'Your account sends each transaction itself and pays the gas; every one is checked against this plan before it is signed.'
          : `Your account sends each transaction itself, because ${custody.why}; every one is checked against this plan before it is signed.`,
      mandates: [],
    }
  return {
    type: 'mandate',
    says: 'Your account signs one bound that the chain itself enforces, and an executor carries it out once and pays the gas: it can do exactly this, or nothing.',
    executor: custody.executor,
    mandates: custody.mandates.map((mandate) => ({
      stepIds: mandate.stepIds,
      ...(mandate.delegationHash === undefined
        ? {}
        : { delegationHash: mandate.delegationHash }),
      bounds: mandate.bounds,
      says: mandate.bounds.map((bound) => sayBound(bound, plan, decimalsOf)),
      untilUnixSeconds: mandate.validUntilUnixSeconds,
    })),
  }
}

function sayBound(
  bound: MandateBound,
  plan: PlanArtifact,
  decimalsOf: (token: string) => number | undefined,
): string {
  const { account, token, symbol, direction, units } = bound
  const decimals = decimalsOf(token)
  const amount =
    decimals === undefined
      ? `${units} units of ${symbol}`
      : `${toDecimal(units, decimals)} ${symbol}`
  const whose =
    account.toLowerCase() === plan.account.toLowerCase()
      ? 'your account'
      : account
  if (direction === 'increase') return `at least ${amount} reach ${whose}`
  return units === 0n
    ? `no ${symbol} leaves ${whose}`
    : `at most ${amount} leave ${whose}`
}
