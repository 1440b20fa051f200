import { sayOrder } from '@behest/engine'
import {
  OrderNotFoundError,
  type OrderStore,
  type StoredOrder,
} from '@behest/journal'
import {
  type IntentStorePort,
  type OrderRecord,
  orderRecordSchema,
  orderStatuses,
  type WireOrderRecord,
} from '@behest/spec'
import { type Request, Router } from 'express'
import * as z from 'zod'
import { readId, readQuery } from '../http/readRequest.js'
import { streamRows } from '../http/streamRows.js'
import { eventsQuerySchema, noQuerySchema } from '../routes/schemas.js'

const pollMs = 1000

/** Query of `GET /v1/orders`. */
export const orderListQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
  account: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/)
    .optional(),
  status: z.enum(orderStatuses).optional(),
})

/** What the routes of orders reach the product through. */
export type OrderRoutesOptions = {
  readonly orders: OrderStore
  readonly store: Pick<IntentStorePort, 'subscribe'>
  /** Ends what an order can still do on chain; told after it ended here. */
  readonly onCancelled?: ((order: StoredOrder) => void) | undefined
}

/** Shows and cancels standing orders: the routes below `/v1/orders`. */
export function orderRoutes(options: OrderRoutesOptions): Router {
  const { orders, store } = options
  const routes = Router()

  routes.get('/orders', async (request, response) => {
    const query = readQuery(request, orderListQuerySchema)
    const page = await orders.list({
      limit: query.limit,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      ...(query.account === undefined
        ? {}
        : { account: query.account as `0x${string}` }),
      ...(query.status === undefined ? {} : { status: query.status }),
    })
    response.json({
      orders: await Promise.all(
        page.orders.map((order) => toWireOrder(order, orders)),
      ),
      ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    })
  })

  routes.get('/orders/:id', async (request, response) => {
    readQuery(request, noQuerySchema)
    response.json(await toWireOrder(await mustGet(request, orders), orders))
  })

  routes.get('/orders/:id/events', async (request, response) => {
    const query = readQuery(request, eventsQuerySchema)
    const { id } = await mustGet(request, orders)
    await streamRows({
      request,
      response,
      ...(query.after === undefined ? {} : { after: query.after }),
      read: (afterSequence) =>
        orders.readEvents({ orderId: id, afterSequence }),
      subscribe: (onEvent) => store.subscribe({ intentId: id, onEvent }),
      isLast: (event) => event.type === 'ended',
      pollMs,
    })
  })

  // Cancelling again gives the same answer, so a lost one can be asked for anew.
  routes.post('/orders/:id/cancel', async (request, response) => {
    const before = await mustGet(request, orders)
    const order = await orders.cancel({
      orderId: before.id,
      why: 'You cancelled it.',
    })
    if (order.status === 'cancelled') options.onCancelled?.(order)
    response.json(await toWireOrder(order, orders))
  })

  return routes
}

/** An order with its runs, as JSON. */
export async function toWireOrder(
  order: StoredOrder,
  orders: OrderStore,
): Promise<WireOrderRecord> {
  const runs = await orders.readRuns(order.id)
  const record: OrderRecord = {
    id: order.id,
    status: order.status,
    account: order.account,
    chainId: order.chainId,
    utterance: order.terms.utterance,
    headline: sayOrder(order.terms),
    terms: order.terms,
    termsHash: order.termsHash,
    signature: order.signature,
    ...(order.delegationHash === undefined
      ? {}
      : { delegationHash: order.delegationHash }),
    ...(order.status === 'active' &&
    order.terms.schedule &&
    order.dueUnixSeconds
      ? { nextRunUnixSeconds: order.dueUnixSeconds }
      : {}),
    runs: runs.map(({ lastUnixSeconds: _last, ...run }) => run),
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    ...(order.why === undefined ? {} : { why: order.why }),
  }
  return z.encode(orderRecordSchema, record)
}

async function mustGet(
  request: Request,
  orders: OrderStore,
): Promise<StoredOrder> {
  const orderId = readId(request, 'id')
  const order = await orders.get(orderId)
  if (!order) throw new OrderNotFoundError({ orderId })
  return order
}
