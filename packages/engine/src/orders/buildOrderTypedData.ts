import {
  behestDomain,
  type Hex,
  type OrderTerms,
  orderTypedDataTypes,
} from '@behest/spec'
import { sayOrder } from './sayOrder.js'

/**
 * Builds what an account signs when it lets an order stand.
 *
 * @returns EIP-712 typed data; the sentence and the bounds are readable in it.
 */
export function buildOrderTypedData(options: {
  readonly terms: OrderTerms
  readonly termsHash: Hex
}) {
  const { terms, termsHash } = options
  return {
    domain: { ...behestDomain, chainId: terms.chainId },
    types: orderTypedDataTypes,
    primaryType: 'StandingOrder',
    message: {
      account: terms.account,
      says: sayOrder(terms),
      atMost: terms.bounds.map(({ token, perRunUnits, totalUnits }) => ({
        token: token.address,
        perRunUnits,
        totalUnits,
      })),
      maxRuns: BigInt(terms.maxRuns),
      expiresUnixSeconds: BigInt(terms.expiresUnixSeconds),
      termsHash,
    },
  } as const
}
