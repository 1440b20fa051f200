import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from '@behest/spec'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import {
  createIntentStore,
  type IntentStore,
} from '../intents/createIntentStore.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { startProgram } from '../testing/startProgram.js'
import {
  createIntentRunner,
  type IntentRunner,
  type IntentRunnerOptions,
} from './createIntentRunner.js'
import { createWorkflows, WorkflowsRunningError } from './createWorkflows.js'
import { takeExecutorSlot } from './takeExecutorSlot.js'

const hash: Hex = `0x${'7'.repeat(64)}`
const account = '0x00000000000000000000000000000000000000a1'
let database: TestDatabase
let store: IntentStore
let runners: IntentRunner[]
let count = 0

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [journalSchema] })
  store = createIntentStore({ pool: database.pool })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await database.pool.query('truncate intent cascade')
  runners = []
})
afterEach(async () => {
  for (const runner of runners) await runner.stop()
})

function start(
  change: Partial<IntentRunnerOptions> & Pick<IntentRunnerOptions, 'advance'>,
): IntentRunner {
  const runner = createIntentRunner({ store, owner: 'a', ...change })
  runners.push(runner)
  return runner
}

async function createIntent(): Promise<string> {
  const id = `r${++count}`
  await store.create({
    id,
    principal: 'alice',
    bodyHash: hash,
    account,
    chainId: 31_337,
    utterance: 'lend it',
    artifact: {
      hash,
      body: {
        stage: 'utterance',
        text: 'lend it',
        account,
        chainId: 31_337,
        context: { now: '2026-01-01T00:00:00Z', timeZone: 'UTC' },
        receivedAt: '2026-01-01T00:00:00Z',
      },
    },
  })
  return id
}

async function finish(intentId: string): Promise<'ended'> {
  const intent = await store.get(intentId)
  await store.setStatus({
    intentId,
    expectedVersion: intent?.version ?? 0,
    status: 'done',
    message: 'done',
  })
  return 'ended'
}

async function untilAllDone(): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ open: number }>(
      `select count(*)::int as open from intent where status <> 'done'`,
    )
    if (rows[0]?.open === 0) return
    await sleep(10)
  }
}

describe('createIntentRunner', () => {
  test('default: finds what was there before, and what is announced', async () => {
    await createIntent()
    const runner = start({ advance: finish, pollEveryMs: 60_000 })
    await untilAllDone()
    const id = await createIntent()
    runner.wake(id)
    await untilAllDone()
    expect((await store.get(id))?.status).toBe('done')
  })

  test('behavior: finds what nobody announced', async () => {
    start({ advance: finish, pollEveryMs: 20 })
    await sleep(50)
    await createIntent()
    await untilAllDone()
    expect((await store.list({ limit: 9 })).intents).toHaveLength(1)
  })

  test('behavior: three runners, each intent by one at a time', async () => {
    const now = new Map<string, number>()
    let mostAtOnce = 0
    const calls = new Map<string, number>()
    const advance = async (intentId: string) => {
      now.set(intentId, (now.get(intentId) ?? 0) + 1)
      mostAtOnce = Math.max(mostAtOnce, now.get(intentId) ?? 0)
      await sleep(5)
      const call = (calls.get(intentId) ?? 0) + 1
      calls.set(intentId, call)
      now.set(intentId, (now.get(intentId) ?? 1) - 1)
      return call < 3 ? 'again' : finish(intentId)
    }
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => createIntent()),
    )
    const all = ['a', 'b', 'c'].map((owner) =>
      start({ advance, owner, pollEveryMs: 10 }),
    )
    for (const id of ids) for (const runner of all) runner.wake(id)
    await untilAllDone()
    expect(mostAtOnce).toBe(1)
    expect([...calls.values()]).toEqual(ids.map(() => 3))
  })

  test('behavior: woken while at work, it looks once more', async () => {
    const id = await createIntent()
    let looks = 0
    const runner = start({
      pollEveryMs: 60_000,
      advance: async (intentId) => {
        looks++
        if (looks === 1) {
          await store.setStatus({
            intentId,
            expectedVersion: 1,
            status: 'needs-answer',
            message: '',
          })
          await sleep(50)
          return 'waiting'
        }
        return finish(intentId)
      },
    })
    runner.wake(id)
    while (looks === 0) await sleep(2)
    runner.wake(id)
    await untilAllDone()
    expect(looks).toBe(2)
  })

  test('behavior: what failed is tried again, and told', async () => {
    await createIntent()
    const errors: unknown[] = []
    let failuresLeft = 1
    start({
      pollEveryMs: 20,
      onError: (error) => errors.push(error),
      advance: async (intentId) => {
        if (failuresLeft-- > 0) throw new RangeError('not now')
        return finish(intentId)
      },
    })
    await untilAllDone()
    expect(errors).toEqual([new RangeError('not now')])
  })

  test('behavior: a lease is kept alive for as long as the work takes', async () => {
    await createIntent()
    const by: string[] = []
    const advance = (owner: string) => async (intentId: string) => {
      by.push(owner)
      await sleep(2_500)
      return finish(intentId)
    }
    start({ advance: advance('a'), owner: 'a', leaseSeconds: 1.5 })
    while (by.length === 0) await sleep(5)
    start({
      advance: advance('b'),
      owner: 'b',
      leaseSeconds: 1.5,
      pollEveryMs: 20,
    })
    await untilAllDone()
    expect(by).toEqual(['a'])
  })

  test('behavior: stop waits for what is under way, and takes nothing new', async () => {
    const id = await createIntent()
    const runner = start({
      pollEveryMs: 10,
      advance: async (intentId) => {
        await sleep(100)
        return finish(intentId)
      },
    })
    while (runner.busy().length === 0) await sleep(2)
    await runner.stop()
    expect((await store.get(id))?.status).toBe('done')
    const late = await createIntent()
    runner.wake(late)
    await sleep(50)
    expect((await store.get(late))?.status).toBe('running')
    await finish(late)
  })
})

