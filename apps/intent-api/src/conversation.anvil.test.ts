import type { Address, IntentRecord } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from './testing/createWorld.js'

let world: World
const stranger: Address = '0x00000000000000000000000000000000000000AA'

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
})
afterAll(() => world.stop())

async function say(
  text: string,
  options: { account?: Address; previousIntentId?: string } = {},
): Promise<IntentRecord> {
  const id = crypto.randomUUID()
  const { account = world.user, previousIntentId } = options
  await world.engine.start({
    id,
    text,
    account,
    context: { now: new Date().toISOString(), timeZone: 'UTC' },
    principal: account,
    ...(previousIntentId === undefined ? {} : { previousIntentId }),
  })
  await world.engine.advance(id)
  return world.engine.get(id)
}

async function reply(id: string, utterance: string): Promise<IntentRecord> {
  const { reply: read } = await world.engine.answer({
    id,
    reply: { utterance },
  })
  const next = read?.type === 'aside' ? read.intentId : id
  await world.engine.advance(next)
  const record = await world.engine.get(next)
  return read ? { ...record, reply: read } : record
}

describe('a conversation over the journal', () => {
  let first: IntentRecord

  test('setup: an order is carried out', async () => {
    first = await world.carryOut('swap 1 ETH for USDC')
    expect(first.artifacts.receipt?.receipt.outcome).toBe('MET')
  })

  test('behavior: the same again with another amount is a new plan, which says so', async () => {
    const again = await say('do that again with 2 ETH')
    expect(again.status).toBe('needs-approval')
    expect(again.artifacts.intent?.follows).toMatchObject({
      type: 'repeat',
      intentId: first.id,
      intentHash: first.hashes.intent,
      words: [0, 'swap 1 ETH for USDC'.length],
    })
    expect(again.preview?.follows).toContain('“swap 1 ETH for USDC”')
    expect(again.preview?.follows).toContain('New in yours: 2')
    expect(again.preview?.youGive[0]?.boundDecimal).toBe('2')
    expect(again.utterance).toBe('do that again with 2 ETH')
  })

  test('behavior: a plan that waits is changed, and can be approved no more', async () => {
    const waits = await say('again')
    const changed = await say('make it 3')
    expect(changed.artifacts.intent?.follows).toMatchObject({
      type: 'change',
      intentId: waits.id,
    })
    expect(changed.preview?.youGive[0]?.boundDecimal).toBe('3')
    expect((await world.engine.get(waits.id)).status).toBe('cancelled')
  })

  test('behavior: what became of it is told, and cancelling ends it', async () => {
    const told = await say('what happened to my last one?')
    expect(told.status).toBe('done')
    expect(told.answer?.text).toContain('waits for your approval')
    const ended = await say('cancel that')
    expect(ended.answer?.text).toMatch(/^Cancelled\. “make it 3”/)
    const late = await say('cancel that')
    expect(late.status).toBe('done')
  })

  test('behavior: an undone swap is a fresh intent at today’s price, to be approved', async () => {
    const gave = first.artifacts.receipt?.receipt.steps[0]?.realised.find(
      ({ symbol, units }) => symbol === 'USDC' && units > 0n,
    )
    const planned = await say('undo it', { previousIntentId: first.id })
    expect(planned.status).toBe('needs-approval')
    expect(planned.preview?.youGive[0]).toMatchObject({
      symbol: 'USDC',
      boundDecimal: gave?.decimal,
    })
    expect(planned.artifacts.intent?.follows).toMatchObject({
      type: 'undo',
      intentId: first.id,
    })
    expect(planned.artifacts.execution).toBeUndefined()
  })

  test('behavior: a question on the side leaves the draft where it was', async () => {
    const asked = await say('swap usdc to eth')
    expect(asked.status).toBe('needs-answer')
    const told = await reply(asked.id, 'what happened to my last one?')
    expect(told.reply).toMatchObject({ type: 'aside' })
    expect(told.answer?.text).toContain('waits for your answer')
    const unclear = await reply(asked.id, 'hmm well')
    expect(unclear.reply).toEqual({ type: 'not-understood' })
    const planned = await reply(asked.id, '100')
    expect(planned.preview?.youGive[0]?.boundDecimal).toBe('100')
  })

  test('behavior: an answer reaches the draft from anywhere', async () => {
    const asked = await say('swap usdc to eth')
    const planned = await say('50')
    expect(planned.artifacts.intent?.follows).toMatchObject({
      type: 'change',
      intentId: asked.id,
    })
    expect(planned.preview?.youGive[0]?.boundDecimal).toBe('50')
  })

  test('law: nobody reaches what another account asked for', async () => {
    for (const words of [
      'do that again',
      'undo it',
      'cancel that',
      'make it 3',
      'what happened to my last one?',
    ])
      for (const previousIntentId of [undefined, first.id]) {
        const record = await say(words, {
          account: stranger,
          ...(previousIntentId ? { previousIntentId } : {}),
        })
        expect([words, record.status]).toEqual([words, 'failed'])
        expect(record.problem?.code).toBe('NOT_A_REQUEST')
        expect(JSON.stringify(record.artifacts.intent)).not.toContain(first.id)
      }
  })
})
