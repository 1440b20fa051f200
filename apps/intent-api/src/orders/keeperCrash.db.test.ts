import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  createOrderStore,
  journalSchema,
  standingSchema,
} from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import type { OrderTerms } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = fileURLToPath(
  new URL('../../dist/orders/testing/keepOrders.js', import.meta.url),
)
const start = 1_800_000_000
const runs = 25
const orderCount = 6
let database: TestDatabase
const children = new Set<ChildProcess>()

beforeAll(async () => {
  database = await createTestDatabase({
    schemas: [journalSchema, standingSchema],
  })
  await database.pool.query(
    `create table chain_time (unix bigint not null);
     insert into chain_time values (${start - 1});
     create table fake_intent (id text primary key, made_at timestamptz default now());
     create table effect (order_id text, period text, at timestamptz default now())`,
  )
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await database.drop()
})

/** Starts a keeper; `ready` resolves when it is at work. */
function keep(name: string, skewMs: number) {
  const child = spawn(
    process.execPath,
    [program, database.connectionString, name, String(skewMs)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.add(child)
  child.on('exit', () => children.delete(child))
  const ready = new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', () => resolve())
  })
  return { child, ready }
}

const terms = (missedRuns: OrderTerms['missedRuns']): OrderTerms => ({
  version: 1,
  account: '0x00000000000000000000000000000000000000a1',
  chainId: 31337,
  utterance: 'swap 1 USDC for ETH every minute',
  steps: [{ id: 's1', action: 'swap', spans: {} }] as OrderTerms['steps'],
  schedule: {
    text: 'every minute',
    timeZone: 'Europe/Berlin',
    startUnixSeconds: start,
    every: { count: 1, unit: 'minute' },
  },
  conditions: [],
  missedRuns,
  graceSeconds: 60,
  bounds: [],
  maxRuns: runs,
  periodSeconds: 60,
  expiresUnixSeconds: start + 86_400,
  custody: 'direct',
})

describe('two keepers', () => {
  test('behavior: killed at any moment, with clocks a day apart, they neither lose nor double a run', async () => {
    const store = createOrderStore({ pool: database.pool })
    const ids = Array.from(
      { length: orderCount },
      (_, index) => `order${index}`,
    )
    for (const [index, orderId] of ids.entries())
      await store.open({
        orderId,
        terms: {
          ...terms(index % 2 === 0 ? 'skip' : 'catch-up-once'),
          steps: [
            {
              id: 's1',
              action: 'transfer',
              token: { symbol: 'USDC' },
              amount: { kind: 'exact', decimal: '1' },
              to: '0x00000000000000000000000000000000000000b2',
              spans: {},
            },
          ],
        },
        termsHash: `0x${'1'.repeat(64)}`,
        signature: '0x01',
        dueUnixSeconds: start,
        message: 'stands',
      })
    const skews = [-86_400_000, 86_400_000]
    const pair = skews.map((skew, index) => keep(`keeper-${index}`, skew))
    await Promise.all(pair.map(({ ready }) => ready))
    let kills = 0
    let isOver = false
    const killing = (async () => {
      while (!isOver) {
        const index = kills % 2
        await pair[index]?.ready
        // At no moment of our choosing: it falls anywhere in their work.
        await sleep(Math.random() * 300)
        pair[index]?.child.kill('SIGKILL')
        kills += 1
        pair[index] = keep(`keeper-${index}`, skews[index] ?? 0)
      }
    })()
    for (let second = 0; second < runs * 60; second += 15) {
      await database.pool.query('update chain_time set unix = $1', [
        start + second,
      ])
      await sleep(150)
      // Time goes on when somebody came to look, or nobody can: on a busy machine a
      // keeper takes longer to start than a period lasts.
      const ended = Math.floor(second / 60) - 1
      for (let wait = 0; wait < 15; wait += 1) {
        const { rows } = await database.pool.query<{ count: number }>(
          `select count(distinct order_id)::int as count from effect
           where reverse(split_part(reverse(period), '-', 1))::int >= $1`,
          [ended],
        )
        if (ended < 0 || (rows[0]?.count ?? 0) >= orderCount / 2) break
        await sleep(100)
      }
    }
    isOver = true
    await killing
    // Now somebody is there, and what is open comes to an end.
    await database.pool.query('update chain_time set unix = $1', [
      start + runs * 60 + 3600,
    ])
    for (let wait = 0; wait < 200; wait += 1) {
      const { rows } = await database.pool.query<{ open: number }>(
        `select count(*)::int as open from standing_order where status = 'active'`,
      )
      if (rows[0]?.open === 0) break
      await sleep(100)
    }

    let effects = 0
    for (const orderId of ids) {
      expect((await store.get(orderId))?.status).toBe('done')
      const periods: number[] = []
      for (const { period, outcome, attempt } of await store.readRuns(
        orderId,
      )) {
        expect(['met', 'missed']).toContain(outcome)
        const [from = 0, to = from] = period.split('-').map(Number)
        for (let at = from; at <= to; at += 1) periods.push(at)
        const { rows } = await database.pool.query(
          'select 1 from effect where order_id = $1 and period = $2',
          [orderId, period],
        )
        expect(rows).toHaveLength(outcome === 'met' ? 1 : 0)
        expect(attempt).toBe(0)
        effects += rows.length
      }
      // Every period has its end, once.
      expect(periods).toEqual(Array.from({ length: runs }, (_, at) => at))
    }
    expect(kills).toBeGreaterThanOrEqual(5)
    expect(effects).toBeGreaterThan(orderCount * 5)
  }, 240_000)
})
