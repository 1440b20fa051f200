import { sayOrder } from '@behest/engine'
import type { OrderStore } from '@behest/journal'
import {
  behestDomain,
  type Hex,
  type OrderPort,
  type OrderTerms,
  orderTypedDataTypes,
} from '@behest/spec'
import type { OrderMandates } from './createOrderMandates.js'

/** Signs the mandate of an order, as the account that it is about. */
export type SignOrder = (options: {
  readonly terms: OrderTerms
  readonly termsHash: Hex
}) => Promise<Hex>

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

/**
 * Creates the port through which the engine lets orders stand.
 *
 * @param options.sign - Signs for the account, after its person said yes.
 */
export function createOrderPort(options: {
  readonly store: OrderStore
  readonly sign: SignOrder
  /** Absent where the chain cannot bound an order. */
  readonly mandates?: Pick<OrderMandates, 'executor' | 'sign'>
}): OrderPort {
  const { store, sign, mandates } = options
  return {
    ...(mandates ? { executor: mandates.executor } : {}),
    open: async ({ orderId, terms, termsHash, signature }) => {
      if (await store.get(orderId)) return
      const delegation =
        terms.custody === 'mandate'
          ? await mandates?.sign({ orderId, terms, termsHash })
          : undefined
      await store.open({
        orderId,
        terms,
        termsHash,
        signature: signature ?? (await sign({ terms, termsHash })),
        ...(delegation ? { delegation } : {}),
        dueUnixSeconds: terms.schedule?.startUnixSeconds ?? 0,
        message: `The order stands: ${sayOrder(terms)}`,
      })
    },
    find: async (orderId) => {
      const order = await store.get(orderId)
      return order === null
        ? null
        : {
            terms: order.terms,
            termsHash: order.termsHash,
            isActive: order.status === 'active',
          }
    },
  }
}
