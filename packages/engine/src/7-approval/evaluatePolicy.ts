/**
 * One file because it is one table: every rule of a policy, held against what a
 * plan does. Nothing of what an agent says of itself is read here.
 */
import {
  type Address,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type PlanStep,
  type PolicyFinding,
  type PolicyRecord,
  type PolicyRules,
  type PolicyVerdict,
  type SimulationArtifact,
  type Token,
  toDecimal,
  toUnits,
} from '@behest/spec'
import { decodeCall } from '../decode/decodeCall.js'
import type { KnownContract } from '../ports.js'

/** US dollars for one whole token, times 1e8, by token in lower case. */
export type PricesUsdE8 = ReadonlyMap<string, bigint | null>

/** What {@link evaluatePolicy} takes. */
export type EvaluatePolicyOptions = {
  readonly record: PolicyRecord
  readonly plan: PlanArtifact
  readonly planHash: Hex
  readonly simulation: SimulationArtifact
  readonly knownContracts: readonly KnownContract[]
  /** One with the chain's coin: to wrap is not to spend. */
  readonly wrappedNative: Address
  readonly prices: PricesUsdE8
  /** Chain time. */
  readonly nowUnixSeconds: number
  /** An account that acts for this one: what passes through it stays. */
  readonly alsoOwn?: Address
}

/** A verdict, with what the plan would spend of the caps. */
export type Evaluated = {
  readonly verdict: PolicyVerdict
  /** `null` where something that leaves the account has no price. */
  readonly outflowUsdE8: bigint | null
}

/** Every token that a policy wants a price for. */
export function listPriced(options: {
  readonly plan: PlanArtifact
  readonly simulation: SimulationArtifact
}): readonly Token[] {
  const { plan, simulation } = options
  const tokens = new Map<string, Token>()
  for (const { positions } of simulation.steps)
    for (const { token: address, symbol, units, decimal } of positions)
      tokens.set(address.toLowerCase(), {
        chainId: plan.chainId,
        address,
        symbol,
        decimals: decimalsOf(units, decimal),
      })
  for (const step of plan.steps)
    for (const { token } of [...step.spend, ...step.receive, ...step.positions])
      tokens.set(token.address.toLowerCase(), token)
  return [...tokens.values()]
}

/**
 * Holds a decoded, simulated plan against the policy that the account signed.
 *
 * `approve`: within `automatic`, nobody needs to be asked. `ask`: within
 * `limits`, a person decides. `refuse`: beyond what even a person may approve
 * until the policy is changed by a signature.
 *
 * Pure. What others spend at the same moment is for the reservation to say.
 *
 * @returns The verdict with every rule that the plan goes past.
 */
export function evaluatePolicy(options: EvaluatePolicyOptions): Evaluated {
  const { record, planHash, simulation, nowUnixSeconds } = options
  const { policy } = record
  const outflow = getOutflow(options)
  const always: PolicyFinding[] = []
  const refuse = (rule: string, message: string): void => {
    always.push({ rule, set: 'limits', message: message.slice(0, 1000) })
  }
  if (record.killedAt !== undefined)
    refuse(
      'killSwitch',
      `Everything was stopped${record.killedWhy ? `: ${record.killedWhy}` : ''}. A newly signed policy starts it again.`,
    )
  if (nowUnixSeconds >= policy.validUntilUnixSeconds)
    refuse('validUntil', 'The policy is over. Sign a new one.')
  if (
    !isSameAddress(policy.account, options.plan.account) ||
    policy.chainId !== options.plan.chainId
  )
    refuse('account', 'The policy is for another account or chain.')
  if (simulation.planHash.toLowerCase() !== planHash.toLowerCase())
    refuse('simulation', 'It was not exactly this plan that was simulated.')

  const beyondLimits = [
    ...always,
    ...checkRules('limits', policy.limits, options, outflow),
  ]
  const beyondAutomatic = policy.automatic
    ? checkRules('automatic', policy.automatic, options, outflow)
    : []
  const verdict = (() => {
    if (beyondLimits.length > 0) return 'refuse'
    if (policy.automatic && beyondAutomatic.length === 0) return 'approve'
    return policy.automatic === undefined || policy.beyond === 'ask'
      ? 'ask'
      : 'refuse'
  })()
  return {
    verdict: {
      policyHash: record.policyHash,
      sequence: policy.sequence,
      verdict,
      ...(outflow.usdE8 === null
        ? {}
        : { outflowUsd: toDecimal(outflow.usdE8, 8) }),
      findings: [...beyondLimits, ...beyondAutomatic].slice(0, 100),
    },
    outflowUsdE8: outflow.usdE8,
  }
}

