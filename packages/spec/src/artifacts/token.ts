import * as z from 'zod'
import { addressSchema, assetAddressSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { decimalSchema, signedUnitsSchema } from '../units/units.js'

/** Schema of {@link Token}. */
export const tokenSchema = z.strictObject({
  chainId: z.int().min(1),
  address: assetAddressSchema,
  symbol: text(64),
  name: text(100).optional(),
  decimals: z.int().min(0).max(36),
})
/** A token of one chain, its decimals as read from the contract. */
export type Token = z.output<typeof tokenSchema>

/** Schema of {@link AssetDelta}. */
export const assetDeltaSchema = z.strictObject({
  account: addressSchema,
  token: assetAddressSchema,
  symbol: text(64),
  units: signedUnitsSchema,
  decimal: decimalSchema,
})
/** What one account gained (positive) or lost (negative) of one token. */
export type AssetDelta = z.output<typeof assetDeltaSchema>

/** Schema of {@link PositionDelta}. */
export const positionDeltaSchema = z.strictObject({
  account: addressSchema,
  venue: text(64),
  market: text(100),
  kind: z.enum(['supplied', 'borrowed', 'collateral']),
  token: assetAddressSchema,
  symbol: text(64),
  units: signedUnitsSchema,
  decimal: decimalSchema,
  /** The token in the account that is this position, where there is one. */
  heldAs: addressSchema.optional(),
})
/**
 * What changed in a lending position, in the underlying token's smallest unit.
 * For venues whose positions are no tokens, this is the only trace of them.
 */
export type PositionDelta = z.output<typeof positionDeltaSchema>

/** Schema of {@link HealthChange}. */
export const healthChangeSchema = z.strictObject({
  venue: text(64),
  market: text(100).optional(),
  /** Health factor as a decimal; absent where there is no debt. */
  before: decimalSchema.optional(),
  after: decimalSchema.optional(),
  /**
   * Afterwards: the price of one whole collateral token at which the position
   * can be liquidated while all other prices stand still. Left out where this
   * price alone cannot do it.
   */
  liquidationPrices: z
    .array(z.strictObject({ symbol: text(64), priceUsd: decimalSchema }))
    .max(64)
    .optional(),
})
/** Health factor of an account at a venue before and after; absent = no debt. */
export type HealthChange = z.output<typeof healthChangeSchema>
