// One file because it is one table of intents: each test looks at it from another side.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, WireArtifact } from '@behest/spec'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOutbox } from '../outbox/createOutbox.js'
import { PlanNotApprovedError } from '../outbox/errors.js'
import { journalSchema } from '../schema.js'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { createIntentStore, type IntentStore } from './createIntentStore.js'
import {
  ApprovalConflictError,
  CursorMalformedError,
  IdempotencyKeyReusedError,
  IntentChangedError,
  IntentExistsError,
  IntentNotFoundError,
  MessageConflictError,
  PlanBegunError,
} from './errors.js'

const account = '0x00000000000000000000000000000000000000a1'
const otherAccount = '0x00000000000000000000000000000000000000b2'
const hashOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

let database: TestDatabase
let store: IntentStore
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
  await database.pool.query('truncate intent, approval cascade')
})

function toUtterance(text: string): WireArtifact {
  return {
    stage: 'utterance',
    text,
    account,
    chainId: 31_337,
    context: { now: '2026-01-01T00:00:00Z', timeZone: 'UTC' },
    receivedAt: '2026-01-01T00:00:00Z',
  }
}

function toCandidates(parentHash: Hex): WireArtifact {
  return { stage: 'candidates', parentHash, steps: [] }
}

function toApproval(
  planHash: Hex,
  decision: 'approve' | 'reject',
): WireArtifact {
  return {
    stage: 'approval',
    parentHash: hashOf(7),
    planHash,
    simulationHash: hashOf(7),
    decision,
    by: { type: 'person', account },
    decidedAt: '2026-01-01T00:00:00Z',
  }
}

function toOrder(change: Partial<Parameters<IntentStore['create']>[0]> = {}) {
  const id = `i${++count}`
  return {
    id,
    principal: 'alice',
    bodyHash: hashOf(1),
    account,
    chainId: 31_337,
    utterance: 'lend it',
    artifact: { hash: hashOf(2), body: toUtterance('lend it') },
    ...change,
  } as const
}

describe('create', () => {
  test('default', async () => {
    const order = toOrder()
    const { intent, created } = await store.create(order)
    expect(created).toBe(true)
    expect(intent).toMatchObject({
      id: order.id,
      account,
      chainId: 31_337,
      utterance: 'lend it',
      stage: 'utterance',
      status: 'running',
      version: 1,
      artifacts: [{ stage: 'utterance', hash: hashOf(2) }],
    })
    expect(await store.get(order.id)).toEqual(intent)
  })

  test('behavior: 50 requests at once with one key make one intent', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        store.create(toOrder({ idempotencyKey: 'k' })),
      ),
    )
    expect(new Set(answers.map(({ intent }) => intent.id)).size).toBe(1)
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
  })

  test('behavior: 20 requests at once with one id and key make one intent', async () => {
    const order = toOrder({ idempotencyKey: 'same' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.create(order)),
    )
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
  })

  test('behavior: a key belongs to its principal', async () => {
    const first = await store.create(toOrder({ idempotencyKey: 'k' }))
    const second = await store.create(
      toOrder({ idempotencyKey: 'k', principal: 'bob' }),
    )
    expect(second.created).toBe(true)
    expect(second.intent.id).not.toBe(first.intent.id)
  })

  test('behavior: every text comes back as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (utterance) => {
        const order = toOrder({
          utterance,
          artifact: { hash: hashOf(2), body: toUtterance(utterance) },
        })
        await store.create(order)
        const intent = await store.get(order.id)
        expect(intent?.utterance).toBe(utterance)
        expect(intent?.artifacts[0]?.body).toMatchObject({ text: utterance })
      }),
      { numRuns: 100, examples: [['\0'], ['\ud800'], ['half \udc00 pair']] },
    )
  })

  test('error: IdempotencyKeyReusedError', async () => {
    await store.create(toOrder({ idempotencyKey: 'k' }))
    await expect(
      store.create(toOrder({ idempotencyKey: 'k', bodyHash: hashOf(9) })),
    ).rejects.toThrow(IdempotencyKeyReusedError)
  })

  test('error: IntentExistsError', async () => {
    const order = toOrder()
    await store.create(order)
    await expect(
      store.create({ ...order, idempotencyKey: 'new' }),
    ).rejects.toThrow(IntentExistsError)
  })
})

