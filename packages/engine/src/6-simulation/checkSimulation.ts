import {
  type Address,
  type AssetDelta,
  type Instruction,
  isSameAddress,
  type PlanArtifact,
  type PlanStep,
  type PositionDelta,
  type Violation,
} from '@behest/spec'
import { decodeCall } from '../decode/decodeCall.js'
import type { KnownContract } from '../ports.js'
import { type SimulatedPlan, sumOf } from './simulatePlan.js'

// The quote was made for the block that is simulated, so what it expects must
// come true but for rounding: an agent cannot win with a figure it does not pay.
const expectationTolerancePpm = 100n

/**
 * Holds what a plan does against what it promises.
 *
 * Refuses: a call that fails or cannot be decoded; a loss of any token that the
 * step does not list, or of more than it lists; less arriving than promised; an
 * allowance that the step did not state, or one larger at the end than before;
 * a loan, a repayment or a withdrawal that leaves the account with less of a token
 * than before, wallet and positions together; a position or a debt that changes
 * where nothing was to be lent; a health factor under the floor or under the user's
 * own, or worse than before where the step is no borrowing or withdrawal.
 *
 * @param options.simulated - The measurements of exactly this plan.
 * @param options.minHealthPercent - Health factor floor, times 100.
 * @param options.wrappedNative - Positions in the chain's coin are in this token.
 * @returns Every rule that is broken; empty when the plan holds.
 */
export function checkSimulation(options: {
  readonly plan: PlanArtifact
  readonly simulated: SimulatedPlan
  readonly knownContracts: readonly KnownContract[]
  readonly minHealthPercent: number
  readonly wrappedNative: Address
}): readonly Violation[] {
  const { plan, simulated, knownContracts, minHealthPercent } = options
  const { wrappedNative } = options
  const violations: Violation[] = []
  plan.steps.forEach((step, index) => {
    const measured = simulated.result.steps[index]
    const add = (code: string, message: string): void => {
      violations.push({ code, stepId: step.id, message })
    }
    step.calls.forEach((call, callIndex) => {
      if (call.purpose === 'act' && !decodeCall({ call, knownContracts }))
        add(
          'CALL_NOT_DECODED',
          `Call ${callIndex + 1} goes to ${call.to} and cannot be put into words.`,
        )
      const outcome = measured?.calls[callIndex]
      if (!outcome?.succeeded)
        add(
          'CALL_REVERTED',
          `Call ${callIndex + 1} fails: ${outcome?.reason ?? 'no reason given'}.`,
        )
    })
    // What happens to another's position is nothing to this account.
    const own = (measured?.positions ?? []).filter(({ account }) =>
      isSameAddress(account, plan.account),
    )
    if (measured) checkStep(step, plan.account, measured.deltas, own, add)
    checkPositions(step, own, add)
    if (measured)
      checkLending({
        step,
        deltas: measured.deltas.filter(({ account }) =>
          isSameAddress(account, plan.account),
        ),
        positions: own,
        isSame: (a, b) =>
          toAsset(a, wrappedNative) === toAsset(b, wrappedNative),
        add,
      })
  })
  checkAllowances(plan, simulated, violations)
  checkHealth(plan, simulated, minHealthPercent, violations)
  return violations
}

function checkStep(
  step: PlanStep,
  account: Address,
  deltas: readonly AssetDelta[],
  positions: readonly PositionDelta[],
  add: (code: string, message: string) => void,
): void {
  const spends = new Map<string, bigint>()
  for (const { token, atMostUnits } of step.spend) {
    const key = token.address.toLowerCase()
    spends.set(key, (spends.get(key) ?? 0n) + atMostUnits)
  }
  for (const delta of deltas) {
    if (!isSameAddress(delta.account, account) || delta.units >= 0n) continue
    // A token that stands for a debt is no asset: less of it is debt repaid.
    if (
      positions.some(
        ({ kind, heldAs }) =>
          kind === 'borrowed' &&
          heldAs !== undefined &&
          isSameAddress(heldAs, delta.token),
      )
    )
      continue
    const atMost = spends.get(delta.token.toLowerCase())
    if (atMost === undefined)
      add(
        'UNLISTED_LOSS',
        `It takes ${delta.decimal.slice(1)} ${delta.symbol} from the account, which the quote does not list.`,
      )
    else if (-delta.units > atMost)
      add(
        'SPENDS_TOO_MUCH',
        `It takes ${-delta.units} units of ${delta.symbol} and may take ${atMost}.`,
      )
  }
  checkFees(step, deltas, add)
  const expected = new Map<
    string,
    {
      token: string
      account: string
      symbol: string
      least: bigint
      units: bigint
    }
  >()
  for (const item of step.receive) {
    const key = `${item.account} ${item.token.address}`.toLowerCase()
    const entry = expected.get(key)
    expected.set(key, {
      token: item.token.address,
      account: item.account,
      symbol: item.token.symbol,
      least: (entry?.least ?? 0n) + item.atLeastUnits,
      units: (entry?.units ?? 0n) + item.expectedUnits,
    })
  }
  for (const item of expected.values()) {
    const arrived = sumOf(deltas, item.account, item.token)
    if (arrived < item.least)
      add(
        'GIVES_TOO_LITTLE',
        `${arrived} units of ${item.symbol} arrive and at least ${item.least} were promised.`,
      )
    else if (
      arrived * 1_000_000n <
      item.units * (1_000_000n - expectationTolerancePpm)
    )
      add(
        'EXPECTATION_NOT_MET',
        `${arrived} units of ${item.symbol} arrive and ${item.units} were told.`,
      )
  }
}

