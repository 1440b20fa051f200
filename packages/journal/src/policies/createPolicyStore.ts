import {
  type Address,
  BehestError,
  type Hex,
  type JsonValue,
  type Policy,
  type PolicyPort,
  type PolicyRecord,
  policySchema,
  type Stopped,
  toCanonicalJson,
  toDecimal,
  toUnits,
} from '@behest/spec'
import type pg from 'pg'
import { toBytes, toHex } from '../sql/bytes.js'
import { inTransaction, type Queryable } from '../sql/inTransaction.js'

/** Signed policies and the money spent under them. */
export type PolicyStore = PolicyPort & {
  /**
   * Lets a policy hold from now on. Its signature must have been checked. Ends
   * the kill switch, for whoever signs anew has looked.
   *
   * @throws {PolicyReplayedError} when its sequence is not above every one before.
   */
  readonly activate: (options: {
    readonly policy: Policy
    readonly policyHash: Hex
    readonly signature: Hex
    /** Chain time, from which cooling-off times count. */
    readonly nowUnixSeconds: number
  }) => Promise<PolicyRecord>
  /**
   * Stops everything of an account at once: nothing is approved and the outbox
   * signs nothing for it. Needs no signature, and no policy; signing one is how
   * the account comes back.
   */
  readonly kill: (options: {
    readonly account: Address
    readonly chainId: number
    readonly why: string
  }) => Promise<PolicyRecord | Stopped>
}

const windowOfDay = "now() - interval '24 hours'"

/**
 * Creates the store of policies on a database that has `standingSchema` and
 * `journalSchema`. Days are the last 24 hours by the database's clock.
 *
 * @param options.pool - A pool on the database.
 */
