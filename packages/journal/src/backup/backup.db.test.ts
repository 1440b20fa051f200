import type { Address, Hex, LegOrder } from '@behest/spec'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOutbox } from '../outbox/createOutbox.js'
import {
  createOutboxWorker,
  type OutboxWorker,
} from '../outbox/createOutboxWorker.js'
import { createSender } from '../outbox/createSender.js'
import { idempotencySchema, journalSchema } from '../schema.js'
import {
  createScriptedChain,
  type ScriptedChain,
  signForScriptedChain,
} from '../testing/createScriptedChain.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import {
  BackupNamespaceUnknownError,
  BackupUnreadableError,
  RestoreTargetNotEmptyError,
} from './errors.js'
import { restoreBackup } from './restoreBackup.js'
import { writeBackup } from './writeBackup.js'

const account: Address = '0x00000000000000000000000000000000000000a1'
const target: Address = '0x00000000000000000000000000000000000000b2'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const sets = [journalSchema, idempotencySchema]

let source: TestDatabase
let empty: TestDatabase
let chain: ScriptedChain
let workers: OutboxWorker[]

beforeEach(async () => {
  source = await createTestDatabase({ schemas: sets })
  empty = await createTestDatabase()
  chain = createScriptedChain()
  workers = []
})
afterEach(async () => {
  for (const worker of workers) await worker.stop()
  await source.drop()
  await empty.drop()
})

async function backup(database: TestDatabase, known = sets) {
  const lines: string[] = []
  await writeBackup({
    pool: database.pool,
    sets: known,
    now: () => new Date(0),
    write: async (line) => {
      lines.push(line)
    },
  })
  return lines
}

const restore = (
  lines: readonly string[],
  change: { known?: typeof sets; readNonce?: () => Promise<number> } = {},
) =>
  restoreBackup({
    pool: empty.pool,
    sets: change.known ?? sets,
    lines: (async function* () {
      yield* lines
    })(),
    readNonce:
      change.readNonce ??
      (() => chain.readNonce({ address: account, include: 'pending' })),
  })

async function startSender(database: TestDatabase) {
  const outbox = createOutbox({ pool: database.pool })
  const worker = await createOutboxWorker({
    outbox,
    pool: database.pool,
    chain,
    sign: signForScriptedChain,
  })
  workers.push(worker)
  return { outbox, sender: createSender({ outbox, workers: [worker] }) }
}

async function toOrder(n: number): Promise<LegOrder> {
  const order: LegOrder = {
    legId: hashOf(1_000 + n),
    intentId: `i${n}`,
    planHash: hashOf(n),
    stepId: 's1',
    callIndex: 0,
    chainId: 31_337,
    account,
    to: target,
    valueWei: 2n ** 255n,
    data: '0xc0ffee',
    gasLimit: 21_000n,
    maxFeePerGasWei: 100_000n,
    deadlineUnixSeconds: 2_000_000,
  }
  await source.pool.query(
    `insert into approval (plan_hash, intent_id, by) values ($1, $2, '\\x00')`,
    [Buffer.from(order.planHash.slice(2), 'hex'), order.intentId],
  )
  return order
}