type Outflow = {
  readonly usdE8: bigint | null
  readonly unpriced: readonly string[]
}

type Leaving = {
  readonly symbol: string
  units: bigint
  readonly decimals: number
}

/**
 * What leaves the account at most, in dollars: the plan's bound or what the
 * simulation measured, whichever is more, and new debt. What a step gives and a
 * later one takes does not leave; but what comes back from where it was lent was
 * the account's before, and leaves when it is sent on.
 */
function getOutflow(options: EvaluatePolicyOptions): Outflow {
  const { plan, simulation, prices, wrappedNative } = options
  const toAsset = (token: string): string =>
    isSameAddress(token, wrappedNative) ? 'native' : token.toLowerCase()
  const leaving = new Map<string, Leaving>()
  const add = (of: {
    readonly key: string
    readonly symbol: string
    readonly decimals: number
    readonly units: bigint
  }): void => {
    const entry = leaving.get(of.key)
    if (entry) entry.units += of.units
    else leaving.set(of.key, { ...of })
  }
  const addToken = (token: Token, units: bigint): void =>
    add({ ...token, key: toAsset(token.address), units })
  for (const step of plan.steps) {
    for (const { token, atMostUnits } of step.spend)
      addToken(token, atMostUnits)
    for (const { token, account, atLeastUnits } of step.receive)
      if (isSameAddress(account, plan.account)) addToken(token, -atLeastUnits)
  }
  const positions = simulation.steps
    .flatMap((step) => step.positions)
    .filter(({ account }) => isSameAddress(account, plan.account))
  const heldAs = new Set(
    positions.flatMap((position) =>
      position.heldAs === undefined ? [] : [toAsset(position.heldAs)],
    ),
  )
  for (const { token, symbol, units, decimals } of sumLent(positions, toAsset))
    if (units < 0n) add({ key: token, symbol, decimals, units: -units })
  for (const change of sumChanges(options, toAsset)) {
    if (change.units >= 0n) continue
    const entry = leaving.get(change.token)
    if (entry) {
      if (-change.units > entry.units) entry.units = -change.units
    } else if (!heldAs.has(change.token))
      add({ ...change, key: change.token, units: -change.units })
  }
  // A debt is spent on the day that it is made.
  for (const step of plan.steps)
    for (const { kind, direction, token, atMostUnits } of step.positions)
      if (kind === 'borrowed' && direction === 'more')
        add({
          ...token,
          key: `debt ${toAsset(token.address)}`,
          units: atMostUnits,
        })

  let usdE8 = 0n
  const unpriced: string[] = []
  for (const [key, { symbol, units, decimals }] of leaving) {
    if (units <= 0n || heldAs.has(key)) continue
    const token = key.replace(/^debt /, '')
    const priceE8 =
      prices.get(token) ??
      (token === 'native' ? prices.get(wrappedNative.toLowerCase()) : null) ??
      null
    if (priceE8 === null) unpriced.push(symbol)
    else usdE8 += ceilDivide(units * priceE8, 10n ** BigInt(decimals))
  }
  return { usdE8: unpriced.length > 0 ? null : usdE8, unpriced }
}

type Sum = {
  readonly token: string
  readonly symbol: string
  readonly units: bigint
  readonly decimals: number
}

/** How much more, or less, of each token is lent afterwards, wherever it is. */
function sumLent(
  positions: readonly SimulationArtifact['steps'][number]['positions'][number][],
  toAsset: (token: string) => string,
): readonly Sum[] {
  return sumUp(
    positions
      .filter(({ kind }) => kind !== 'borrowed')
      .map((one) => ({ ...one, token: toAsset(one.token) })),
  )
}

