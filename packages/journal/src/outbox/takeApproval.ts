import type { Hex } from '@behest/spec'
import type pg from 'pg'
import { toBytes } from '../sql/bytes.js'
import { ApprovalExpiredError, PlanNotApprovedError } from './errors.js'

/** Takes the approval for the first leg of its plan; later ones may follow it. */
export async function takeApproval(
  client: pg.PoolClient,
  leg: {
    readonly planHash: Hex
    readonly intentId: string
    readonly legId: string
  },
): Promise<void> {
  const { planHash, intentId } = leg
  const { rowCount } = await client.query(
    `update approval set consumed_by = $3, consumed_at = now()
     where plan_hash = $1 and intent_id = $2 and consumed_by is null
      and (expires_at is null or expires_at >= now())`,
    [toBytes(planHash), intentId, leg.legId.toLowerCase()],
  )
  if (rowCount === 1) return
  const { rows } = await client.query<{
    intent_id: string
    consumed_by: string | null
    expires_at: Date | null
  }>(
    `select intent_id, consumed_by, expires_at
     from approval where plan_hash = $1 for update`,
    [toBytes(planHash)],
  )
  const approval = rows[0]
  if (approval === undefined || approval.intent_id !== intentId)
    throw new PlanNotApprovedError({ planHash, intentId })
  if (approval.consumed_by !== null) return
  throw new ApprovalExpiredError({
    planHash,
    expiredAt: approval.expires_at?.toISOString() ?? '',
  })
}
