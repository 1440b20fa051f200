import { type Address, type Instruction, toDecimal } from '@behest/spec'
import type { SettledPlan } from '../6-simulation/settlePlan.js'
import { sumOf } from '../6-simulation/simulatePlan.js'

/** What a quote proved to be worth in its simulation. */
export type Measured = {
  readonly settled: SettledPlan
  /** Higher is better; only comparable between quotes of one step. */
  readonly worth: bigint
  /** What came in or went out, before gas, in the scored token's units. */
  readonly grossUnits: bigint
  readonly gasWei: bigint
  readonly ratePerYear?: string
}

/**
 * Measures one simulated quote.
 *
 * A trade is worth what arrives (or, where the bought amount is fixed, what does
 * not have to be given), less the gas at the oracle's price. A loan is worth its
 * rate as measured after the user's own size. Anything else is worth its gas.
 *
 * @param options.prices - US dollars times 1e8 for a whole coin and a whole
 *   scored token; where one is unknown, gas is left out of a trade.
 */
export function toMeasure(options: {
  readonly settled: SettledPlan
  readonly stepId: string
  readonly instruction: Instruction
  readonly account: Address
  readonly prices: {
    readonly nativeUsdE8: bigint | null
    readonly scoredUsdE8: bigint | null
  }
}): Measured {
  const { settled, stepId, instruction, account, prices } = options
  const { artifact, result } = settled.simulated
  const gasWei = artifact.gas.expectedWei
  const deltas =
    result.steps.find((step) => step.stepId === stepId)?.deltas ?? []
  const rate = artifact.rates.find((entry) => entry.stepId === stepId)
  const rateE18 = rate ? toE18(rate.ratePerYear) : 0n
  const withRate = rate ? { ratePerYear: rate.ratePerYear } : {}

  switch (instruction.action) {
    case 'swap': {
      const scored = instruction.buy.amount
        ? instruction.sell.token
        : instruction.buy.token
      const grossUnits = sumOf(deltas, account, scored.address)
      const { nativeUsdE8, scoredUsdE8 } = prices
      const gasUnits =
        nativeUsdE8 && scoredUsdE8
          ? (gasWei * nativeUsdE8 * 10n ** BigInt(scored.decimals)) /
            (scoredUsdE8 * 10n ** 18n)
          : 0n
      return { settled, worth: grossUnits - gasUnits, grossUnits, gasWei }
    }
    case 'supply':
      return { settled, worth: rateE18, grossUnits: 0n, gasWei, ...withRate }
    case 'borrow':
      return { settled, worth: -rateE18, grossUnits: 0n, gasWei, ...withRate }
    case 'transfer':
    case 'withdraw':
    case 'repay':
    case 'approve':
    case 'revoke':
    case 'ask':
      return { settled, worth: -gasWei, grossUnits: 0n, gasWei }
    default:
      return instruction satisfies never
  }
}

/** Tells whether a quote is to be preferred; equal worth goes to less gas. */
export function isBetter(a: Measured, b: Measured): boolean {
  return a.worth === b.worth ? a.gasWei < b.gasWei : a.worth > b.worth
}

/** Says what a quote proved to be worth. */
export function sayMeasure(
  measured: Measured,
  instruction: Instruction,
  nativeSymbol: string,
): string {
  const gas = `gas ${toDecimal(measured.gasWei, 18)} ${nativeSymbol}`
  if (instruction.action === 'swap') {
    const token = instruction.buy.amount
      ? instruction.sell.token
      : instruction.buy.token
    const units =
      measured.grossUnits < 0n ? -measured.grossUnits : measured.grossUnits
    return `${toDecimal(units, token.decimals)} ${token.symbol} ${instruction.buy.amount ? 'to give' : 'to get'}, ${gas}`
  }
  if (measured.ratePerYear !== undefined)
    return `${toPercent(measured.ratePerYear)} % a year after this amount, as measured`
  return gas
}

/** `'0.0208'` as `'2.08'`. */
export function toPercent(ratePerYear: string): string {
  const [whole = '', fraction = ''] = toDecimal(
    toE18(ratePerYear) * 100n,
    18,
  ).split('.')
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, 2)}`
}

function toE18(decimal: string): bigint {
  const isNegative = decimal.startsWith('-')
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.')
  const value = BigInt(whole + fraction.slice(0, 18).padEnd(18, '0'))
  return isNegative ? -value : value
}
