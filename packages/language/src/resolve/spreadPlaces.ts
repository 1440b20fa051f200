import type { Action } from '@behest/spec'
import type { DraftStep } from '../bind/DraftStep.js'
import type { Said } from '../clauses/Part.js'
import { getVenueKind } from '../lexicon/lexicon.js'
import type { ResolvedStep } from './ResolvedStep.js'

const LENDING: readonly Action[] = ['supply', 'borrow', 'repay', 'withdraw']

/** A venue said once belongs to its neighbours of the same trade. */
export function spreadPlaces(drafts: readonly DraftStep[]): DraftStep[] {
  const spread = [...drafts]
  for (let at = spread.length - 1; at > 0; at -= 1) {
    const step = spread[at]
    const before = spread[at - 1]
    if (step === undefined || before === undefined) continue
    if (
      step.venue !== undefined &&
      before.venue === undefined &&
      before.pool === undefined &&
      step.sentence === before.sentence &&
      isSameTrade(before, step, step.venue.value)
    )
      spread[at - 1] = { ...before, venue: step.venue }
  }
  for (let at = 1; at < spread.length; at += 1) {
    const step = spread[at]
    const before = spread[at - 1]
    if (step === undefined || before === undefined) continue
    if (
      before.venue !== undefined &&
      step.venue === undefined &&
      step.sentence === before.sentence &&
      getVenueKind(before.venue.value) === 'lending' &&
      ((before.action === 'supply' && step.action === 'borrow') ||
        (before.action === 'repay' &&
          (step.action === 'withdraw' || step.action === 'borrow')))
    )
      spread[at] = {
        ...step,
        venue: before.venue,
        // The same market is on the same chain.
        ...(step.chain === undefined && before.chain !== undefined
          ? { chain: before.chain }
          : {}),
      }
  }
  return spread
}

/** `if the apy on aave is over 5 %, lend it there` */
export function placeThere(steps: readonly ResolvedStep[]): ResolvedStep[] {
  return steps.map((step, at) => {
    if (!step.there || step.venue !== undefined || step.pool !== undefined)
      return step
    const measured = step.conditions?.find(
      (said) =>
        said.condition.subject.venue !== undefined &&
        said.venueAt !== undefined,
    )
    const before = steps[at - 1]
    const venue: Said<string> | undefined =
      measured?.venueAt !== undefined
        ? {
            ...measured.venueAt,
            value: measured.condition.subject.venue as string,
          }
        : before !== undefined && LENDING.includes(step.action)
          ? before.venue
          : undefined
    return venue === undefined ? step : { ...step, venue }
  })
}

/** `approve 100 usdc for aave, then supply it`: into what was approved. */
export function spreadSpenders(steps: readonly ResolvedStep[]): ResolvedStep[] {
  return steps.map((step, at) => {
    const before = steps[at - 1]
    return before?.action === 'approve' &&
      before.spender !== undefined &&
      step.venue === undefined &&
      step.pool === undefined &&
      ((step.action === 'supply' &&
        getVenueKind(before.spender.value) === 'lending') ||
        (step.action === 'deposit' &&
          getVenueKind(before.spender.value) !== undefined)) &&
      before.legs.main?.token?.symbol === step.legs.main?.token?.symbol
      ? { ...step, venue: before.spender }
      : step
  })
}

function isSameTrade(one: DraftStep, other: DraftStep, venue: string): boolean {
  if (one.action === other.action)
    return other.joined || one.clause === other.clause
  return (
    getVenueKind(venue) === 'lending' &&
    LENDING.includes(one.action) &&
    LENDING.includes(other.action) &&
    !(one.action === 'withdraw' && other.action === 'supply')
  )
}
