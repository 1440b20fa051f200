import { sayOrder } from '@behest/engine'
import type { OrderStore, StoredOrder } from '@behest/journal'
import type { Hex, OrderPort, OrderTerms } from '@behest/spec'
import type { OrderMandates } from './createOrderMandates.js'

export { buildOrderTypedData } from '@behest/engine'

/** Signs the mandate of an order, as the account that it is about. */
export type SignOrder = (options: {
  readonly terms: OrderTerms
  readonly termsHash: Hex
  /** Of whoever approved it by a signature of their own. */
  readonly approval?: Hex
}) => Promise<Hex>

/**
 * Creates the port through which the engine lets orders stand.
 *
 * @param options.sign - Signs for the account, after its person said yes.
 */
export function createOrderPort(options: {
  readonly store: OrderStore
  readonly sign: SignOrder
  /** Absent where the chain cannot bound an order. */
  readonly mandates?: Pick<OrderMandates, 'executor' | 'sign' | 'drawBatch'>
  /** Ends what an order can still do on chain; told after it ended here. */
  readonly onCancelled?: (order: StoredOrder) => void
}): OrderPort {
  const { store, sign, mandates, onCancelled } = options
  return {
    ...(mandates
      ? { executor: mandates.executor, drawBatch: mandates.drawBatch }
      : {}),
    open: async ({ orderId, terms, termsHash, signature }) => {
      if (await store.get(orderId)) return
      const given = signature === undefined ? {} : { approval: signature }
      const delegation =
        terms.custody === 'mandate'
          ? await mandates?.sign({ orderId, terms, termsHash, ...given })
          : undefined
      await store.open({
        orderId,
        terms,
        termsHash,
        signature: await sign({ terms, termsHash, ...given }),
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
            ...(order.delegationHash
              ? { delegationHash: order.delegationHash }
              : {}),
            isActive: order.status === 'active',
          }
    },
    cancel: async ({ orderId, why }) => {
      const order = await store.cancel({ orderId, why })
      if (order.status === 'cancelled') onCancelled?.(order)
    },
  }
}
