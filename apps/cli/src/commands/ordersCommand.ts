import { parseArgs } from 'node:util'
import { type OrderRecord, orderRecordSchema } from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderOrder } from '../show/renderOrder.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'

/** `behest orders`: what stands, what became of it, and the end of it. */
export async function ordersCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      limit: { type: 'string', default: '20' },
      cursor: { type: 'string' },
    },
  })
  const [verb = 'list', id] = positionals
  if (!['list', 'show', 'cancel'].includes(verb))
    throw new UsageError('Say behest orders list, show <id> or cancel <id>.')
  if (verb !== 'list' && id === undefined)
    throw new UsageError(`Which one? behest orders ${verb} <id>.`)
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new UsageError('--limit must be 1 to 100.')
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    if (verb === 'list') {
      const page = await client.orders({
        limit,
        ...(values.cursor === undefined ? {} : { cursor: values.cursor }),
      })
      if (values.json) print({ ...page, orders: page.orders.map(toWire) })
      else {
        if (page.orders.length === 0) console.log('No standing orders.')
        for (const order of page.orders)
          console.log(
            `${order.id}  ${order.status.padEnd(9)}  ${order.runs.length} ${order.runs.length === 1 ? 'run ' : 'runs'}  ${order.headline}`,
          )
        if (page.nextCursor !== undefined)
          console.log(`More: behest orders list --cursor ${page.nextCursor}`)
      }
      return exitCodes.done
    }
    const order =
      verb === 'show'
        ? await client.order(id ?? '')
        : await client.cancelOrder(id ?? '')
    if (values.json) print(toWire(order))
    else console.log(renderOrder(order))
    return exitCodes.done
  } finally {
    await stack.leave()
  }
}

function toWire(order: OrderRecord): unknown {
  return z.encode(orderRecordSchema, order)
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2))
}
