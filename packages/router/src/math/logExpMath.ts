// Balancer's 18-decimal fixed-point powers. The series lengths, the scales and
// the order of divisions are the contract's: other choices give other digits.
const one18 = 10n ** 18n
const one20 = 10n ** 20n
const one36 = 10n ** 36n
const maxExponent = 130n * one18
const minExponent = -41n * one18

// e to the power of 128 and 64, without decimals.
const large: readonly (readonly [x: bigint, power: bigint])[] = [
  [128n * one18, 38877084059945950922200000000000000000000000000000000000n],
  [64n * one18, 6235149080811616882910000000n],
]
// e to the power of 32, 16, … 1/16, both with 20 decimals.
const small: readonly (readonly [x: bigint, power: bigint])[] = [
  [3200000000000000000000n, 7896296018268069516100000000000000n],
  [1600000000000000000000n, 888611052050787263676000000n],
  [800000000000000000000n, 298095798704172827474000n],
  [400000000000000000000n, 5459815003314423907810n],
  [200000000000000000000n, 738905609893065022723n],
  [100000000000000000000n, 271828182845904523536n],
  [50000000000000000000n, 164872127070012814685n],
  [25000000000000000000n, 128402541668774148407n],
  [12500000000000000000n, 113314845306682631683n],
  [6250000000000000000n, 106449445891785942956n],
]
const exponentialTerms = 8

function exponential(exponent: bigint): bigint {
  if (exponent < 0n) return (one18 * one18) / exponential(-exponent)
  let rest = exponent
  let first = 1n
  for (const [x, power] of large)
    if (rest >= x) {
      rest -= x
      first = power
      break
    }
  rest *= 100n
  let product = one20
  for (const [x, power] of small.slice(0, exponentialTerms))
    if (rest >= x) {
      rest -= x
      product = (product * power) / one20
    }
  let sum = one20 + rest
  let term = rest
  for (let n = 2n; n <= 12n; n++) {
    term = (term * rest) / one20 / n
    sum += term
  }
  return (((product * sum) / one20) * first) / 100n
}

function sumLogarithmSeries(
  value: bigint,
  one: bigint,
  lastOdd: bigint,
): bigint {
  const z = ((value - one) * one) / (value + one)
  const square = (z * z) / one
  let power = z
  let sum = z
  for (let odd = 3n; odd <= lastOdd; odd += 2n) {
    power = (power * square) / one
    sum += power / odd
  }
  return sum * 2n
}

function logarithm(value: bigint): bigint {
  if (value < one18) return -logarithm((one18 * one18) / value)
  let rest = value
  let sum = 0n
  for (const [x, power] of large)
    if (rest >= power * one18) {
      rest /= power
      sum += x
    }
  sum *= 100n
  rest *= 100n
  for (const [x, power] of small)
    if (rest >= power) {
      rest = (rest * one20) / power
      sum += x
    }
  return (sum + sumLogarithmSeries(rest, one20, 11n)) / 100n
}

/** Raises an 18-decimal base to an 18-decimal exponent; `undefined` out of range. */
function raise(base: bigint, exponent: bigint): bigint | undefined {
  if (exponent === 0n) return one18
  if (base === 0n) return 0n
  let product: bigint
  if (base > one18 - one18 / 10n && base < one18 + one18 / 10n) {
    const log = sumLogarithmSeries(base * one18, one36, 15n)
    product = (log / one18) * exponent + ((log % one18) * exponent) / one18
  } else product = logarithm(base) * exponent
  product /= one18
  if (product < minExponent || product > maxExponent) return undefined
  return exponential(product)
}

/** Multiplies 18-decimal numbers, rounding up. */
export function multiplyUp(left: bigint, right: bigint): bigint {
  const product = left * right
  return product === 0n ? 0n : (product - 1n) / one18 + 1n
}

/** Divides 18-decimal numbers, rounding up. */
export function divideFixedUp(left: bigint, right: bigint): bigint {
  const inflated = left * one18
  return inflated === 0n ? 0n : (inflated - 1n) / right + 1n
}

/**
 * Raises an 18-decimal base to an 18-decimal exponent, never below the true
 * value; `undefined` where the contract would revert.
 */
export function raiseUp(base: bigint, exponent: bigint): bigint | undefined {
  if (exponent === one18) return base
  if (exponent === 2n * one18) return multiplyUp(base, base)
  if (exponent === 4n * one18) {
    const square = multiplyUp(base, base)
    return multiplyUp(square, square)
  }
  const raw = raise(base, exponent)
  return raw === undefined ? undefined : raw + multiplyUp(raw, 10_000n) + 1n
}