/** What the simulation measured in the account, token by token. */
function sumChanges(
  { plan, simulation }: EvaluatePolicyOptions,
  toAsset: (token: string) => string,
): readonly Sum[] {
  return sumUp(
    simulation.changes
      .filter(({ account }) => isSameAddress(account, plan.account))
      .map((one) => ({ ...one, token: toAsset(one.token) })),
  )
}

function sumUp(
  changes: readonly {
    readonly token: string
    readonly symbol: string
    readonly units: bigint
    readonly decimal: string
  }[],
): readonly Sum[] {
  const sums = new Map<string, Sum>()
  for (const { token, symbol, units, decimal } of changes) {
    const before = sums.get(token)
    sums.set(token, {
      token,
      symbol,
      units: (before?.units ?? 0n) + units,
      decimals: before?.decimals ?? decimalsOf(units, decimal),
    })
  }
  return [...sums.values()]
}

function checkRules(
  set: PolicyFinding['set'],
  rules: PolicyRules,
  options: EvaluatePolicyOptions,
  outflow: Outflow,
): readonly PolicyFinding[] {
  const { plan, simulation, record } = options
  const findings: PolicyFinding[] = []
  const find = (rule: string, message: string): void => {
    findings.push({ rule, set, message: message.slice(0, 1000) })
  }
  if (outflow.usdE8 === null)
    find(
      'unpriced',
      `${outflow.unpriced.join(', ')} has no fresh price, so no cap can be kept.`,
    )
  else {
    const per = toUnits(rules.perTransactionUsd, 8)
    if (outflow.usdE8 > per)
      find(
        'perTransactionUsd',
        `$${toDecimal(outflow.usdE8, 8)} would leave the account; at most $${rules.perTransactionUsd} may in one plan.`,
      )
    const spent = toUnits(record.spentTodayUsd, 8)
    if (spent + outflow.usdE8 > toUnits(rules.perDayUsd, 8))
      find(
        'perDayUsd',
        `$${toDecimal(outflow.usdE8, 8)} would leave the account after $${record.spentTodayUsd} in the last 24 hours; at most $${rules.perDayUsd} may in a day.`,
      )
  }
  for (const step of plan.steps) checkStep(step, rules, options, find)
  for (const recipient of listRecipients(options)) {
    if (!isAllowed(rules.recipients, recipient)) {
      find('recipients', `${recipient} is no recipient of the policy.`)
      continue
    }
    const from = record.recipientsFrom[recipient.toLowerCase()]
    if (from !== undefined && options.nowUnixSeconds < from)
      find(
        'coolingOff',
        `${recipient} is new and may be paid from ${new Date(from * 1000).toISOString()} on.`,
      )
  }
  for (const { venue, after } of simulation.health)
    if (after !== undefined && toE6(after) < toE6(rules.minHealth))
      find(
        'minHealth',
        `The health factor at ${venue} would be ${after}; at least ${rules.minHealth} is wanted.`,
      )
  return findings
}

