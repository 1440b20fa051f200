/**
 * One file because it is one state machine: an intent's row, its artifacts and
 * its events always change together, under the lock of the row.
 */
import {
  type Hex,
  type IntentEvent,
  type IntentStatus,
  type IntentStorePort,
  type JsonValue,
  type Stage,
  type StoredIntent,
  stages,
  toCanonicalJson,
  type WireArtifact,
} from '@behest/spec'
import type pg from 'pg'
import { isStorable, toBytes, toHex } from '../sql/bytes.js'
import { inTransaction, type Queryable } from '../sql/inTransaction.js'
import { createEventWatch, eventChannel } from './createEventWatch.js'
import { createLeases, type Leases } from './createLeases.js'
import { createMailbox, type Mailbox } from './createMailbox.js'
import {
  parseChangeCursor,
  parseCursor,
  toChangeCursor,
  toCursor,
} from './cursor.js'
import {
  ApprovalConflictError,
  IdempotencyKeyReusedError,
  IntentChangedError,
  IntentExistsError,
  IntentNotFoundError,
  PlanBegunError,
} from './errors.js'
import {
  type ArtifactRow,
  type IntentRow,
  intentColumns,
  toStoredIntent,
} from './intentRow.js'

/** One artifact as it was written, also when a later one took its place. */
export type StoredArtifact = {
  readonly stage: Stage
  /** 1 for the first artifact of this stage, then 2, 3 … */
  readonly revision: number
  readonly hash: Hex
  readonly parentHash: Hex | undefined
  /** Canonical JSON, byte for byte as it was hashed. */
  readonly text: string
  readonly createdAt: string
  readonly supersededAt: string | undefined
}

/** The journal of intents: the port of the engine, and what processes need beside it. */
export type IntentStore = IntentStorePort &
  Leases &
  Mailbox & {
    /** Every artifact that was ever written, oldest first. */
    readonly readArtifacts: (
      intentId: string,
    ) => Promise<readonly StoredArtifact[]>
    /** Stops listening. The pool stays open. */
    readonly close: () => Promise<void>
  }

const isWorking = (status: IntentStatus) =>
  status === 'running' || status === 'unknown'

/**
 * Creates the journal of intents on a database that has `journalSchema`.
 *
 * Every method is one transaction. An intent's state is its rows and nothing
 * else, so any process can go on with it.
 *
 * @param options.pool - A pool on the database.
 * @returns The store. Call `close()` before the pool is ended.
 */
