import { RateInputError } from '../errors/RateInputError.js'
import { ray } from './fixedPoint.js'

const ln2Ray = 693147180559945309417232121n
/** Beyond e^±120 no rate of any protocol here can be meant. */
const largestRay = 120n * ray

/**
 * Computes e^x to 25 digits.
 *
 * @param x - Ray, between -120 and 120.
 * @returns Ray.
 * @throws {RateInputError} when `x` is beyond ±120.
 */
export function expRay(x: bigint): bigint {
  if (x > largestRay || x < -largestRay)
    throw new RateInputError({ field: 'exponentRay', value: x })
  const half = x < 0n ? -(ln2Ray / 2n) : ln2Ray / 2n
  const doublings = (x + half) / ln2Ray
  const rest = x - doublings * ln2Ray
  let term = ray
  let sum = ray
  for (let k = 1n; term !== 0n; k += 1n) {
    term = (term * rest) / (ray * k)
    sum += term
  }
  return doublings >= 0n ? sum << doublings : sum >> -doublings
}

/**
 * Computes the natural logarithm to 25 digits.
 *
 * @param y - Ray, above 0.
 * @returns Ray.
 * @throws {RateInputError} when `y` is not above 0.
 */
export function lnRay(y: bigint): bigint {
  if (y <= 0n) throw new RateInputError({ field: 'logarithmOf', value: y })
  let doublings = 0n
  let rest = y
  while (rest >= 2n * ray) {
    rest /= 2n
    doublings += 1n
  }
  while (rest < ray) {
    rest *= 2n
    doublings -= 1n
  }
  // ln(rest) = 2·artanh((rest - 1)/(rest + 1)); the ratio is below 1/3.
  const ratio = ((rest - ray) * ray) / (rest + ray)
  const squared = (ratio * ratio) / ray
  let power = ratio
  let sum = 0n
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k
    power = (power * squared) / ray
  }
  return 2n * sum + doublings * ln2Ray
}