export function createPolicyStore(options: {
  readonly pool: pg.Pool
}): PolicyStore {
  const { pool } = options

  async function mustRead(
    client: Queryable,
    of: { readonly account: Address; readonly chainId: number },
  ): Promise<PolicyRecord> {
    const record = await readPolicy(client, of)
    if (!record) throw new PolicyMissingError({ account: of.account })
    return record
  }

  return {
    find: (of) => readPolicy(pool, of),

    activate: async ({ policy, policyHash, signature, nowUnixSeconds }) => {
      const { account, chainId, sequence } = policy
      return inTransaction(pool, async (client) => {
        await client.query(
          `insert into policy_state (account, chain_id, sequence)
           values ($1, $2, 0) on conflict do nothing`,
          [toBytes(account), chainId],
        )
        await lockState(client, policy)
        const { rows } = await client.query<{ highest: string | null }>(
          'select max(sequence) as highest from policy where account = $1 and chain_id = $2',
          [toBytes(account), chainId],
        )
        const highest = Number(rows[0]?.highest ?? 0)
        const before = await readPolicy(client, policy)
        if (sequence <= highest) {
          // The same one again, while it still holds: a repeated request.
          if (
            before?.policyHash === policyHash.toLowerCase() &&
            before.killedAt === undefined
          )
            return before
          throw new PolicyReplayedError({
            account,
            sequence: String(sequence),
            highest: String(highest),
          })
        }
        await client.query(
          `insert into policy (account, chain_id, sequence, hash, body,
            signature, recipients_from) values ($1, $2, $3, $4, $5, $6, $7)`,
          [
            toBytes(account),
            chainId,
            sequence,
            toBytes(policyHash),
            toCanonicalJson(policy as unknown as JsonValue),
            toBytes(signature),
            JSON.stringify(toRecipientsFrom(policy, before, nowUnixSeconds)),
          ],
        )
        await client.query(
          `update policy_state set sequence = $3, killed_at = null, killed_why = null
           where account = $1 and chain_id = $2`,
          [toBytes(account), chainId, sequence],
        )
        await client.query(
          'delete from halt where scope = $1 and reason = $2',
          [toHaltScope(account), haltReason],
        )
        return mustRead(client, policy)
      })
    },

    kill: ({ account, chainId, why }) =>
      inTransaction(pool, async (client) => {
        await client.query(
          `insert into policy_state (account, chain_id, sequence, killed_at, killed_why)
           values ($1, $2, 0, now(), $3)
           on conflict (account, chain_id) do update set
            killed_at = coalesce(policy_state.killed_at, now()),
            killed_why = coalesce(policy_state.killed_why, $3)`,
          [toBytes(account), chainId, JSON.stringify(why)],
        )
        // Read inside the transaction that signs: it holds from the next one on.
        await client.query(
          `insert into halt (scope, reason) values ($1, $2)
           on conflict (scope) do nothing`,
          [toHaltScope(account), haltReason],
        )
        return (
          (await readPolicy(client, { account, chainId })) ??
          mustReadStop(client, { account, chainId })
        )
      }),

    findStop: (of) => readStop(pool, of),

    reserve: (spend) =>
      inTransaction(pool, async (client) => {
        const { account, chainId, planHash, intentId, usdE8, by } = spend
        await lockState(client, spend)
        const record = await readPolicy(client, spend)
        if (record?.policyHash !== spend.policyHash.toLowerCase())
          return {
            type: 'refused',
            rule: 'policy',
            message: 'The policy was changed meanwhile. Ask again.',
          }
        if (record.killedAt !== undefined)
          return {
            type: 'refused',
            rule: 'killSwitch',
            message: 'Everything was stopped meanwhile.',
          }
        // A plan that took another's place gives back what that one reserved.
        await client.query(
          `update policy_spend set released_at = now()
           where intent_id = $1 and plan_hash <> $2 and released_at is null
            and ${notSigned}`,
          [intentId, toBytes(planHash)],
        )
        const { rows } = await client.query<{
          all_e8: string
          alone_e8: string
        }>(
          `select coalesce(sum(usd_e8), 0) as all_e8,
            coalesce(sum(usd_e8) filter (where approved_by = 'policy'), 0) as alone_e8
           from policy_spend where account = $1 and chain_id = $2
            and released_at is null and at > ${windowOfDay} and plan_hash <> $3`,
          [toBytes(account), chainId, toBytes(planHash)],
        )
        const { limits, automatic } = record.policy
        const caps = [
          { usd: limits.perDayUsd, spentE8: BigInt(rows[0]?.all_e8 ?? 0) },
          ...(by === 'policy'
            ? [
                {
                  usd: automatic?.perDayUsd ?? '0',
                  spentE8: BigInt(rows[0]?.alone_e8 ?? 0),
                },
              ]
            : []),
        ]
        for (const { usd, spentE8 } of caps)
          if (spentE8 + usdE8 > toUnits(usd, 8))
            return {
              type: 'refused',
              rule: 'perDayUsd',
              message: `$${toDecimal(usdE8, 8)} would leave the account after $${toDecimal(spentE8, 8)} in the last 24 hours; at most $${usd} may in a day.`,
            }
        // Given back and taken again is a new spend: its day begins now.
        await client.query(
          `insert into policy_spend (plan_hash, account, chain_id, intent_id,
            usd_e8, approved_by) values ($1, $2, $3, $4, $5, $6)
           on conflict (plan_hash) do update set released_at = null,
            at = case when policy_spend.released_at is null
             then policy_spend.at else now() end,
            approved_by = case when policy_spend.released_at is null
             then policy_spend.approved_by else excluded.approved_by end,
            usd_e8 = greatest(policy_spend.usd_e8, excluded.usd_e8)`,
          [
            toBytes(planHash),
            toBytes(account),
            chainId,
            intentId,
            usdE8.toString(),
            by,
          ],
        )
        return { type: 'reserved' }
      }),

    release: async ({ planHash }) => {
      await pool.query(
        `update policy_spend set released_at = now()
         where plan_hash = $1 and released_at is null and ${notSigned}`,
        [toBytes(planHash)],
      )
    },
  }
}

/** What was never signed, or ended without its transaction, cost nothing. */
const notSigned = `not exists (
  select 1 from leg where leg.plan_hash = policy_spend.plan_hash
   and (leg.nonce is not null or leg.state not in ('CANCELLED', 'FOREIGN_NONCE', 'CHAIN_GONE')))`

const haltReason = 'the kill switch of the policy was used'

function toHaltScope(account: Address): string {
  return `account:${account.toLowerCase()}`
}

/** Everything about one account's money waits here, one after the other. */
async function lockState(
  client: Queryable,
  of: { readonly account: Address; readonly chainId: number },
): Promise<void> {
  await client.query(
    'select 1 from policy_state where account = $1 and chain_id = $2 for update',
    [toBytes(of.account), of.chainId],
  )
}

