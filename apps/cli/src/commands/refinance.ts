import { findRefinance, type MarketFile } from '@behest/lending'
import { UsageError } from '../exitCodes.js'
import { readUnits } from '../readInput.js'

const secondsPerDay = 86_400n

/**
 * Says where a debt would move to and when that has paid for itself.
 *
 * @returns One JSON document, or lines for a person.
 */
export function refinance(
  file: MarketFile,
  values: {
    readonly refinance?: string | undefined
    readonly from?: string | undefined
    readonly within?: string | undefined
    readonly cost?: string | undefined
    readonly 'flash-fee-bps'?: string | undefined
    readonly json: boolean
  },
): string {
  const { from, within, cost } = values
  if (from === undefined || within === undefined || !/^\d{1,5}$/.test(within))
    throw new UsageError(
      'Give --from <market>, where the debt is, and --within <days>.',
    )
  const flashFee = values['flash-fee-bps'] ?? '0'
  if (!/^\d{1,5}$/.test(flashFee))
    throw new UsageError('--flash-fee-bps must be a whole number such as 5.')
  const choices = findRefinance({
    markets: file.markets,
    from,
    debtUnits: readUnits('--refinance', values.refinance),
    horizonSeconds: BigInt(within) * secondsPerDay,
    flashFeeBps: Number(flashFee),
    ...(cost === undefined ? {} : { costUnits: readUnits('--cost', cost) }),
  })
  const [best] = choices
  const to = best?.paysBack ? best.market : undefined
  if (!values.json)
    return [
      ...choices.map(
        (choice) =>
          `  ${choice.market.padEnd(24)} ${choice.newRatePerYear} a year   ${sayBreakEven(choice.breakEvenSeconds)}   ${choice.netSavingUnits} units saved in ${within} days`,
      ),
      to === undefined
        ? `  stay at ${from}: no other market pays back within ${within} days`
        : `  move to ${to}`,
    ].join('\n')
  return JSON.stringify({
    ...(to === undefined ? {} : { to }),
    choices: choices.map(({ breakEvenSeconds, ...choice }) => ({
      ...choice,
      costUnits: choice.costUnits.toString(),
      netSavingUnits: choice.netSavingUnits.toString(),
      ...(breakEvenSeconds === undefined
        ? {}
        : { breakEvenSeconds: breakEvenSeconds.toString() }),
    })),
  })
}

function sayBreakEven(seconds: bigint | undefined): string {
  return seconds === undefined
    ? 'never pays back'
    : `pays back in ${(seconds + secondsPerDay - 1n) / secondsPerDay} days`
}
