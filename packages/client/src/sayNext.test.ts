import type { IntentRecord, ParseResult } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import type { IntentClient } from './createIntentClient.js'
import { findWaiting, sayNext } from './sayNext.js'

const account = '0x00000000000000000000000000000000000000aa'
const record = (id: string, rest: object): IntentRecord =>
  ({ id, status: 'done', artifacts: {}, ...rest }) as IntentRecord
const order: ParseResult = {
  type: 'intent',
  intent: {
    version: 1,
    utterance: 'x',
    language: 'en',
    steps: [{ id: 's1', action: 'repay', token: { symbol: 'DAI' }, spans: {} }],
  },
}
const nothing: ParseResult = {
  type: 'none',
  reason: 'out-of-scope',
  message: '',
}

function createClient(options: {
  readonly intents: readonly IntentRecord[]
  readonly alone?: ParseResult
  readonly reply?: IntentRecord['reply']
}) {
  const calls: string[] = []
  const client = {
    list: async () => ({ intents: options.intents }),
    parse: async () => options.alone ?? nothing,
    create: async () => {
      calls.push('create')
      return record('new', {})
    },
    cancel: async (id: string) => {
      calls.push(`cancel ${id}`)
      return record(id, {})
    },
    get: async (id: string) => record(id, {}),
    answer: async (id: string) => {
      calls.push(`answer ${id}`)
      return record(id, options.reply ? { reply: options.reply } : {})
    },
  } as unknown as IntentClient
  return { client, calls }
}

const waits = record('waits', { status: 'needs-approval' })
const aside = record('aside', {})

describe('sayNext', () => {
  test('behavior: with nothing that waits, it is a request', async () => {
    const { client, calls } = createClient({
      intents: [record('old', { status: 'cancelled' }), waits],
    })
    expect(await sayNext({ client, account, text: 'again' })).toMatchObject({
      type: 'started',
      record: { id: 'new' },
    })
    expect(calls).toEqual(['create'])
  })

  test('behavior: it answers what waits, past questions on the side', async () => {
    const { client, calls } = createClient({ intents: [aside, waits] })
    expect((await sayNext({ client, account, text: '2' })).type).toBe(
      'answered',
    )
    expect(calls).toEqual(['answer waits'])
  })

  test('law: a whole new order ends what waits before it begins', async () => {
    const { client, calls } = createClient({ intents: [waits], alone: order })
    expect((await sayNext({ client, account, text: 'x' })).type).toBe('started')
    expect(calls).toEqual(['cancel waits', 'create'])
  })

  test('behavior: what became of a reply is told', async () => {
    const unclear = createClient({
      intents: [waits],
      reply: { type: 'not-understood' },
    })
    expect(
      (await sayNext({ client: unclear.client, account, text: 'hm' })).type,
    ).toBe('not-understood')
    const side = createClient({
      intents: [waits],
      reply: { type: 'aside', intentId: 'side' },
    })
    expect(
      await sayNext({ client: side.client, account, text: 'price?' }),
    ).toMatchObject({
      type: 'aside',
      record: { id: 'side' },
      waiting: { id: 'waits' },
    })
  })

  test('behavior: an intent that was carried out hides what waited before it', async () => {
    const { client } = createClient({
      intents: [record('done', { artifacts: { receipt: {} } }), waits],
    })
    expect(await findWaiting({ client, account })).toBeUndefined()
  })
})