/** A stated fee is what its recipient gains: earnings are counted by it. */
function checkFees(
  step: PlanStep,
  deltas: readonly AssetDelta[],
  add: (code: string, message: string) => void,
): void {
  const isMine =
    (token: string, to: string) =>
    (
      item: { readonly token: { readonly address: string } } & (
        | { readonly to: string }
        | { readonly account: string }
      ),
    ): boolean =>
      isSameAddress(item.token.address, token) &&
      isSameAddress('to' in item ? item.to : item.account, to)
  for (const { token, to } of step.fee) {
    const stated = step.fee
      .filter(isMine(token.address, to))
      .reduce((sum, { units }) => sum + units, 0n)
    const given = step.receive
      .filter(isMine(token.address, to))
      .reduce((sum, { expectedUnits }) => sum + expectedUnits, 0n)
    const gained = sumOf(deltas, to, token.address)
    if (gained < stated || gained > stated + given)
      add(
        'FEE_NOT_AS_STATED',
        `${to} gains ${gained} units of ${token.symbol}; the quote states a fee of ${stated}.`,
      )
  }
}

function checkPositions(
  step: PlanStep,
  measured: readonly {
    readonly venue: string
    readonly market: string
    readonly kind: string
    readonly units: bigint
  }[],
  add: (code: string, message: string) => void,
): void {
  for (const promise of step.positions) {
    const change = measured
      .filter(
        (entry) =>
          entry.venue === promise.venue &&
          entry.market.toLowerCase() === promise.market.toLowerCase() &&
          entry.kind === promise.kind,
      )
      .reduce((sum, entry) => sum + entry.units, 0n)
    const amount = promise.direction === 'more' ? change : -change
    if (amount < promise.atLeastUnits || amount > promise.atMostUnits)
      add(
        'POSITION_NOT_AS_PROMISED',
        `The ${promise.kind} position at ${promise.venue} changes by ${amount} units of ${promise.token.symbol}; promised were ${promise.atLeastUnits} to ${promise.atMostUnits}.`,
      )
  }
  // Promised or not: who asked for something else asked for no debt.
  for (const entry of measured)
    if (
      entry.kind === 'borrowed' &&
      entry.units > 0n &&
      step.action !== 'borrow'
    )
      add(
        'UNLISTED_DEBT',
        `It makes a debt of ${entry.units} units at ${entry.venue}, which nobody asked for.`,
      )
}

/** What the account has at lending venues, and what becomes of it in a step. */
type LendingStep = {
  readonly step: PlanStep
  /** Of the account alone. */
  readonly deltas: readonly AssetDelta[]
  /** Of the account alone. */
  readonly positions: readonly PositionDelta[]
  /** The coin and its wrapped form are one. */
  readonly isSame: (a: string, b: string) => boolean
  readonly add: (code: string, message: string) => void
}

/**
 * What is lent must stand at the very venue that the step names, whose rate it
 * is judged by, and no more may be owed there than arrived. Whatever is lent, owed,
 * repaid or withdrawn, the account has as much of each token as before.
 */
function checkLending(options: LendingStep): void {
  const { step, positions, add } = options
  const { instruction } = step
  switch (instruction.action) {
    case 'supply':
    case 'borrow':
      checkVenue(options, instruction)
      checkWorth(options)
      return
    case 'repay':
    case 'withdraw':
      checkWorth(options)
      return
    case 'swap':
    case 'transfer':
    case 'approve':
    case 'revoke':
    case 'ask':
      // One that is a token is given like any other: within what the step lists.
      for (const { kind, units, heldAs, venue, symbol } of positions)
        if (kind !== 'borrowed' && units < 0n && heldAs === undefined)
          add(
            'UNLISTED_LOSS',
            `It takes ${-units} units of ${symbol} from what the account has at ${venue}, which nobody asked for.`,
          )
      return
    default:
      instruction satisfies never
  }
}

function checkVenue(
  { step, deltas, positions, isSame, add }: LendingStep,
  instruction: Extract<Instruction, { action: 'supply' | 'borrow' }>,
): void {
  const { address, symbol } = instruction.token
  const at = (kind: PositionDelta['kind']): bigint =>
    positions
      .filter(
        (one) =>
          one.venue === step.venue &&
          one.kind === kind &&
          isSame(one.token, address),
      )
      .reduce((sum, { units }) => sum + units, 0n)
  const gained = deltas
    .filter(({ token }) => isSameAddress(token, address))
    .reduce((sum, { units }) => sum + units, 0n)
  if (instruction.action === 'supply') {
    const lent = at('supplied')
    if (lent + lendingRounding(-gained) < -gained)
      add(
        'POSITION_NOT_AS_PROMISED',
        `${-gained} units of ${symbol} are given and ${lent} stand at ${step.venue}.`,
      )
    return
  }
  const owed = at('borrowed')
  if (owed > gained + lendingRounding(gained))
    add(
      'UNLISTED_DEBT',
      `${owed} units are owed at ${step.venue} and ${gained} of ${symbol} arrive.`,
    )
}

