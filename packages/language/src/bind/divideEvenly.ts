import type { Said } from '../clauses/Part.js'
import { divideDecimal } from '../numbers/readDecimal.js'
import type { Quantity } from '../text/Item.js'
import type { DraftStep } from './DraftStep.js'

export const EVENLY =
  /(?:^| )(?:equally|evenly|equal|even|split|divided|half and half|50 50)(?= |$)/

/** `600 usdc into eth, wbtc and link equally`: to each its part of the one sum. */
export function divideEvenly(steps: readonly DraftStep[]): DraftStep[] {
  const first = steps[0]?.legs.sell?.amount ?? steps[0]?.legs.main?.amount
  if (first === undefined || steps.length < 2) return [...steps]
  return steps.map((step) => {
    const name = step.legs.sell === undefined ? 'main' : 'sell'
    const leg = step.legs[name]
    if (leg?.amount === undefined || leg.amount.start !== first.start)
      return step
    const amount = divideAmount(leg.amount, steps.length)
    if (amount !== undefined)
      return { ...step, legs: { ...step.legs, [name]: { ...leg, amount } } }
    const { amount: _, ...rest } = leg
    return {
      ...step,
      legs: { ...step.legs, [name]: rest },
      problems: [
        ...(step.problems ?? []),
        {
          slot: name === 'sell' ? 'sell.amount' : 'amount',
          problem: { reason: 'How much goes into each?' },
        },
      ],
    }
  })
}

function divideAmount(
  amount: Said<Quantity>,
  count: number,
): Said<Quantity> | undefined {
  const { value } = amount
  if (value.kind !== 'number' && value.kind !== 'fiat') return undefined
  const decimal = divideDecimal(value.decimal, count)
  return decimal === undefined
    ? undefined
    : { ...amount, value: { ...value, decimal } }
}
