import {
  type Address,
  artifactSchema,
  type Hex,
  type WireArtifact,
} from '@behest/spec'
import type pg from 'pg'
import * as z from 'zod'
import { toBytes, toHex } from '../sql/bytes.js'

/** An allowance that a plan of ours gave, or may have given, when it was carried out. */
export type Grant = {
  readonly intentId: string
  readonly planHash: Hex
  readonly token: Address
  readonly spender: Address
  readonly units: bigint
  readonly at: string
}

/**
 * Reads every allowance that plans of an account gave, newest first: those that this
 * house signed for it, and those that its holder's wallet was asked for.
 *
 * @param options.pool - A pool on a database that has `journalSchema` and
 *   `holderSchema`.
 */
export async function readGrants(options: {
  readonly pool: pg.Pool
  readonly account: Address
}): Promise<readonly Grant[]> {
  const { rows } = await options.pool.query<{
    intent_id: string
    hash: Buffer
    body: string
    created_at: Date
  }>(
    `select artifact.intent_id, artifact.hash, artifact.body, artifact.created_at
     from artifact join intent on intent.id = artifact.intent_id
     where intent.account = $1 and artifact.stage = 'plan'
      and (exists (select 1 from leg where leg.plan_hash = artifact.hash
        and leg.nonce is not null)
       or exists (select 1 from holder_leg
        where holder_leg.plan_hash = artifact.hash
         and holder_leg.state in ('asked', 'sent', 'final', 'reverted')))
     order by artifact.created_at desc`,
    [toBytes(options.account)],
  )
  return rows.flatMap((row): Grant[] => {
    const plan = z.decode(artifactSchema, JSON.parse(row.body) as WireArtifact)
    if (plan.stage !== 'plan') return []
    return plan.steps.flatMap((step) =>
      step.approvals.map(({ token, spender, units }) => ({
        intentId: row.intent_id,
        planHash: toHex(row.hash),
        token,
        spender,
        units,
        at: row.created_at.toISOString(),
      })),
    )
  })
}