export function createIntentStore(options: {
  readonly pool: pg.Pool
}): IntentStore {
  const { pool } = options
  const events = createEventWatch({ pool })

  async function readIntent(
    database: Queryable,
    id: string,
  ): Promise<StoredIntent | null> {
    if (!isStorable(id)) return null
    const { rows } = await database.query<IntentRow>(
      `select ${intentColumns} from intent where id = $1`,
      [id],
    )
    const row = rows[0]
    if (row === undefined) return null
    const artifacts = await readCurrentArtifacts(database, [id])
    return toStoredIntent(row, artifacts)
  }

  async function mustRead(client: Queryable, id: string) {
    const intent = await readIntent(client, id)
    if (intent === null) throw new IntentNotFoundError({ intentId: id })
    return intent
  }

  /** Locks the row and checks that the writer saw its newest state. */
  async function lockIntent(
    client: pg.PoolClient,
    intentId: string,
    expectedVersion: number,
  ): Promise<void> {
    const { rows } = await client.query<{ version: number }>(
      'select version from intent where id = $1 for update',
      [intentId],
    )
    const row = rows[0]
    if (row === undefined) throw new IntentNotFoundError({ intentId })
    if (row.version !== expectedVersion)
      throw new IntentChangedError({
        intentId,
        expectedVersion,
        storedVersion: row.version,
      })
  }

  async function addEvent(
    client: pg.PoolClient,
    event: {
      readonly intentId: string
      readonly type: IntentEvent['type']
      readonly message: string
    },
  ): Promise<void> {
    const { rowCount } = await client.query(
      `with counted as (
        update intent set last_sequence = last_sequence + 1 where id = $1
        returning id, last_sequence, stage, status),
      added as (
        insert into event (intent_id, sequence, type, stage, status, message)
        select id, last_sequence, $2, stage, status, $3 from counted)
      select pg_notify('${eventChannel}', id) from counted`,
      [event.intentId, event.type, JSON.stringify(event.message)],
    )
    if (rowCount === 0)
      throw new IntentNotFoundError({ intentId: event.intentId })
  }

  async function inEventTransaction<Result>(
    intentId: string,
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const result = await inTransaction(pool, work)
    events.wake(intentId)
    return result
  }

  const create: IntentStorePort['create'] = async (order) => {
    const { id, principal, idempotencyKey, artifact } = order
    const { rows } = await pool
      .query<{ id: string }>(
        `with created as (
          insert into intent (id, principal, idempotency_key, body_hash, account,
            chain_id, utterance, stage, status, last_sequence)
          values ($1, $2, $3, $4, $5, $6, $7, 'utterance', 'running', 1)
          on conflict (principal, idempotency_key)
            where idempotency_key is not null do nothing
          returning id),
        written as (
          insert into artifact (intent_id, stage, revision, hash, body)
          select id, 'utterance', 1, $8, $9 from created),
        told as (
          insert into event (intent_id, sequence, type, stage, status, message)
          select id, 1, 'stage', 'utterance', 'running', $10 from created)
        select id, pg_notify('${eventChannel}', id) from created`,
        [
          id,
          principal,
          idempotencyKey ?? null,
          toBytes(order.bodyHash),
          toBytes(order.account),
          order.chainId,
          JSON.stringify(order.utterance),
          toBytes(artifact.hash),
          toBody(artifact.body),
          JSON.stringify('Received.'),
        ],
      )
      .catch((error: unknown) => {
        const { code, constraint } = error as {
          code?: string
          constraint?: string
        }
        // Either a stranger's id, or the same request twice at one moment.
        if (code === '23505' && constraint === 'intent_pkey')
          return { rows: [] }
        throw error
      })
    if (rows[0] !== undefined) {
      events.wake(id)
      return { intent: await mustRead(pool, id), created: true }
    }
    if (idempotencyKey === undefined)
      throw new IntentExistsError({ intentId: id })
    const { rows: first } = await pool.query<{ id: string; body_hash: Buffer }>(
      'select id, body_hash from intent where principal = $1 and idempotency_key = $2',
      [principal, idempotencyKey],
    )
    const found = first[0]
    if (found === undefined) throw new IntentExistsError({ intentId: id })
    if (toHex(found.body_hash) !== order.bodyHash.toLowerCase())
      throw new IdempotencyKeyReusedError({ key: idempotencyKey })
    return { intent: await mustRead(pool, found.id), created: false }
  }

  const readPage = async (
    rows: readonly IntentRow[],
    limit: number,
  ): Promise<readonly StoredIntent[]> => {
    const page = rows.slice(0, limit)
    const artifacts = await readCurrentArtifacts(
      pool,
      page.map(({ id }) => id),
    )
    return page.map((row) =>
      toStoredIntent(
        row,
        artifacts.filter(({ intent_id }) => intent_id === row.id),
      ),
    )
  }

  const listByChange: IntentStorePort['list'] = async (options) => {
    const { limit, cursor } = options
    const before = cursor === undefined ? undefined : parseChangeCursor(cursor)
    const values: unknown[] = [limit + 1]
    const bind = (value: unknown): string => `$${values.push(value)}`
    // Written out as it is needed, so that the index of an account serves it.
    const isOwn =
      options.account === undefined
        ? 'true'
        : `account = ${bind(toBytes(options.account))}`
    const isAfter =
      before === undefined
        ? 'true'
        : `(updated_at, position) <
            (timestamptz 'epoch' + ${bind(before.updatedMicroseconds)}::bigint * interval '1 microsecond',
             ${bind(before.position)}::bigint)`
    const [{ rows }, { rows: counted }] = await Promise.all([
      pool.query<IntentRow & { readonly updated_microseconds: string }>(
        `select ${intentColumns},
          (extract(epoch from updated_at) * 1000000)::bigint::text
            as updated_microseconds
         from intent where ${isOwn} and ${isAfter}
         order by updated_at desc, position desc limit $1`,
        values,
      ),
      pool.query<{ total: string }>(
        `select count(*)::text as total from intent
         where ($1::bytea is null or account = $1)`,
        [options.account === undefined ? null : toBytes(options.account)],
      ),
    ])
    const last = rows[limit - 1]
    return {
      intents: await readPage(rows, limit),
      total: Number(counted[0]?.total ?? 0),
      ...(rows.length > limit && last !== undefined
        ? {
            nextCursor: toChangeCursor({
              updatedMicroseconds: last.updated_microseconds,
              position: last.position,
            }),
          }
        : {}),
    }
  }

  const list: IntentStorePort['list'] = async (options) => {
    if (options.order === 'updated') return listByChange(options)
    const { limit, cursor, account } = options
    const before = cursor === undefined ? null : parseCursor(cursor)
    const { rows } = await pool.query<IntentRow>(
      `select ${intentColumns} from intent
       where ($1::bigint is null or position < $1)
         and ($2::bytea is null or account = $2)
       order by position desc limit $3`,
      [before, account === undefined ? null : toBytes(account), limit + 1],
    )
    const last = rows.slice(0, limit).at(-1)
    return {
      intents: await readPage(rows, limit),
      ...(rows.length > limit && last !== undefined
        ? { nextCursor: toCursor(last.position) }
        : {}),
    }
  }

  const append: IntentStorePort['append'] = (order) => {
    const { intentId, stage, hash, body, status } = order
    return inEventTransaction(intentId, async (client) => {
      await lockIntent(client, intentId, order.expectedVersion)
      await client.query(
        `update artifact set superseded_at = now()
         where intent_id = $1 and superseded_at is null and stage = any($2)`,
        [intentId, stages.slice(stages.indexOf(stage))],
      )
      await client.query(
        `insert into artifact (intent_id, stage, revision, hash, parent_hash, body)
         select $1, $2, 1 + count(*), $3, $4, $5 from artifact
         where intent_id = $1 and stage = $2`,
        [
          intentId,
          stage,
          toBytes(hash),
          'parentHash' in body ? toBytes(body.parentHash) : null,
          toBody(body),
        ],
      )
      await writeApproval(client, intentId, body)
      await writeStatus(client, { intentId, stage, status, problem: null })
      await addEvent(client, {
        intentId,
        type: 'stage',
        message: order.message,
      })
      return mustRead(client, intentId)
    })
  }

  const setStatus: IntentStorePort['setStatus'] = (order) => {
    const { intentId, status } = order
    return inEventTransaction(intentId, async (client) => {
      await lockIntent(client, intentId, order.expectedVersion)
      // What will not go on must not be carried out later by an old yes.
      if (!isWorking(status))
        await withdrawApprovals(client, {
          intentId,
          // An order is done when it stands; what it has sent for that is done too.
          mayHaveBegun: status === 'done',
        })
      await writeStatus(client, {
        intentId,
        stage: null,
        status,
        problem:
          order.problem === undefined ? null : JSON.stringify(order.problem),
      })
      await addEvent(client, {
        intentId,
        type: 'status',
        message: order.message,
      })
      return mustRead(client, intentId)
    })
  }

  return {
    create,
    get: (id) => readIntent(pool, id),
    list,
    append,
    setStatus,
    addProgress: ({ intentId, message }) =>
      inEventTransaction(intentId, (client) =>
        addEvent(client, { intentId, type: 'progress', message }),
      ),
    readEvents: async ({ intentId, afterSequence }) => {
      if (!isStorable(intentId)) return []
      const { rows } = await pool.query<EventRow>(
        `select sequence, type, stage, status, message, at from event
         where intent_id = $1 and sequence > $2 order by sequence`,
        [intentId, afterSequence],
      )
      return rows.map((row) => ({
        sequence: row.sequence,
        intentId,
        type: row.type,
        stage: row.stage,
        status: row.status,
        at: row.at.toISOString(),
        message: JSON.parse(row.message) as string,
      }))
    },
    subscribe: ({ intentId, onEvent }) => events.watch(intentId, onEvent),
    readArtifacts: (intentId) => readAllArtifacts(pool, intentId),
    ...createLeases({ pool }),
    ...createMailbox({ pool, wake: events.wake }),
    close: events.close,
  }
}

