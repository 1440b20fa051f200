import type { Engine } from '@behest/engine'
import { type EvmChainPort, readAllowanceLedger } from '@behest/evm'
import type { Grant, IntentRunner } from '@behest/journal'
import {
  type Address,
  type AllowanceLedger,
  addressSchema,
  allowanceLedgerSchema,
  BehestError,
  isSameAddress,
} from '@behest/spec'
import { Router } from 'express'
import { v7 as createUuid } from 'uuid'
import * as z from 'zod'
import { readBody, readQuery } from '../http/readRequest.js'
import { toWireRecord } from '../routes/intentRoutes.js'

const mostAtOnce = 10

/** Query of `GET /v1/allowances`. */
export const allowancesQuerySchema = z.strictObject({
  account: addressSchema.optional(),
})

/** Body of `POST /v1/allowances/revoke`: all that are open, or those named. */
export const revokeBodySchema = z.strictObject({
  account: addressSchema.optional(),
  token: addressSchema.optional(),
  spender: addressSchema.optional(),
})

/** What the routes of allowances reach the product through. */
export type AllowanceRoutesOptions = {
  readonly chain: EvmChainPort
  readonly readGrants: (account: Address) => Promise<readonly Grant[]>
  readonly engine: Pick<Engine, 'start'>
  readonly runner: Pick<IntentRunner, 'wake'>
  readonly accounts: readonly Address[]
  readonly now: () => Date
}

/** Shows what may be taken from an account, and takes it back. */
export function allowanceRoutes(options: AllowanceRoutesOptions): Router {
  const { engine, runner, accounts, now } = options
  const routes = Router()

  routes.get('/allowances', async (request, response) => {
    const query = readQuery(request, allowancesQuerySchema)
    const ledger = await readLedger(query.account ?? accounts[0], options)
    response.json(z.encode(allowanceLedgerSchema, ledger))
  })

  // One intent for each: each is a plan that is shown, approved and receipted.
  routes.post('/allowances/revoke', async (request, response) => {
    const body = readBody(request, revokeBodySchema)
    const account = body.account ?? accounts[0]
    const { allowances } = await readLedger(account, options)
    const wanted = allowances.filter(
      ({ isOpen, kind, token, spender }) =>
        isOpen &&
        // What stands inside Permit2 ends with the allowance of Permit2 itself.
        kind === 'erc20' &&
        (body.token === undefined || isSameAddress(body.token, token)) &&
        (body.spender === undefined || isSameAddress(body.spender, spender)),
    )
    if (!account || wanted.length === 0)
      throw new NoAllowanceOpenError({ account: account ?? 'nobody' })
    const intents = await Promise.all(
      wanted.slice(0, mostAtOnce).map(async ({ symbol, spender }) => {
        const { record } = await engine.start({
          id: createUuid(),
          text: `revoke the allowance of ${spender} on my ${symbol}`,
          account,
          context: { now: now().toISOString(), timeZone: 'UTC' },
          principal: account.toLowerCase(),
        })
        runner.wake(record.id)
        return toWireRecord(record)
      }),
    )
    response.status(201).json({ intents })
  })

  return routes
}

async function readLedger(
  account: Address | undefined,
  { chain, readGrants }: AllowanceRoutesOptions,
): Promise<AllowanceLedger> {
  if (!account) throw new NoAllowanceOpenError({ account: 'nobody' })
  const grants = await readGrants(account)
  const read = await readAllowanceLedger({ chain, account, granted: grants })
  return {
    account,
    chainId: chain.chainId,
    block: read.block,
    isComplete: read.isComplete,
    allowances: read.allowances
      .map((allowance) => ({
        ...allowance,
        isOpen: allowance.units > 0n,
        grantedBy:
          allowance.kind === 'erc20'
            ? grants
                .filter(
                  ({ token, spender }) =>
                    isSameAddress(token, allowance.token) &&
                    isSameAddress(spender, allowance.spender),
                )
                .map(({ intentId, planHash, units, at }) => ({
                  intentId,
                  planHash,
                  units,
                  at,
                }))
            : [],
      }))
      // What was never given and is not open is no entry of a ledger.
      .filter(({ isOpen, grantedBy }) => isOpen || grantedBy.length > 0),
  }
}

/** Thrown when there is nothing to take back. */
export class NoAllowanceOpenError extends BehestError {
  readonly code = 'NO_ALLOWANCE_OPEN'
  readonly retry = 'never'

  constructor(facts: { account: string }) {
    super(
      `Nobody may take anything from ${facts.account} of what was named; there is nothing to revoke. List the allowances to see which are open.`,
      { facts },
    )
  }
}
