import type { IntentRecord } from '@behest/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'

let world: World

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
})
afterAll(() => world.stop())

async function say(text: string): Promise<IntentRecord> {
  const id = crypto.randomUUID()
  await world.engine.start({
    id,
    text,
    account: world.user,
    context: { now: new Date().toISOString(), timeZone: 'UTC' },
    principal: world.user,
  })
  await world.engine.advance(id)
  return world.engine.get(id)
}

async function answer(
  record: IntentRecord,
  reply: Parameters<World['engine']['answer']>[0]['reply'],
): Promise<IntentRecord> {
  await world.engine.answer({ id: record.id, reply })
  await world.engine.advance(record.id)
  return world.engine.get(record.id)
}

describe('createOptionsPort', () => {
  test('default: an amount is asked with what is held', async () => {
    const { questions } = await say('swap usdc to eth')
    expect(questions?.[0]).toMatchObject({
      slot: 'steps[0].sell.amount',
      text: expect.stringContaining('You hold 10000 USDC.'),
      options: [
        { label: 'All: 10000 USDC', value: { kind: 'share', bps: 10_000 } },
        { label: 'Half: 5000 USDC', value: { kind: 'share', bps: 5000 } },
        { label: 'A quarter: 2500 USDC', value: { kind: 'share', bps: 2500 } },
      ],
    })
  })

  test('behavior: a number is an amount, and the second is an option', async () => {
    const two = await answer(await say('swap usdc to eth'), { utterance: '2' })
    expect(two.preview?.youGive[0]?.boundDecimal).toBe('2')
    const second = await answer(await say('swap usdc to eth'), {
      utterance: 'the second',
    })
    expect(second.preview?.youGive[0]?.boundDecimal).toBe('5000')
    const asked = await say('swap usdc to eth')
    const [question] = asked.questions ?? []
    const button = await answer(asked, {
      answers: {
        [question?.slot ?? '']: question?.options?.[2]?.value ?? null,
      },
    })
    expect(button.preview?.youGive[0]?.boundDecimal).toBe('2500')
  })

  test('behavior: markets are named with their rate, the best first', async () => {
    const { questions } = await say('deposit 5 usdc')
    const venue = questions?.find(({ slot }) => slot.endsWith('venue'))
    const rates = (venue?.options ?? []).map(({ label }) =>
      Number(/^\w+ ([\d.]+) %$/.exec(label)?.[1]),
    )
    expect(venue?.options?.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['aave', 'morpho']),
    )
    expect(rates).toEqual(rates.toSorted((a, b) => b - a))
  })

  test('behavior: a token is asked with what is held, the most valuable first', async () => {
    const { questions } = await say(
      'send 5 to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    )
    const token = questions?.find(({ slot }) => slot.endsWith('token'))
    expect(token?.options?.[0]?.label).toMatch(/^ETH: you hold \d/)
    expect(token?.options?.map(({ value }) => value)).toContainEqual({
      symbol: 'USDC',
    })
  })

  test('behavior: in the language of the words', async () => {
    const { questions } = await say('USDCをETHに交換して')
    expect(questions?.[0]?.text).toContain('残高: 10000 USDC')
    expect(questions?.[0]?.options?.[0]?.label).toBe('全部: 10000 USDC')
  })
})