async function readEverything(database: TestDatabase) {
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r'
      and relnamespace = 'public'::regnamespace
      and relname <> 'schema_version' order by 1`,
  )
  const tables: Record<string, unknown> = {}
  for (const { name } of rows)
    tables[name] = (
      await database.pool.query(
        `select row_to_json(t)::text as line from ${name} as t order by 1`,
      )
    ).rows
  return tables
}

describe('backup and restore', () => {
  test('default: every row is there again, to the bit, and counters go on', async () => {
    const { sender } = await startSender(source)
    await sender.carryOut(await toOrder(1), { waitMs: 5_000 })
    await workers.pop()?.stop()
    await source.pool.query(
      `insert into kept_answer values ('p', 'k', '\\xff00', 201, $1, null,
        now(), now(), now() + interval '1 day')`,
      ['text with "quotes", \\u0000, 日本 and \\ ends'],
    )
    const { rows } = await restore(await backup(source))
    expect(rows).toBeGreaterThan(3)
    expect(await readEverything(empty)).toEqual(await readEverything(source))
    const after = await startSender(empty)
    await empty.pool.query(
      `insert into approval (plan_hash, intent_id, by) values ($1, 'i2', '\\x00')`,
      [Buffer.from(hashOf(2).slice(2), 'hex')],
    )
    const second = { ...(await toOrder(2)) }
    expect(
      await after.sender.carryOut(second, { waitMs: 5_000 }),
    ).toMatchObject({ type: 'succeeded', nonce: 1 })
  })

  test('behavior: what was under way is finished, and nothing twice', async () => {
    chain.levers.automine = false
    const { sender, outbox } = await startSender(source)
    const sent = await toOrder(1)
    await sender.carryOut(sent, { waitMs: 300 })
    await workers.pop()?.stop()
    const queued = await toOrder(2)
    await outbox.queueLegs({
      chain: await chain.readIdentity(),
      depth: 1,
      legs: [queued],
    })
    const lines = await backup(source)
    // The place that it was made at is gone, with whatever waited in the node.
    chain.dropPool()
    const { halted } = await restore(lines)
    expect(halted).toEqual([])
    chain.levers.automine = true
    const after = await startSender(empty)
    for (const order of [sent, queued])
      expect(
        await after.sender.carryOut(order, { waitMs: 5_000 }),
      ).toMatchObject({ type: 'succeeded' })
    expect([...chain.countEffects().values()]).toEqual([1, 1])
  })

  test('behavior: a backup from before a payment does not pay it again', async () => {
    const { sender, outbox } = await startSender(source)
    await sender.carryOut(await toOrder(1), { waitMs: 5_000 })
    await workers.pop()?.stop()
    const order = await toOrder(2)
    await outbox.queueLegs({
      chain: await chain.readIdentity(),
      depth: 1,
      legs: [order],
    })
    const lines = await backup(source)
    // Life went on after the backup.
    const later = await startSender(source)
    await later.sender.carryOut(order, { waitMs: 5_000 })
    await workers.pop()?.stop()
    const { halted } = await restore(lines)
    expect(halted).toMatchObject([{ address: account, nextNonce: 1 }])
    const after = await startSender(empty)
    expect(await after.sender.carryOut(order, { waitMs: 500 })).toMatchObject({
      type: 'unknown',
    })
    expect([...chain.countEffects().values()]).toEqual([1, 1])
  })

  test('behavior: while the chain cannot be asked nothing is signed', async () => {
    const { outbox } = await startSender(source)
    const order = await toOrder(1)
    await workers.pop()?.stop()
    await outbox.queueLegs({
      chain: await chain.readIdentity(),
      depth: 1,
      legs: [order],
    })
    const { halted } = await restore(await backup(source), {
      readNonce: async () => {
        throw new TypeError('away')
      },
    })
    expect(halted).toHaveLength(1)
    const after = await startSender(empty)
    await after.sender.carryOut(order, { waitMs: 300 })
    expect(chain.offered).toEqual([])
  })

  test('error: BackupUnreadableError: cut off, changed, or of another program', async () => {
    const lines = await backup(source)
    const cases = {
      cut: lines.slice(0, -1),
      changed: lines.map((line) =>
        line.replace('"createdAt":"1970', '"createdAt":"1971'),
      ),
      none: ['{}'],
      words: ['hello'],
    }
    for (const broken of Object.values(cases)) {
      await expect(restore(broken)).rejects.toThrow(BackupUnreadableError)
      await empty.drop()
      empty = await createTestDatabase()
    }
    await expect(
      restore(lines, { known: [idempotencySchema] }),
    ).rejects.toThrow(BackupUnreadableError)
  })

  test('error: RestoreTargetNotEmptyError', async () => {
    const lines = await backup(source)
    await restore(lines)
    await expect(restore(lines)).rejects.toThrow(RestoreTargetNotEmptyError)
  })

  test('error: BackupNamespaceUnknownError', async () => {
    await expect(backup(source, [journalSchema])).rejects.toThrow(
      BackupNamespaceUnknownError,
    )
  })
})
