import { drawOrderBatch } from '@behest/engine'
import {
  type ChainDeployment,
  drawLendingBatch,
  encodeExecutions,
  hashDelegation,
  type ReadRedemption,
} from '@behest/evm'
import {
  type Address,
  isSameAddress,
  type Mandate,
  type OrderTerms,
  orderBatchSchema,
  type PlanArtifact,
} from '@behest/spec'
import * as z from 'zod'
import { SigningRefusedError } from './errors.js'

/**
 * Draws the calls of an order up again from its own step, and holds those that
 * its terms list against them: the account's own position, the amount that was
 * said, on its own behalf.
 *
 * @throws {SigningRefusedError} when they are other calls.
 */
export function assertOrderBatch(options: {
  readonly terms: OrderTerms
  readonly deployment: ChainDeployment
}): void {
  const { terms, deployment } = options
  const refuse = (rule: string): never => {
    throw new SigningRefusedError({ what: 'the mandate of an order', rule })
  }
  const { batch, account, steps } = terms
  if (!batch || terms.custody !== 'mandate') throw refuse('it has no calls')
  const drawn = drawOrderBatch({
    account,
    steps,
    token: batch.token,
    draw: (asked) => drawLendingBatch({ deployment, ...asked }),
  })
  if (typeof drawn === 'string') throw refuse(drawn)
  const list = (one: typeof batch): string =>
    JSON.stringify(z.encode(orderBatchSchema, one)).toLowerCase()
  if (list(drawn) !== list(batch))
    refuse('its calls are not those of what was said')
  const named = steps[0]?.token
  const isNamed =
    named &&
    ('symbol' in named
      ? [deployment.nativeToken, ...deployment.tokens].some(
          ({ symbol, aliases, address }) =>
            [symbol, ...aliases].some(
              (name) => name.toLowerCase() === named.symbol.toLowerCase(),
            ) && isSameAddress(address, batch.token.address),
        )
      : isSameAddress(named.address, batch.token.address))
  if (!isNamed) refuse('its token is not the one that was said')
}

/**
 * Holds one use of an order's mandate against the plan of its run. What it may do
 * is held by the chain, to what was signed with the order.
 *
 * @returns What is wrong, or `null`.
 */
export function findStandingProblem(options: {
  readonly plan: PlanArtifact
  readonly planned: Mandate
  readonly redemption: ReadRedemption
  readonly executor: Address
}): string | null {
  const { plan, planned, redemption, executor } = options
  const { delegation, calls } = redemption
  if (hashDelegation(delegation) !== planned.delegationHash)
    return 'it uses another mandate than that of the order'
  if (
    !isSameAddress(delegation.delegate, executor) ||
    !isSameAddress(delegation.delegator, plan.account)
  )
    return 'its mandate is of another account, or for another executor'
  if (delegation.caveats[0]?.terms !== encodeExecutions(calls))
    return 'its calls are not those of the order'
  return null
}