describe('get', () => {
  test('behavior: gives nothing for ids that cannot be', async () => {
    expect(await store.get('none')).toBeNull()
    expect(await store.get('\0')).toBeNull()
    expect(await store.get('\ud800')).toBeNull()
  })
})

describe('list', () => {
  test('default: newest first, in pages, each once', async () => {
    const ids: string[] = []
    for (let n = 0; n < 7; n++)
      ids.push((await store.create(toOrder())).intent.id)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      })
      seen.push(...page.intents.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(ids.reverse())
  })

  test('behavior: of one account', async () => {
    await store.create(toOrder())
    const { intent } = await store.create(toOrder({ account: otherAccount }))
    const page = await store.list({
      limit: 10,
      account: otherAccount.toUpperCase().replace('0X', '0x') as Hex,
    })
    expect(page.intents.map(({ id }) => id)).toEqual([intent.id])
    expect(page.nextCursor).toBeUndefined()
  })

  test.each([account, undefined] as const)(
    'behavior: what changed last first, in pages, each once (%s)',
    async (of) => {
      const ids: string[] = []
      for (let n = 0; n < 7; n++)
        ids.push((await store.create(toOrder())).intent.id)
      if (of !== undefined)
        await store.create(toOrder({ account: otherAccount }))
      // Three at one moment, and the first of all last.
      await database.pool.query(
        `update intent set updated_at = case
          when id = $1 then timestamptz '2026-01-03'
          when id = any($2) then timestamptz '2026-01-02'
          else timestamptz '2026-01-01' end`,
        [ids[0], ids.slice(3, 6)],
      )
      const seen: string[] = []
      const totals = new Set<number | undefined>()
      let cursor: string | undefined
      do {
        const page = await store.list({
          order: 'updated',
          limit: 2,
          ...(of === undefined ? {} : { account: of }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.intents.map(({ id }) => id))
        totals.add(page.total)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(seen).toEqual([0, 5, 4, 3, 6, 2, 1].map((place) => ids[place]))
      expect([...totals]).toEqual([7])
    },
  )

  test('error: CursorMalformedError', async () => {
    for (const cursor of ['x', '', 'cDE7ZHJvcA', 'p'.repeat(400)])
      for (const order of ['created', 'updated'] as const)
        await expect(store.list({ order, limit: 1, cursor })).rejects.toThrow(
          CursorMalformedError,
        )
  })
})

describe('append', () => {
  test('default: artifact, status and event in one', async () => {
    const { intent } = await store.create(toOrder())
    const next = await store.append({
      intentId: intent.id,
      expectedVersion: 1,
      stage: 'candidates',
      hash: hashOf(3),
      body: toCandidates(hashOf(2)),
      status: 'needs-answer',
      message: 'Asked.',
    })
    expect(next).toMatchObject({
      stage: 'candidates',
      status: 'needs-answer',
      version: 2,
      artifacts: [{ stage: 'utterance' }, { stage: 'candidates' }],
    })
    expect(
      await store.readEvents({ intentId: intent.id, afterSequence: 1 }),
    ).toMatchObject([
      {
        sequence: 2,
        type: 'stage',
        stage: 'candidates',
        status: 'needs-answer',
        message: 'Asked.',
      },
    ])
  })

  test('behavior: artifacts of the same and later stages give way, and are kept', async () => {
    const { intent } = await store.create(toOrder())
    const common = {
      intentId: intent.id,
      status: 'running',
      message: '',
    } as const
    await store.append({
      ...common,
      expectedVersion: 1,
      stage: 'candidates',
      hash: hashOf(3),
      body: toCandidates(hashOf(2)),
    })
    await store.append({
      ...common,
      expectedVersion: 2,
      stage: 'approval',
      hash: hashOf(4),
      body: toApproval(hashOf(5), 'approve'),
    })
    const again = await store.append({
      ...common,
      expectedVersion: 3,
      stage: 'candidates',
      hash: hashOf(6),
      body: toCandidates(hashOf(2)),
    })
    expect(again.artifacts.map(({ stage, hash }) => [stage, hash])).toEqual([
      ['utterance', hashOf(2)],
      ['candidates', hashOf(6)],
    ])
    const all = await store.readArtifacts(intent.id)
    expect(
      all.map(({ stage, revision, supersededAt }) => [
        stage,
        revision,
        supersededAt === undefined,
      ]),
    ).toEqual([
      ['utterance', 1, true],
      ['candidates', 1, false],
      ['approval', 1, false],
      ['candidates', 2, true],
    ])
    const { rows } = await database.pool.query('select 1 from approval')
    expect(rows).toEqual([])
  })

  test('behavior: an artifact is kept byte for byte', async () => {
    const order = toOrder()
    await store.create(order)
    const [artifact] = await store.readArtifacts(order.id)
    expect(artifact?.text).toBe(
      '{"account":"0x00000000000000000000000000000000000000a1","chainId":31337,"context":{"now":"2026-01-01T00:00:00Z","timeZone":"UTC"},"receivedAt":"2026-01-01T00:00:00Z","stage":"utterance","text":"lend it"}',
    )
  })

  test('behavior: of 20 writers that saw one state, one writes', async () => {
    const { intent } = await store.create(toOrder())
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        store.append({
          intentId: intent.id,
          expectedVersion: 1,
          stage: 'candidates',
          hash: hashOf(3),
          body: toCandidates(hashOf(2)),
          status: 'running',
          message: '',
        }),
      ),
    )
    const failures = results.filter(({ status }) => status === 'rejected')
    expect(failures).toHaveLength(19)
    for (const failure of failures)
      expect((failure as PromiseRejectedResult).reason).toBeInstanceOf(
        IntentChangedError,
      )
    expect(
      (await store.readEvents({ intentId: intent.id, afterSequence: 0 })).map(
        ({ sequence }) => sequence,
      ),
    ).toEqual([1, 2])
  })

  test('behavior: a yes allows its plan, a no does not', async () => {
    const { intent } = await store.create(toOrder())
    const decide = (version: number, plan: number, yes: 'approve' | 'reject') =>
      store.append({
        intentId: intent.id,
        expectedVersion: version,
        stage: 'approval',
        hash: hashOf(50 + plan),
        body: toApproval(hashOf(plan), yes),
        status: 'running',
        message: '',
      })
    const readApprovals = async () => {
      const { rows } = await database.pool.query<{ plan: string }>(
        `select '0x' || encode(plan_hash, 'hex') as plan from approval`,
      )
      return rows.map(({ plan }) => plan)
    }
    await decide(1, 5, 'reject')
    expect(await readApprovals()).toEqual([])
    await decide(2, 6, 'approve')
    expect(await readApprovals()).toEqual([hashOf(6)])
    await store.setStatus({
      intentId: intent.id,
      expectedVersion: 3,
      status: 'cancelled',
      message: '',
    })
    expect(await readApprovals()).toEqual([])
  })

  test('error: IntentNotFoundError', async () => {
    await expect(
      store.append({
        intentId: 'none',
        expectedVersion: 1,
        stage: 'candidates',
        hash: hashOf(3),
        body: toCandidates(hashOf(2)),
        status: 'running',
        message: '',
      }),
    ).rejects.toThrow(IntentNotFoundError)
  })

  test('error: ApprovalConflictError', async () => {
    const first = (await store.create(toOrder())).intent
    const second = (await store.create(toOrder())).intent
    const approve = (intentId: string) =>
      store.append({
        intentId,
        expectedVersion: 1,
        stage: 'approval',
        hash: hashOf(4),
        body: toApproval(hashOf(5), 'approve'),
        status: 'running',
        message: '',
      })
    await approve(first.id)
    await expect(approve(second.id)).rejects.toThrow(ApprovalConflictError)
    expect((await store.get(second.id))?.stage).toBe('utterance')
  })
})

