import type { PlanArtifact } from '@behest/spec'
import type { Grants, Holdings, HostileWorld } from './openHostileWorld.js'

/** What the user agreed to at most, in the terms of balances. */
export type Bounds = {
  /** By asset in lower case: at most so much goes. What is not listed: nothing. */
  readonly losses: ReadonlyMap<string, bigint>
  /** By asset: at least so much comes, where anything went. */
  readonly gains: ReadonlyMap<string, bigint>
  /** By `token spender`: what may be open afterwards. */
  readonly grants: ReadonlyMap<string, bigint>
  /** What gas may cost the user. */
  readonly gasWei: bigint
  /** In direct custody a plan of several steps may end after one of them. */
  readonly mayStopHalfway: boolean
}

// Aave keeps scaled balances: a unit or two are lost on the way in and out.
const rounding = 2n

/** Nothing at all. */
export const nothing: Bounds = {
  losses: new Map(),
  gains: new Map(),
  grants: new Map(),
  gasWei: 0n,
  mayStopHalfway: false,
}

/**
 * The bounds of an approved plan. The coin pays gas in direct custody.
 *
 * @param options.gasWei - The most that gas may cost the user.
 */
export function toPlanBounds(options: {
  readonly plan: PlanArtifact
  readonly gasWei: bigint
}): Bounds {
  const { plan, gasWei } = options
  const losses = new Map<string, bigint>()
  const gains = new Map<string, bigint>()
  const grants = new Map<string, bigint>()
  const add = (map: Map<string, bigint>, key: string, units: bigint): void => {
    map.set(key.toLowerCase(), (map.get(key.toLowerCase()) ?? 0n) + units)
  }
  for (const step of plan.steps) {
    for (const { token, atMostUnits } of step.spend)
      add(losses, token.address, atMostUnits)
    for (const { token, account, atLeastUnits } of step.receive)
      if (account.toLowerCase() === plan.account.toLowerCase())
        add(gains, token.address, atLeastUnits)
    for (const { token, spender, units } of step.approvals)
      add(grants, `${token} ${spender}`, units)
  }
  // What a later step passes on does not stay.
  for (const [key, units] of losses) {
    const least = gains.get(key)
    if (least !== undefined) gains.set(key, least - units)
  }
  return {
    losses,
    gains,
    grants,
    gasWei,
    mayStopHalfway: plan.custody?.type !== 'mandate' && plan.steps.length > 1,
  }
}

/**
 * Holds what happened against what was agreed.
 *
 * @returns Every way in which the user has less, or is open to more, than agreed.
 */
export function judge(options: {
  readonly world: HostileWorld
  readonly before: { readonly holdings: Holdings; readonly grants: Grants }
  readonly after: { readonly holdings: Holdings; readonly grants: Grants }
  readonly bounds: Bounds
}): readonly string[] {
  const { world, before, after, bounds } = options
  const weth = world.deployment.wrappedNative.toLowerCase()
  const change = (key: string): bigint =>
    (after.holdings.get(key) ?? 0n) - (before.holdings.get(key) ?? 0n)
  // The coin and its wrapped form are one: wrapping loses neither.
  const net = new Map<string, bigint>()
  const most = new Map<string, bigint>()
  // And what is lent is the account's own: it lies elsewhere, that is all.
  const lent = new Map(
    Object.values(world.devnet.addresses.aaveV3.reserves).map(
      ({ aToken, underlying }) => [
        aToken.toLowerCase(),
        underlying.toLowerCase(),
      ],
    ),
  )
  const merge = (key: string): string => {
    const token = lent.get(key) ?? key
    return token === weth ? 'native' : token
  }
  for (const key of after.holdings.keys())
    net.set(merge(key), (net.get(merge(key)) ?? 0n) + change(key))
  for (const [key, units] of bounds.losses)
    most.set(merge(key), (most.get(merge(key)) ?? 0n) + units)
  const hasMoved = (merged: string): boolean =>
    [...lent].some(([key]) => merge(key) === merged && change(key) !== 0n)
  const broken: string[] = []
  for (const [key, units] of net) {
    const may = (most.get(key) ?? 0n) + (key === 'native' ? bounds.gasWei : 0n)
    if (-units > may + (hasMoved(key) ? rounding : 0n))
      broken.push(`${-units} of ${key} went, ${may} may`)
  }
  const isSold = [...net].some(
    ([key, units]) => units < (key === 'native' ? -bounds.gasWei : 0n),
  )
  for (const [key, least] of bounds.mayStopHalfway ? [] : bounds.gains) {
    const arrived = net.get(merge(key)) ?? 0n
    // What came as coin is short of the gas that was paid in coin.
    const short = merge(key) === 'native' ? bounds.gasWei : 0n
    const isPassed =
      (merge(key) === 'native' && bounds.losses.has('native')) ||
      // What is lent, or comes back, was the user's before.
      [...bounds.losses.keys()].some(
        (lost) =>
          (lent.has(lost) || lent.has(key)) && merge(lost) === merge(key),
      )
    if (isSold && !isPassed && arrived + short < least)
      broken.push(`${arrived} of ${key} came for what went, ${least} must`)
  }
  for (const [key, units] of after.grants) {
    const was = before.grants.get(key) ?? 0n
    const may = bounds.grants.get(key) ?? 0n
    if (units > was && units > may)
      broken.push(`${key} may take ${units}, ${may} may be`)
  }
  return broken
}