/** Who was named before keeps the time; who is new has to wait. */
function toRecipientsFrom(
  policy: Policy,
  before: PolicyRecord | null,
  nowUnixSeconds: number,
): Record<string, number> {
  const named = new Set(
    [
      ...policy.limits.recipients,
      ...(policy.automatic?.recipients ?? []),
    ].flatMap((recipient) =>
      recipient === 'any' ? [] : [recipient.toLowerCase()],
    ),
  )
  return Object.fromEntries(
    [...named].map((recipient) => [
      recipient,
      before?.recipientsFrom[recipient] ??
        nowUnixSeconds + policy.coolingOffSeconds,
    ]),
  )
}

async function mustReadStop(
  client: Queryable,
  of: { readonly account: Address; readonly chainId: number },
): Promise<Stopped> {
  const stop = await readStop(client, of)
  if (!stop) throw new PolicyMissingError({ account: of.account })
  return stop
}

async function readStop(
  client: Queryable,
  of: { readonly account: Address; readonly chainId: number },
): Promise<Stopped | null> {
  const { rows } = await client.query<{
    killed_at: Date
    killed_why: string | null
  }>(
    `select killed_at, killed_why from policy_state
     where account = $1 and chain_id = $2 and killed_at is not null`,
    [toBytes(of.account), of.chainId],
  )
  const row = rows[0]
  if (!row) return null
  return {
    account: of.account,
    chainId: of.chainId,
    killedAt: row.killed_at.toISOString(),
    ...(row.killed_why === null
      ? {}
      : { killedWhy: JSON.parse(row.killed_why) as string }),
  }
}

async function readPolicy(
  client: Queryable,
  of: { readonly account: Address; readonly chainId: number },
): Promise<PolicyRecord | null> {
  type Row = {
    readonly body: string
    readonly hash: Buffer
    readonly signature: Buffer
    readonly recipients_from: string
    readonly activated_at: Date
    readonly killed_at: Date | null
    readonly killed_why: string | null
    readonly spent_e8: string
  }
  const { rows } = await client.query<Row>(
    `select body, hash, signature, recipients_from, activated_at, killed_at,
      killed_why, (select coalesce(sum(usd_e8), 0) from policy_spend
        where account = $1 and chain_id = $2 and released_at is null
         and at > ${windowOfDay}) as spent_e8
     from policy_state join policy using (account, chain_id, sequence)
     where account = $1 and chain_id = $2`,
    [toBytes(of.account), of.chainId],
  )
  const row = rows[0]
  if (!row) return null
  return {
    policy: policySchema.parse(JSON.parse(row.body)),
    policyHash: toHex(row.hash),
    signature: toHex(row.signature),
    activatedAt: row.activated_at.toISOString(),
    ...(row.killed_at === null
      ? {}
      : { killedAt: row.killed_at.toISOString() }),
    ...(row.killed_why === null
      ? {}
      : { killedWhy: JSON.parse(row.killed_why) as string }),
    recipientsFrom: JSON.parse(row.recipients_from) as Record<string, number>,
    spentTodayUsd: toDecimal(BigInt(row.spent_e8), 8),
  }
}

/** Thrown when a policy comes that is not newer than every one before it. */
export class PolicyReplayedError extends BehestError {
  readonly code = 'POLICY_REPLAYED'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { account: string; sequence: string; highest: string }) {
    super(
      `The policy has sequence ${facts.sequence} and ${facts.account} has signed ${facts.highest} before; an old policy does not come back. Sign one with a higher sequence.`,
      { facts },
    )
  }
}

/** Thrown when an account has no policy. */
export class PolicyMissingError extends BehestError {
  readonly code = 'POLICY_MISSING'
  readonly stage = 'approval'
  readonly retry = 'never'

  constructor(facts: { account: string; killedAt?: string }) {
    super(
      facts.killedAt === undefined
        ? `${facts.account} has no policy: a person is asked about every plan. Sign one with "behest policy set".`
        : `${facts.account} has no policy, and everything was stopped at ${facts.killedAt}: nothing is signed for it. Sign a policy with "behest policy set" to start again.`,
      { facts },
    )
  }
}
