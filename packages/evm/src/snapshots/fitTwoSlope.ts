/** A rate curve of two straight lines, in ray per year. */
export type TwoSlope = {
  readonly optimalUsageRay: bigint
  readonly baseRay: bigint
  readonly slope1Ray: bigint
  readonly slope2Ray: bigint
}

/** Uses in wad at which a rate model is asked, for `fitTwoSlope`. */
export const sampledUses: readonly bigint[] = [
  0, 10, 25, 50, 60, 70, 75, 80, 85, 90, 95, 99, 100,
].map((percent) => BigInt(percent) * 10n ** 16n)

const secondsPerYear = 31_536_000n
const wad = 10n ** 18n
const ray = 10n ** 27n
/** Models are written in round figures: 1/10000 of use, 1/1000000 of rate. */
const usageStep = ray / 10_000n
const rateStep = ray / 1_000_000n

/**
 * Finds the curve of two lines that a rate model follows, from what it answers.
 *
 * @param rates - Per second in wad, one for each of `sampledUses`.
 * @returns The curve, or `undefined` when it is none: every sample is checked.
 */
export function fitTwoSlope(rates: readonly bigint[]): TwoSlope | undefined {
  if (rates.length !== sampledUses.length) return undefined
  const [zero, , quarter] = rates
  const [almost, full] = rates.slice(-2)
  if (
    zero === undefined ||
    quarter === undefined ||
    almost === undefined ||
    full === undefined
  )
    return undefined
  // Both lines as rates per unit of use, in wad per second.
  const low = (quarter - zero) * 4n
  const high = (full - almost) * 100n
  const kinkRay =
    high === low ? ray : ((full - high - zero) * ray) / (low - high)
  if (kinkRay <= 0n || kinkRay > ray) return undefined
  const optimalUsageRay = round(kinkRay, usageStep)
  const baseRay = round(toRayPerYear(zero), rateStep)
  const atKinkRay =
    toRayPerYear(zero) + (toRayPerYear(low) * optimalUsageRay) / ray
  const slope1Ray = round(atKinkRay - baseRay, rateStep)
  const slope2Ray = round(toRayPerYear(full) - baseRay - slope1Ray, rateStep)
  const curve = { optimalUsageRay, baseRay, slope1Ray, slope2Ray }
  const fits = sampledUses.every((use, index) => {
    const wanted = rates[index] ?? 0n
    const difference = getRatePerSecond(curve, use) - wanted
    return difference >= -1n && difference <= 1n
  })
  return fits ? curve : undefined
}

function getRatePerSecond(curve: TwoSlope, useWad: bigint): bigint {
  const { optimalUsageRay, baseRay, slope1Ray, slope2Ray } = curve
  const useRay = useWad * (ray / wad)
  const rateRay =
    useRay <= optimalUsageRay
      ? baseRay + (slope1Ray * useRay) / optimalUsageRay
      : baseRay +
        slope1Ray +
        (slope2Ray * (useRay - optimalUsageRay)) / (ray - optimalUsageRay)
  return rateRay / (ray / wad) / secondsPerYear
}

function toRayPerYear(perSecondWad: bigint): bigint {
  return perSecondWad * secondsPerYear * (ray / wad)
}

function round(value: bigint, step: bigint): bigint {
  return ((value + step / 2n) / step) * step
}
