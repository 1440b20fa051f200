import { type Address, isSameAddress, toDecimal } from '@behest/spec'
import { getAddress, type Hex } from 'viem'
import { decodeSymbol } from '../chain/decodeSymbol.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import type { TokenLine } from './poolLine.js'

/**
 * Builds the line of a token.
 *
 * @param options.price - Of the oracle, in any unit; 0 where there is none.
 * @param options.nativePrice - Of the wrapped native coin, in the same unit.
 * @returns The line, or `undefined` for a contract without decimals.
 */
export function toTokenLine(options: {
  readonly deployment: ChainDeployment
  readonly token: Address
  readonly decimals: bigint
  readonly symbol: Hex
  readonly price: bigint
  readonly nativePrice: bigint
}): TokenLine | undefined {
  const { deployment, decimals, price, nativePrice } = options
  if (decimals > 36n) return undefined
  const token = getAddress(options.token)
  const listed = deployment.tokens.find(({ address }) =>
    isSameAddress(address, token),
  )
  const priceWad = nativePrice === 0n ? 0n : (price * 10n ** 18n) / nativePrice
  return {
    token,
    symbol: listed?.symbol ?? decodeSymbol(options.symbol) ?? token,
    decimals: Number(decimals),
    ...(priceWad === 0n ? {} : { priceNative: toDecimal(priceWad, 18) }),
  }
}
