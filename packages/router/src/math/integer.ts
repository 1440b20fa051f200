/** Largest value of a 256-bit word. */
export const maxUint256 = (1n << 256n) - 1n

/** Divides two non-negative integers, rounding up. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  return quotient * denominator === numerator ? quotient : quotient + 1n
}

/** Gives the smaller of two integers. */
export function minimum(left: bigint, right: bigint): bigint {
  // Math.min does not take bigints.
  if (left < right) return left
  return right
}

/** Gives the larger of two integers. */
export function maximum(left: bigint, right: bigint): bigint {
  // Math.max does not take bigints.
  if (left > right) return left
  return right
}

/** Gives the integer square root, rounded down. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
