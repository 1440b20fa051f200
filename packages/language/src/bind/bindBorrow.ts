import type { DraftStep } from './DraftStep.js'
import { moneyOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlaces } from './saidPlaces.js'
import { shareAmounts } from './shareAmounts.js'
import { splitGaps } from './splitGaps.js'
import { toLeg } from './toLeg.js'
import { withRecipient } from './withRecipient.js'

export function bindBorrow(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const groups = splitGaps(clause.parts, (part) => part.type === 'venue')
  const steps = groups.flatMap((parts) => {
    const own = saidPlaces(parts)
    const places = { ...saidPlaces(clause.parts), ...own }
    const monies = moneyOf(parts)
    const backing = monies.filter(
      (money) =>
        /^(?:against|with|on|by)$/.test(money.cue) ||
        (/^(?:for|from)$/.test(money.cue) &&
          money.token !== undefined &&
          !money.joined),
    )
    const objects = shareAmounts(
      monies.filter((money) => !backing.includes(money)),
    )
    const collateral = backing[0]
    // `borrow against it`: what was supplied before backs the loan already.
    const leg =
      collateral === undefined || collateral.pronoun !== undefined
        ? undefined
        : toLeg(collateral)
    return (objects.length === 0 ? [undefined] : objects).map(
      (money): DraftStep => ({
        ...common,
        ...places,
        action: 'borrow',
        legs: {
          main: toLeg(money),
          ...(leg === undefined ? {} : { collateral: leg }),
        },
      }),
    )
  })
  return withRecipient(steps, clause, 'main')
}
