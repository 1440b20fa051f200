import { toDecimal } from '@behest/spec'

const priceDecimals = 18

/** How much of one token a whole unit of another gives, as a decimal. */
export function toPrice(options: {
  readonly soldUnits: bigint
  readonly soldDecimals: number
  readonly boughtUnits: bigint
  readonly boughtDecimals: number
}): string | undefined {
  const { soldUnits, soldDecimals, boughtUnits, boughtDecimals } = options
  if (soldUnits <= 0n || boughtUnits <= 0n) return undefined
  const units =
    (boughtUnits * 10n ** BigInt(soldDecimals + priceDecimals)) /
    (soldUnits * 10n ** BigInt(boughtDecimals))
  return toDecimal(units, priceDecimals)
}
