import * as z from 'zod'

/** Bytes as `0x` and an even count of hex digits. */
export type Hex = `0x${string}`

/** Twenty bytes; compare case-insensitively with {@link isSameAddress}. */
export type Address = `0x${string}`

/** An ERC-20 contract, or the chain's own coin. */
export type AssetAddress = Address | 'native'

// A pattern proves the form, but a schema's type stays `string`: the casts below
// state what the pattern proved, and keep the schemas encodable (no transform).
const matching = <Text extends string>(pattern: RegExp, maxLength: number) =>
  z.string().max(maxLength).regex(pattern) as unknown as z.ZodType<Text, Text>

/** Schema of {@link Hex}, at most 128 KiB. */
export const hexSchema = matching<Hex>(/^0x(?:[0-9a-fA-F]{2})*$/, 262_146)

/** Schema of a 32-byte hash. */
export const hashSchema = matching<Hex>(/^0x[0-9a-fA-F]{64}$/, 66)

/** Schema of {@link Address}. Checksums are checked where people type. */
export const addressSchema = matching<Address>(/^0x[0-9a-fA-F]{40}$/, 42)

/** Schema of {@link AssetAddress}. */
export const assetAddressSchema = matching<AssetAddress>(
  /^(?:native|0x[0-9a-fA-F]{40})$/,
  42,
)

/** Tells whether two addresses (or `'native'`) are one. */
export function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