describe('a plan that has begun', () => {
  /** An approved intent, what queues its first leg, and what plans it anew. */
  async function approve(plan: number) {
    const { intent } = await store.create(toOrder())
    await store.append({
      intentId: intent.id,
      expectedVersion: 1,
      stage: 'approval',
      hash: hashOf(4),
      body: toApproval(hashOf(plan), 'approve'),
      status: 'running',
      message: '',
    })
    const at = { intentId: intent.id, expectedVersion: 2, message: '' }
    return {
      intentId: intent.id,
      begin: () =>
        createOutbox({ pool: database.pool }).queueLegs({
          chain: '31337:test',
          depth: 1,
          legs: [
            {
              legId: hashOf(1000 + plan),
              intentId: intent.id,
              planHash: hashOf(plan),
              stepId: 's1',
              callIndex: 0,
              chainId: 31_337,
              account,
              to: otherAccount,
              valueWei: 1n,
              data: '0x',
              gasLimit: 21_000n,
              maxFeePerGasWei: 1n,
              deadlineUnixSeconds: 2_000_000_000,
            },
          ],
        }),
      planAnew: () =>
        store.append({
          ...at,
          stage: 'candidates',
          hash: hashOf(6),
          body: toCandidates(hashOf(2)),
          status: 'running',
        }),
      end: (status: 'cancelled' | 'failed' | 'done') =>
        store.setStatus({ ...at, status }),
    }
  }

  test('L-SEND-10: it is not planned anew, nor said to be off, by who was asleep meanwhile', async () => {
    const { intentId, begin, planAnew, end } = await approve(21)
    await begin()
    await expect(planAnew()).rejects.toThrow(PlanBegunError)
    await expect(end('cancelled')).rejects.toThrow(PlanBegunError)
    await expect(end('failed')).rejects.toThrow(PlanBegunError)
    const stored = await store.get(intentId)
    expect(stored?.status).toBe('running')
    expect(stored?.artifacts.map(({ stage }) => stage)).toContain('approval')
    // An order stands, and is done, after its account was given its code.
    expect((await end('done')).status).toBe('done')
  })

  test('L-SEND-10: of beginning and planning anew at one moment, one happens', async () => {
    let begun = 0
    for (let plan = 100; plan < 140; plan++) {
      const { begin, planAnew } = await approve(plan)
      const [first, second] = await Promise.allSettled(
        plan % 2 === 0 ? [begin(), planAnew()] : [planAnew(), begin()],
      )
      const [leg, anew] = plan % 2 === 0 ? [first, second] : [second, first]
      const hasBegun = leg?.status === 'fulfilled'
      expect(anew?.status).toBe(hasBegun ? 'rejected' : 'fulfilled')
      if (leg?.status === 'rejected')
        expect(leg.reason).toBeInstanceOf(PlanNotApprovedError)
      if (anew?.status === 'rejected')
        expect(anew.reason).toBeInstanceOf(PlanBegunError)
      if (hasBegun) begun += 1
    }
    expect(begun).toBeGreaterThan(0)
  })
})