/** Token by token: the wallet, and what is lent of it, less what is owed. */
function checkWorth({
  step,
  deltas,
  positions,
  isSame,
  add,
}: LendingStep): void {
  const isPosition = (token: string): boolean =>
    positions.some(
      ({ heldAs }) => heldAs !== undefined && isSameAddress(heldAs, token),
    )
  const changes = [
    ...deltas
      .filter(({ token }) => !isPosition(token))
      .map(({ token, symbol, units }) => ({ token, symbol, units })),
    ...positions.map(({ token, symbol, kind, units }) => ({
      token,
      symbol,
      units: kind === 'borrowed' ? -units : units,
    })),
  ]
  for (const [index, { token, symbol }] of changes.entries()) {
    const isFirst =
      changes.findIndex((one) => isSame(one.token, token)) === index
    if (!isFirst) continue
    const same = changes.filter((one) => isSame(one.token, token))
    const net = same.reduce((sum, { units }) => sum + units, 0n)
    const moved = same.reduce((most, { units }) => {
      const size = units < 0n ? -units : units
      return size > most ? size : most
    }, 0n)
    if (net + lendingRounding(moved) < 0n)
      add(
        'POSITION_NOT_AS_PROMISED',
        `The account would have ${-net} units of ${symbol} less than before, with what it has lent and owes. A step to ${step.action} takes nothing away.`,
      )
  }
}

function toAsset(token: string, wrappedNative: Address): string {
  return isSameAddress(token, wrappedNative) ? 'native' : token.toLowerCase()
}

/** Shares round: a few units, or a millionth of a large amount. */
function lendingRounding(units: bigint): bigint {
  const share = units / 1_000_000n
  return share > 3n ? share : 3n
}

function checkAllowances(
  plan: PlanArtifact,
  simulated: SimulatedPlan,
  violations: Violation[],
): void {
  for (const change of simulated.result.allowances) {
    if (change.afterUnits <= change.beforeUnits) continue
    const owner = plan.steps.find((step) =>
      step.approvals.some(
        (approval) =>
          isSameAddress(approval.token, change.token) &&
          isSameAddress(approval.spender, change.spender),
      ),
    )
    const wanted = plan.steps.some(
      ({ instruction }) =>
        instruction.action === 'approve' &&
        isSameAddress(instruction.token.address, change.token) &&
        isSameAddress(instruction.spender, change.spender) &&
        instruction.amount.type === 'exact' &&
        change.afterUnits <= instruction.amount.units,
    )
    if (wanted) continue
    violations.push({
      code: 'ALLOWANCE_LEFT',
      ...(owner ? { stepId: owner.id } : {}),
      message: `${change.spender} may take ${change.afterUnits} units of ${change.symbol} afterwards, and ${change.beforeUnits} before.`,
    })
  }
}

function checkHealth(
  plan: PlanArtifact,
  simulated: SimulatedPlan,
  minHealthPercent: number,
  violations: Violation[],
): void {
  const mayWorsen = plan.steps.some(
    ({ action }) => action === 'borrow' || action === 'withdraw',
  )
  const floors = plan.steps.flatMap(({ instruction }) =>
    (instruction.action === 'borrow' || instruction.action === 'withdraw') &&
    instruction.minHealth !== undefined
      ? [instruction.minHealth]
      : [],
  )
  for (const { venue, before, after } of simulated.result.health) {
    if (after === undefined) continue
    const afterE6 = toE6(after)
    const beforeE6 = before === undefined ? null : toE6(before)
    const isWorse = beforeE6 === null || afterE6 < beforeE6
    const broken = floors.find((floor) => afterE6 < toE6(floor))
    if (broken !== undefined)
      violations.push({
        code: 'HEALTH_TOO_LOW',
        message: `The health factor at ${venue} would be ${after}, and you want to stay above ${broken}.`,
      })
    else if (isWorse && afterE6 < BigInt(minHealthPercent) * 10_000n)
      violations.push({
        code: 'HEALTH_TOO_LOW',
        message: `The health factor at ${venue} would be ${after}, under the floor of ${minHealthPercent / 100}.`,
      })
    // Interest accrues between two blocks, so a little worse is nobody's doing.
    else if (
      !mayWorsen &&
      beforeE6 !== null &&
      afterE6 * 1000n < beforeE6 * 999n
    )
      violations.push({
        code: 'HEALTH_WORSE',
        message: `The health factor at ${venue} would fall from ${before} to ${after}.`,
      })
  }
}

/** A decimal as millionths; digits past the sixth are cut. */
function toE6(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.slice(0, 6).padEnd(6, '0'))
}