describe('takeExecutorSlot', () => {
  test('default: each living process has a name of its own', async () => {
    const { pool } = database
    const first = await takeExecutorSlot({ pool, kind: 'api' })
    const second = await takeExecutorSlot({ pool, kind: 'api' })
    expect([first.name, second.name]).toEqual(['api-0', 'api-1'])
    await first.release()
    const third = await takeExecutorSlot({ pool, kind: 'api' })
    expect(third.name).toBe('api-0')
    await second.release()
    await third.release()
  })

  test('behavior: keeps its name when the connection breaks', async () => {
    const { pool } = database
    const slot = await takeExecutorSlot({ pool, kind: 'api' })
    const readHolders = async (): Promise<readonly number[]> =>
      (
        await pool.query<{ pid: number }>(
          `select pid from pg_locks join pg_stat_activity using (pid)
           where locktype = 'advisory' and granted
            and application_name = 'behest-slot' and datname = current_database()`,
        )
      ).rows.map(({ pid }) => pid)
    const [before] = await readHolders()
    await pool.query('select pg_terminate_backend($1)', [before])
    // The one that is being ended may still be seen for a moment.
    const isHeldAgain = async () => {
      const holders = await readHolders()
      return holders.length === 1 && holders[0] !== before
    }
    while (!(await isHeldAgain())) await sleep(5)
    const other = await takeExecutorSlot({ pool, kind: 'api' })
    expect([slot.name, other.name]).toEqual(['api-0', 'api-1'])
    await slot.release()
    await other.release()
  })
})

for (const mode of ['leases', 'workflows'] as const)
  describe(`killed while it drives intents by ${mode}`, () => {
    test('behavior: the next process goes on, and writes nothing twice', async () => {
      const ids = await Promise.all(
        Array.from({ length: 12 }, () => createIntent()),
      )
      for (let kills = 0; kills < 3; kills++) {
        const victim = startProgram('runIntents', [
          database.connectionString,
          mode,
        ])
        expect(await victim.readLine()).toBe('test-0')
        await sleep(60)
        await victim.kill()
      }
      const last = startProgram('runIntents', [database.connectionString, mode])
      await untilAllDone()
      await last.kill()
      for (const id of ids) {
        const events = await store.readEvents({
          intentId: id,
          afterSequence: 1,
        })
        expect(events.map(({ message }) => message)).toEqual([
          'version 1',
          'version 2',
          'version 3',
          'version 4',
          'version 5',
        ])
      }
    })
  })

describe('createWorkflows', () => {
  test('default: drives an intent to its end, once in a process', async () => {
    const calls: string[] = []
    const advance = async (intentId: string) => {
      calls.push(intentId)
      return calls.length < 3 ? 'again' : finish(intentId)
    }
    const errors: unknown[] = []
    const workflows = createWorkflows({
      pool: database.pool,
      executorId: 'unit-0',
      advance,
      onError: (error) => errors.push(error),
    })
    expect(() =>
      createWorkflows({ pool: database.pool, executorId: 'x', advance }),
    ).toThrow(WorkflowsRunningError)
    await workflows.ready
    const id = await createIntent()
    const runner = start({ advance, drive: workflows.drive })
    runner.wake(id)
    await untilAllDone()
    await runner.stop()
    expect(calls).toEqual([id, id, id])
    const { rows } = await database.pool.query<{ workflow_uuid: string }>(
      'select workflow_uuid from dbos.workflow_status',
    )
    const named = rows.filter(({ workflow_uuid }) =>
      workflow_uuid.startsWith(`${id}:`),
    )
    expect(named).toHaveLength(1)
    await workflows.stop()
    expect(errors).toEqual([])
  })
})