function checkStep(
  step: PlanStep,
  rules: PolicyRules,
  options: EvaluatePolicyOptions,
  find: (rule: string, message: string) => void,
): void {
  const { simulation, knownContracts } = options
  if (!isAllowed(rules.actions, step.action))
    find('actions', `"${step.action}" is not among the allowed actions.`)
  const tokens = new Map<string, Token>()
  for (const { token } of [...step.spend, ...step.receive, ...step.positions])
    tokens.set(token.address.toLowerCase(), token)
  for (const token of tokens.values()) {
    const isReceipt = simulation.steps.some(({ positions }) =>
      positions.some(
        ({ heldAs }) =>
          heldAs !== undefined && isSameAddress(heldAs, token.address),
      ),
    )
    if (!isReceipt && !isAllowed(rules.tokens, token.address))
      find(
        'tokens',
        `${token.symbol} (${token.address}) is not among the allowed tokens.`,
      )
  }
  for (const call of step.calls) {
    const isToken = tokens.has(call.to.toLowerCase())
    if (isToken || call.data === '0x' || call.purpose !== 'act') continue
    // The protocol is what the called contract is, not what the quote calls it.
    const name = decodeCall({ call, knownContracts })?.contract
    const venue = name?.split(' ')[0]?.toLowerCase()
    if (venue === undefined || !isAllowed(rules.venues, venue))
      find('venues', `${name ?? call.to} is not among the allowed protocols.`)
  }
  if (step.instruction.action !== 'swap') return
  const { maxSlippageBps } = step.instruction
  if (maxSlippageBps > rules.maxSlippageBps)
    find(
      'maxSlippageBps',
      `It allows ${maxSlippageBps} bps of slippage; at most ${rules.maxSlippageBps} may be.`,
    )
  const measured = simulation.steps.find(({ stepId }) => stepId === step.id)
  const own = measured?.simulated.filter((change) => isOwn(options, change))
  const given = getValue(own ?? [], options, step, 'given')
  const got = getValue(own ?? [], options, step, 'got')
  if (given === null || got === null)
    find(
      'maxPriceImpactBps',
      'Its price impact cannot be told, for a token has no fresh price.',
    )
  else if (
    given > got &&
    (given - got) * 10_000n > BigInt(rules.maxPriceImpactBps) * given
  )
    find(
      'maxPriceImpactBps',
      `It loses ${((given - got) * 10_000n) / given} bps against the oracle's price; at most ${rules.maxPriceImpactBps} may be.`,
    )
}

/** What a step gave or got in the simulation, in dollars times 1e8. */
function getValue(
  changes: SimulationArtifact['changes'],
  options: EvaluatePolicyOptions,
  step: PlanStep,
  side: 'given' | 'got',
): bigint | null {
  let usdE8 = 0n
  const tokens =
    side === 'given'
      ? step.spend
      : step.receive.filter((item) => isOwn(options, item))
  for (const { token } of tokens) {
    const priceE8 = options.prices.get(token.address.toLowerCase()) ?? null
    if (priceE8 === null) return null
    const units = changes
      .filter((change) => isSameAddress(change.token, token.address))
      .reduce((sum, change) => sum + change.units, 0n)
    usdE8 +=
      ((side === 'given' ? -units : units) * priceE8) /
      10n ** BigInt(token.decimals)
  }
  return usdE8
}

function isOwn(
  { plan, alsoOwn }: EvaluatePolicyOptions,
  { account }: { readonly account: string },
): boolean {
  return (
    isSameAddress(account, plan.account) ||
    (alsoOwn !== undefined && isSameAddress(account, alsoOwn))
  )
}

/** Whoever gets something of the plan, but for the account and stated fees. */
function listRecipients(options: EvaluatePolicyOptions): readonly string[] {
  const { plan, simulation } = options
  const recipients = new Map<string, string>()
  const note = (account: string): void => {
    if (!isOwn(options, { account }))
      recipients.set(account.toLowerCase(), account)
  }
  const fees = new Set(
    plan.steps.flatMap((step) => step.fee.map(({ to }) => to.toLowerCase())),
  )
  for (const step of plan.steps) {
    for (const { account } of step.receive) note(account)
    if (step.instruction.action === 'transfer') note(step.instruction.to)
    if (step.instruction.action === 'approve') note(step.instruction.spender)
  }
  for (const { account, units } of simulation.changes)
    if (units > 0n && !fees.has(account.toLowerCase())) note(account)
  for (const change of simulation.allowances)
    if (change.afterUnits > change.beforeUnits) note(change.spender)
  return [...recipients.values()]
}

function isAllowed(list: readonly string[], value: string): boolean {
  return list.some((entry) => entry === 'any' || isSameAddress(entry, value))
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}

function decimalsOf(units: bigint, decimal: string): number {
  for (let decimals = 0; decimals <= 36; decimals += 1)
    if (toDecimal(units, decimals) === decimal) return decimals
  return 0
}

function toE6(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.slice(0, 6).padEnd(6, '0'))
}
