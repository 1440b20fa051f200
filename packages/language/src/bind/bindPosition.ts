import type { Money } from '../clauses/Part.js'
import type { DraftStep } from './DraftStep.js'
import { moneyOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlaces } from './saidPlaces.js'
import { toLeg } from './toLeg.js'
import { STABLE } from './trade/toLimit.js'

export function bindPosition(
  clause: ReadClause,
  action: 'long' | 'short' | 'close',
): DraftStep[] {
  const common = readCommon(clause)
  const places = saidPlaces(clause.parts)
  const monies = moneyOf(clause.parts)
  let main: Money | undefined
  let collateral: Money | undefined
  const rest: Money[] = []
  for (const money of monies) {
    if (
      /^(?:with|from|for|via|by|in|against)$/.test(money.cue) &&
      (money.token !== undefined || money.amount !== undefined)
    ) {
      if (
        collateral === undefined &&
        (main !== undefined || money.cue === 'with')
      ) {
        collateral = money
        continue
      }
    }
    if (main === undefined) main = money
    else if (
      main.token === undefined &&
      money.token !== undefined &&
      money.amount === undefined
    )
      // `long $100 on eth`, `a long of 100 usdc on eth`
      main = {
        ...money,
        ...(main.amount === undefined ? {} : { amount: main.amount }),
      }
    else rest.push(money)
  }
  // `long eth 100 usdc`, `100 usdc long eth`
  if (rest.length > 0 && collateral === undefined) collateral = rest.shift()
  if (
    main !== undefined &&
    collateral !== undefined &&
    STABLE.test(main.token?.symbol ?? '') &&
    main.amount !== undefined &&
    collateral.amount === undefined &&
    collateral.token !== undefined &&
    collateral.cue !== 'with'
  )
    [main, collateral] = [collateral, main]
  return [
    {
      ...common,
      ...places,
      action,
      legs: {
        main: toLeg(main),
        ...(collateral === undefined ? {} : { collateral: toLeg(collateral) }),
      },
    },
  ]
}
