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
  if (!completeLast(reading, slots)) leaveOpen(reading, slots)
}

/** Whether the last order lacks what it cannot do without. */
export function isLastOpen({ drafts, last }: Reading): boolean {
  return (
    last !== undefined &&
    drafts.slice(last.from).some(({ action, legs, to, toChain }) => {
      const has = (leg: DraftLeg | undefined, part: 'token' | 'amount') =>
        leg?.[part] !== undefined || leg?.pronoun !== undefined
      const { main, sell, buy } = legs
      switch (action) {
        case 'swap':
          return (
            !has(sell, 'token') ||
            !has(buy, 'token') ||
            !(has(sell, 'amount') || has(buy, 'amount'))
          )
        case 'transfer':
          return to === undefined || !has(main, 'token') || !has(main, 'amount')
        case 'bridge':
          return (
            toChain === undefined || !has(main, 'token') || !has(main, 'amount')
          )
        case 'ask':
        case 'claim':
        case 'vote':
        case 'close':
          return false
        default:
          return !has(main, 'token') || !has(main, 'amount')
      }
    })
  )
}

/** Tells whether the phrases find a place in the order before them, and puts them there. */
export function completeLast(
  reading: Reading,
  slots: readonly Slot[],
): boolean {
  const { last, drafts, normalised } = reading
  if (last === undefined) return false
  const first = slots[0]
  const isPaused = first?.type === 'particle' && first.text === '、'
  // The phrase in front of the verb ends there.
  const cut: Slot = {
    type: 'particle',
    text: '',
    start: last.verb.end,
    end: last.verb.end,
  }
  const whole = [...last.slots, cut, ...(isPaused ? slots.slice(1) : slots)]
  const parts = toParts(
    toItems(whole, normalised, last.sense),
    last.sense,
    normalised,
  )
  const end = Math.max(...whole.map((slot) => slot.end))
  // It is read as if the verb stood behind all of it.
  const again = bindParts({ ...last, verb: { start: end, end }, parts })
  const before = drafts.slice(last.from)
  if (
    again.length === before.length &&
    before.every((old, at) => keeps(old, again[at]))
  ) {
    drafts.splice(
      last.from,
      before.length,
      ...again.map((draft, at) => withDoubts(draft, before[at])),
    )
    reading.clauses[last.clauseAt] = { step: last.from, parts }
    reading.last = { ...last, slots: whole }
    return true
  }
  return false
}

/** A condition that could not be read stays a question. */
function withDoubts(now: DraftStep, old: DraftStep | undefined): DraftStep {
  const doubts = old?.problems?.filter(
    ({ slot }) =>
      slot.startsWith('when') &&
      !now.problems?.some((problem) => problem.slot === slot),
  )
  return doubts === undefined || doubts.length === 0
    ? now
    : { ...now, problems: [...(now.problems ?? []), ...doubts] }
}

/** What finds no place is asked for. */
function leaveOpen(reading: Reading, slots: readonly Slot[]): void {
  const { last, drafts, normalised } = reading
  const sense = last?.sense ?? 'swap'
  reading.clauses.push({
    step: Math.max(drafts.length - 1, 0),
    parts: toParts(toItems(slots, normalised, sense), sense, normalised),
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