describe('setStatus', () => {
  test('default: keeps the problem until it goes on', async () => {
    const { intent } = await store.create(toOrder())
    const problem = {
      type: '/errors/NO_QUOTE',
      title: 'No quote',
      status: 422,
      detail: 'No agent "served" it.',
      code: 'NO_QUOTE',
      retry: 'never',
    } as const
    const failed = await store.setStatus({
      intentId: intent.id,
      expectedVersion: 1,
      status: 'failed',
      problem,
      message: 'Nobody could.',
    })
    expect(failed).toMatchObject({ status: 'failed', problem, version: 2 })
    const again = await store.setStatus({
      intentId: intent.id,
      expectedVersion: 2,
      status: 'running',
      message: 'Once more.',
    })
    expect(again.problem).toBeUndefined()
  })
})

describe('events', () => {
  test('behavior: sequences have no hole under concurrent progress', async () => {
    const { intent } = await store.create(toOrder())
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.addProgress({ intentId: intent.id, message: `${n}` }),
      ),
    )
    const events = await store.readEvents({
      intentId: intent.id,
      afterSequence: 5,
    })
    expect(events.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 16 }, (_, n) => n + 6),
    )
    expect((await store.get(intent.id))?.version).toBe(1)
  })

  test('behavior: subscribers of other processes are told', async () => {
    const other = createIntentStore({ pool: database.createPool() })
    const { intent } = await store.create(toOrder())
    const told = new Promise<void>((resolve) => {
      other.subscribe({ intentId: intent.id, onEvent: resolve })
    })
    await store.addProgress({ intentId: intent.id, message: 'hello' })
    await told
    expect(
      await other.readEvents({ intentId: intent.id, afterSequence: 1 }),
    ).toMatchObject([{ message: 'hello' }])
    await other.close()
  })

  test('behavior: told also when the listening connection broke', async () => {
    const other = createIntentStore({ pool: database.createPool() })
    const { intent } = await store.create(toOrder())
    let calls = 0
    other.subscribe({ intentId: intent.id, onEvent: () => calls++ })
    // Until the poll has seen the first state, and the listener is there.
    while (calls === 0) await sleep(10)
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'behest-listen' and datname = current_database()`,
    )
    calls = 0
    await store.addProgress({ intentId: intent.id, message: 'hello' })
    while (calls === 0) await sleep(10)
    expect(calls).toBeGreaterThan(0)
    await other.close()
  })

  test('behavior: silence after unsubscribing', async () => {
    const { intent } = await store.create(toOrder())
    let calls = 0
    const stop = store.subscribe({
      intentId: intent.id,
      onEvent: () => calls++,
    })
    await store.addProgress({ intentId: intent.id, message: 'one' })
    expect(calls).toBeGreaterThan(0)
    stop()
    calls = 0
    await store.addProgress({ intentId: intent.id, message: 'two' })
    await sleep(50)
    expect(calls).toBe(0)
  })
})

describe('leases', () => {
  test('behavior: one owner at a time, the next one after the lease', async () => {
    const { intent } = await store.create(toOrder())
    const claim = (owner: string) =>
      store.claim({ intentId: intent.id, owner, leaseSeconds: 60 })
    expect(await claim('a')).toEqual({ intentId: intent.id, run: 1 })
    expect(await claim('b')).toBeUndefined()
    await database.pool.query(
      `update intent set lease_until = now() - interval '1 second'`,
    )
    expect(await claim('b')).toEqual({ intentId: intent.id, run: 2 })
    expect(
      await store.renew({ intentId: intent.id, owner: 'a', leaseSeconds: 1 }),
    ).toBe(false)
    await store.release({ intentId: intent.id, owner: 'a' })
    expect(await claim('a')).toBeUndefined()
    await store.release({ intentId: intent.id, owner: 'b' })
    expect(await claim('a')).toMatchObject({ run: 3 })
  })

  test('behavior: ten pollers take each of 40 intents once', async () => {
    for (let n = 0; n < 40; n++) await store.create(toOrder())
    const taken = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const own: string[] = []
        for (;;) {
          const claimed = await store.claimNext({
            owner: `p${n}`,
            leaseSeconds: 60,
            except: own,
          })
          if (claimed === undefined) return own
          own.push(claimed.intentId)
        }
      }),
    )
    expect(taken.flat()).toHaveLength(40)
    expect(new Set(taken.flat()).size).toBe(40)
  })

  test('behavior: what waits for a person is taken only after mail', async () => {
    const { intent } = await store.create(toOrder())
    const next = async () =>
      (await store.claimNext({ owner: 'p', leaseSeconds: 60 }))?.intentId
    expect(await next()).toBe(intent.id)
    await store.setStatus({
      intentId: intent.id,
      expectedVersion: 1,
      status: 'needs-approval',
      message: '',
    })
    await store.release({ intentId: intent.id, owner: 'p' })
    expect(await next()).toBeUndefined()
    await store.deliver({
      intentId: intent.id,
      type: 'approval',
      key: hashOf(5),
      body: { decision: 'approve' },
    })
    expect(await next()).toBe(intent.id)
  })

  test('behavior: mail that came while somebody worked is not overlooked', async () => {
    const { intent } = await store.create(toOrder())
    await store.claimNext({ owner: 'p', leaseSeconds: 60 })
    await store.deliver({
      intentId: intent.id,
      type: 'answers',
      key: '1',
      body: { amount: '5' },
    })
    await store.setStatus({
      intentId: intent.id,
      expectedVersion: 1,
      status: 'needs-answer',
      message: '',
    })
    await store.release({ intentId: intent.id, owner: 'p' })
    expect(
      await store.claimNext({ owner: 'q', leaseSeconds: 60 }),
    ).toMatchObject({ intentId: intent.id })
  })

  test('behavior: an owner that starts again goes on with what it held', async () => {
    const { intent } = await store.create(toOrder())
    const next = (except: string[]) =>
      store.claimNext({ owner: 'p', leaseSeconds: 60, except })
    await next([])
    expect(await next([intent.id])).toBeUndefined()
    expect(
      await store.claimNext({ owner: 'q', leaseSeconds: 60 }),
    ).toBeUndefined()
    expect(await next([])).toEqual({ intentId: intent.id, run: 2 })
  })

  test('behavior: looked at again later, when told so', async () => {
    const { intent } = await store.create(toOrder())
    const next = async () =>
      (await store.claimNext({ owner: 'p', leaseSeconds: 60 }))?.intentId
    await next()
    await store.release({
      intentId: intent.id,
      owner: 'p',
      againAfterSeconds: 60,
    })
    expect(await next()).toBeUndefined()
    await database.pool.query(
      `update intent set due_at = due_at - interval '61 seconds'`,
    )
    expect(await next()).toBe(intent.id)
  })
})

describe('mailbox', () => {
  test('behavior: 20 deliveries of one decision are one, consumed once', async () => {
    const { intent } = await store.create(toOrder())
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        store.deliver({
          intentId: intent.id,
          type: 'approval',
          key: hashOf(5),
          body: { decision: 'approve' },
        }),
      ),
    )
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
    const mail = await store.readMail(intent.id)
    expect(mail).toMatchObject([{ type: 'approval', key: hashOf(5) }])
    const sequence = mail[0]?.sequence ?? 0
    const used = await Promise.all(
      Array.from({ length: 5 }, () =>
        store.consume({ intentId: intent.id, sequence }),
      ),
    )
    expect(used.filter(Boolean)).toHaveLength(1)
    expect(await store.readMail(intent.id)).toEqual([])
  })

  test('behavior: the approval artifact takes the decision from the mail', async () => {
    const { intent } = await store.create(toOrder())
    await store.deliver({
      intentId: intent.id,
      type: 'approval',
      key: hashOf(5),
      body: { decision: 'approve' },
    })
    await store.append({
      intentId: intent.id,
      expectedVersion: 1,
      stage: 'approval',
      hash: hashOf(6),
      body: toApproval(hashOf(5), 'approve'),
      status: 'running',
      message: '',
    })
    expect(await store.readMail(intent.id)).toEqual([])
  })

  test('error: MessageConflictError', async () => {
    const { intent } = await store.create(toOrder())
    const decide = (decision: string) =>
      store.deliver({
        intentId: intent.id,
        type: 'approval',
        key: hashOf(5),
        body: { decision },
      })
    await decide('reject')
    await expect(decide('approve')).rejects.toThrow(MessageConflictError)
  })

  test('error: IntentNotFoundError', async () => {
    await expect(
      store.deliver({ intentId: 'none', type: 'answers', key: '1', body: {} }),
    ).rejects.toThrow(IntentNotFoundError)
  })
})
