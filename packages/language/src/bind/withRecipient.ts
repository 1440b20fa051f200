import type { DraftStep, LegName } from './DraftStep.js'
import { partiesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'

/** A second recipient of what a step gives: `withdraw 5 dai from aave to 0x…`. */
export function withRecipient(
  steps: DraftStep[],
  clause: ReadClause,
  leg: LegName,
): DraftStep[] {
  const party = partiesOf(clause.parts).find((each) => each.cue === 'to')
  const last = steps.at(-1)
  if (party === undefined || last === undefined) return steps
  const token = last.legs[leg]?.token
  return [
    ...steps,
    {
      action: 'transfer',
      verb: { start: party.start, end: party.end },
      clause: clause.clause,
      sentence: clause.sentence,
      joined: false,
      elliptic: true,
      legs: token === undefined ? {} : { main: { token } },
      to: { start: party.start, end: party.end, value: party.text },
      ...(party.problem === undefined
        ? {}
        : { problems: [{ slot: 'to', problem: party.problem }] }),
    },
  ]
}
