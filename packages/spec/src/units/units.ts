import * as z from 'zod'

/**
 * A whole amount in a token's smallest unit: `bigint` inside, decimal string on
 * the wire. At most 2^256 - 1.
 */
export const unitsSchema = z.codec(
  z.string().regex(/^(?:0|[1-9]\d{0,77})$/),
  z.bigint(),
  { decode: (wire) => BigInt(wire), encode: (units) => units.toString() },
)

/** A signed amount in the smallest unit: what an account gained or lost. */
export const signedUnitsSchema = z.codec(
  z.string().regex(/^(?:0|-?[1-9]\d{0,77})$/),
  z.bigint(),
  { decode: (wire) => BigInt(wire), encode: (units) => units.toString() },
)

/** A decimal as people write it: `'1.5'`, never in exponent form. */
export const decimalSchema = z
  .string()
  .max(160)
  .regex(/^-?\d+(?:\.\d+)?$/)

/** Seconds since 1970, chain time unless its name says otherwise. */
export const unixSecondsSchema = z.int().min(0).max(99_999_999_999)

/** Hundredths of a per cent, 0 to 10,000. */
export const bpsSchema = z.int().min(0).max(10_000)
