import type { DraftLeg, DraftStep } from '../bind/DraftStep.js'
import { bindParts, toParts } from './bindSlots.js'
import type { Reading } from './Reading.js'
import type { Slot } from './Slot.js'
import { toItems } from './toItems.js'

/**
 * Reads what stands behind the last verb as if it stood in front of it, where
 * a Japanese verb keeps its phrases: `送って、50USDC、bob.ethに`. What is there
 * already stays; what finds no place is asked for.
 */
export function readTrailing(reading: Reading, slots: readonly Slot[]): void {
  const { last, drafts, normalised } = reading
  const step = Math.max(drafts.length - 1, 0)
  if (last === undefined) {
    reading.clauses.push({
      step,
      parts: toParts(toItems(slots, normalised, 'swap'), 'swap', normalised),
    })
    return
  }
  const whole = [...last.slots, ...slots]
  const parts = toParts(
    toItems(whole, normalised, last.sense),
    last.sense,
    normalised,
  )
  const again = bindParts({ ...last, parts })
  const before = drafts.slice(last.from)
  if (
    again.length === before.length &&
    before.every((old, at) => keeps(old, again[at]))
  ) {
    drafts.splice(last.from, before.length, ...again)
    reading.clauses[last.clauseAt] = { step: last.from, parts }
    reading.last = { ...last, slots: whole }
    return
  }
  reading.clauses.push({
    step,
    parts: toParts(
      toItems(slots, normalised, last.sense),
      last.sense,
      normalised,
    ),
  })
}

/** Whether everything that a draft said stands in the other one as it was. */
function keeps(old: DraftStep, now: DraftStep | undefined): boolean {
  return (
    now !== undefined &&
    old.action === now.action &&
    Object.entries(old.legs).every(([name, leg]) =>
      keepsLeg(leg, now.legs[name as keyof DraftStep['legs']]),
    ) &&
    (['to', 'toChain', 'chain', 'venue', 'pool', 'spender'] as const).every(
      (key) => old[key] === undefined || old[key].value === now[key]?.value,
    )
  )
}

function keepsLeg(old: DraftLeg, now: DraftLeg | undefined): boolean {
  return (
    (old.token === undefined || old.token.start === now?.token?.start) &&
    (old.amount === undefined || old.amount.start === now?.amount?.start) &&
    (old.pronoun === undefined || old.pronoun.start === now?.pronoun?.start)
  )
}
