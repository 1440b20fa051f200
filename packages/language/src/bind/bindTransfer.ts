import type { Mention, Money, Part } from '../clauses/Part.js'
import type { DraftStep } from './DraftStep.js'
import { chainsOf, moneyOf, partiesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace } from './saidPlaces.js'
import { shareAmounts } from './shareAmounts.js'
import { splitGaps } from './splitGaps.js'
import { toLeg } from './toLeg.js'

export function bindTransfer(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const shared = saidPlace(
    chainsOf(clause.parts).find((each) => each.cue !== 'to') ??
      chainsOf(clause.parts)[0],
  )
  const steps: DraftStep[] = []
  const groups = splitParties(clause.parts)
  const several =
    new Set(chainsOf(clause.parts).map((each) => each.id)).size > 1
  // `30 dai to ann, 40 to ben`: counted in what was named before.
  let unit: Mention | undefined
  const counted = (money: Money): Money => {
    if (money.token !== undefined) {
      unit = money.token
      return money
    }
    return unit !== undefined && money.amount?.value.kind === 'number'
      ? { ...money, token: unit }
      : money
  }
  for (const parts of groups) {
    const own = partiesOf(parts)
    // `… on base and 5 usdc to bob on arbitrum`: each on its own.
    const chain =
      several && groups.length > 1 ? saidPlace(chainsOf(parts)[0]) : shared
    const parties = own.length > 0 ? own : partiesOf(clause.parts).slice(-1)
    const monies = moneyOf(parts).filter(
      (money) =>
        !(
          money.cue === 'for' &&
          money.token === undefined &&
          money.amount === undefined
        ),
    )
    const list = shareAmounts(
      monies
        .filter(
          (money) => /^(?:|of|with|from|in)$/.test(money.cue) || money.joined,
        )
        .map(counted),
    )
    // A weak name in a person's place: `send 5 usdc to safe`.
    for (const party of parties.length === 0 ? [undefined] : parties)
      for (const money of list.length === 0 ? [undefined] : list)
        steps.push({
          ...common,
          ...(party?.problem === undefined
            ? {}
            : {
                problems: [
                  ...(common.problems ?? []),
                  { slot: 'to', problem: party.problem },
                ],
              }),
          action: 'transfer',
          legs: { main: toLeg(money) },
          ...(chain === undefined ? {} : { chain }),
          ...(party === undefined
            ? {}
            : {
                to: { start: party.start, end: party.end, value: party.text },
              }),
          ...(money === undefined ? { elliptic: true as const } : {}),
        })
  }
  return withLastUnit(steps)
}

/** `pay bob.eth 5, carol.eth 10 and dan.eth 15 usdc`: the unit stands last. */
function withLastUnit(steps: readonly DraftStep[]): DraftStep[] {
  const unit = steps.at(-1)?.legs.main?.token
  const open = steps.filter((step) => step.legs.main?.token === undefined)
  return unit !== undefined &&
    open.length === steps.length - 1 &&
    // Each has a person of its own: `fifty no sixty usdc` is no list.
    new Set(steps.map((step) => step.to?.start)).size === steps.length &&
    open.every((step) => step.legs.main?.amount?.value.kind === 'number')
    ? steps.map((step) =>
        step.legs.main === undefined
          ? step
          : {
              ...step,
              legs: { ...step.legs, main: { ...step.legs.main, token: unit } },
            },
      )
    : [...steps]
}

/** Both orders of a list: `5 usdc to bob, 1 eth to al`, `bob 5 usdc, al 1 eth`. */
function splitParties(parts: readonly Part[]): Part[][] {
  const isParty = (part: Part) => part.type === 'party'
  const first = parts.find(
    (part) => part.type === 'party' || part.type === 'money',
  )
  const last = parts.findLast(
    (part) => part.type === 'party' || part.type === 'money',
  )
  if (first?.type !== 'party' || last?.type !== 'money')
    return splitGaps(parts, isParty)
  const groups: Part[][] = []
  let paid = false
  for (const part of parts) {
    if (groups.length === 0 || (isParty(part) && paid)) {
      groups.push([])
      paid = false
    }
    groups.at(-1)?.push(part)
    if (part.type === 'money') paid = true
  }
  return groups
}
