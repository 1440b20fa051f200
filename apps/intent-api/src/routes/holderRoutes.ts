import type { Engine } from '@behest/engine'
import type { HolderDesk } from '@behest/journal'
import { holderReportSchema, holderTransactionSchema } from '@behest/spec'
import { Router } from 'express'
import * as z from 'zod'
import { readBody, readId, readQuery } from '../http/readRequest.js'
import { noQuerySchema } from './schemas.js'

/** Answer of `GET /v1/intents/:id/transactions`. */
export const holderTransactionsSchema = z.strictObject({
  transactions: z.array(holderTransactionSchema),
})

/** What the routes reach the product through. */
export type HolderRoutesOptions = {
  readonly engine: Pick<Engine, 'get'>
  readonly holder: Pick<HolderDesk, 'list' | 'report'>
}

/** Hands transactions to holders' wallets, and takes what those did. */
export function holderRoutes(options: HolderRoutesOptions): Router {
  const { engine, holder } = options
  const routes = Router()

  routes.get('/intents/:id/transactions', async (request, response) => {
    readQuery(request, noQuerySchema)
    const { id } = await engine.get(readId(request, 'id'))
    const transactions = await holder.list(id)
    response.json(
      z.encode(holderTransactionsSchema, { transactions: [...transactions] }),
    )
  })

  routes.post('/intents/:id/transactions', async (request, response) => {
    const report = readBody(request, holderReportSchema)
    const { id } = await engine.get(readId(request, 'id'))
    response.json(
      z.encode(holderTransactionSchema, await holder.report(id, report)),
    )
  })

  return routes
}
