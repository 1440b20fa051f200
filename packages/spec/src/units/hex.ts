import * as z from 'zod'

/** Bytes as `0x` and an even count of hex digits. */
export type Hex = `0x${string}`

/** Twenty bytes; compare case-insensitively with {@link isSameAddress}. */
export type Address = `0x${string}`

/** An ERC-20 contract, or the chain's own coin. */
export type AssetAddress = Address | 'native'

/** Schema of {@link Hex}, at most 128 KiB. */
export const hexSchema = z
  .string()
  .max(262_146)
  .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
  .transform((value) => value as Hex)

/** Schema of a 32-byte hash. */
export const hashSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((value) => value as Hex)

/** Schema of {@link Address}. Checksums are checked where people type. */
export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((value) => value as Address)

/** Schema of {@link AssetAddress}. */
export const assetAddressSchema = z
  .string()
  .regex(/^(?:native|0x[0-9a-fA-F]{40})$/)
  .transform((value) => value as AssetAddress)

/** Tells whether two addresses (or `'native'`) are one. */
export function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