type EventRow = {
  readonly sequence: number
  readonly type: IntentEvent['type']
  readonly stage: Stage
  readonly status: IntentStatus
  readonly message: string
  readonly at: Date
}

function toBody(body: WireArtifact): string {
  // An artifact is JSON in its wire form: the cast drops only readonly marks.
  return toCanonicalJson(body as unknown as JsonValue)
}

async function readCurrentArtifacts(
  database: Queryable,
  intentIds: readonly string[],
): Promise<readonly ArtifactRow[]> {
  if (intentIds.length === 0) return []
  const { rows } = await database.query<ArtifactRow>(
    `select intent_id, stage, hash, body from artifact
     where intent_id = any($1) and superseded_at is null`,
    [intentIds],
  )
  return rows.sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
}

async function readAllArtifacts(
  pool: pg.Pool,
  intentId: string,
): Promise<readonly StoredArtifact[]> {
  type Row = {
    readonly stage: Stage
    readonly revision: number
    readonly hash: Buffer
    readonly parent_hash: Buffer | null
    readonly body: string
    readonly created_at: Date
    readonly superseded_at: Date | null
  }
  if (!isStorable(intentId)) return []
  const { rows } = await pool.query<Row>(
    `select stage, revision, hash, parent_hash, body, created_at, superseded_at
     from artifact where intent_id = $1 order by created_at`,
    [intentId],
  )
  return rows.map((row) => ({
    stage: row.stage,
    revision: row.revision,
    hash: toHex(row.hash),
    parentHash: row.parent_hash === null ? undefined : toHex(row.parent_hash),
    text: row.body,
    createdAt: row.created_at.toISOString(),
    supersededAt: row.superseded_at?.toISOString(),
  }))
}

