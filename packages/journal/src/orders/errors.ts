import { BehestError } from '@behest/spec'

/** Thrown when no standing order has the id asked for. */
export class OrderNotFoundError extends BehestError {
  readonly code = 'ORDER_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { orderId: string }) {
    super(
      `There is no standing order "${facts.orderId}". List the orders to see which there are.`,
      { facts },
    )
  }
}

/** Thrown when an order stands under other terms already. */
export class OrderConflictError extends BehestError {
  readonly code = 'ORDER_CONFLICT'
  readonly retry = 'never'

  constructor(facts: { orderId: string }) {
    super(
      `Order "${facts.orderId}" stands under other terms already. Cancel it, then ask for a new one.`,
      { facts },
    )
  }
}