/**
 * Sets stage and status, and when to look at the intent next: at once while it
 * is working or has mail, else when mail comes. Runs under the row's lock, in a
 * statement of its own, so that mail of a moment ago is seen.
 */
async function writeStatus(
  client: pg.PoolClient,
  to: {
    readonly intentId: string
    readonly stage: Stage | null
    readonly status: IntentStatus
    readonly problem: string | null
  },
): Promise<void> {
  await client.query(
    `update intent set
      stage = coalesce($2, stage), status = $3, problem = $4,
      version = version + 1, updated_at = now(),
      due_at = case when $5 or exists (
        select 1 from message where intent_id = $1 and consumed_at is null)
        then now() end
     where id = $1`,
    [to.intentId, to.stage, to.status, to.problem, isWorking(to.status)],
  )
}

/** Keeps the outbox's list of approved plans in step with the artifacts. */
async function writeApproval(
  client: pg.PoolClient,
  intentId: string,
  body: WireArtifact,
): Promise<void> {
  // A plan that was replaced must not be carried out by its old approval.
  if (stages.indexOf(body.stage) <= stages.indexOf('approval'))
    await withdrawApprovals(client, { intentId, mayHaveBegun: false })
  if (body.stage !== 'approval') return
  await client.query(
    `update message set consumed_at = now()
     where intent_id = $1 and type = 'approval' and key = $2 and consumed_at is null`,
    [intentId, body.planHash.toLowerCase()],
  )
  if (body.decision !== 'approve') return
  const by = toApprover(body.by)
  const { rows } = await client.query<{ intent_id: string }>(
    `with added as (
      insert into approval (plan_hash, intent_id, by) values ($1, $2, $3)
      on conflict (plan_hash) do nothing returning intent_id)
     select intent_id from added
     union all select intent_id from approval where plan_hash = $1`,
    [toBytes(body.planHash), intentId, toBytes(by)],
  )
  if (rows.some(({ intent_id }) => intent_id !== intentId))
    throw new ApprovalConflictError({ planHash: body.planHash, intentId })
}

function toApprover(
  by: Extract<WireArtifact, { stage: 'approval' }>['by'],
): Hex {
  switch (by.type) {
    case 'person':
      return by.account
    case 'policy':
      return by.policyHash
    case 'order':
      return by.termsHash
    default:
      return by satisfies never
  }
}

/**
 * Takes back what was approved and not begun. A process that slept past its lease
 * may not know that another has begun meanwhile: what has begun comes to its end.
 *
 * @throws {PlanBegunError} when one has begun, unless it may have.
 */
async function withdrawApprovals(
  client: pg.PoolClient,
  of: { readonly intentId: string; readonly mayHaveBegun: boolean },
): Promise<void> {
  const { intentId, mayHaveBegun } = of
  // Under the lock that whoever begins takes: either sees what the other did.
  const { rows } = await client.query<{ plan_hash: Buffer; is_begun: boolean }>(
    `select plan_hash, consumed_by is not null as is_begun from approval
     where intent_id = $1 for update`,
    [intentId],
  )
  const begun = rows.find(({ is_begun }) => is_begun)
  if (begun !== undefined && !mayHaveBegun)
    throw new PlanBegunError({ intentId, planHash: toHex(begun.plan_hash) })
  await client.query(
    'delete from approval where intent_id = $1 and consumed_by is null',
    [intentId],
  )
}
