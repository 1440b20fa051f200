import type { Address, LedgerPayment } from '@behest/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createTestDatabase,
  type TestDatabase,
} from '../testing/createTestDatabase.js'
import { createPaymentLedger } from './createPaymentLedger.js'
import { paymentSchema } from './paymentSchema.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ schemas: [paymentSchema] })
}, 60_000)
beforeEach(async () => {
  await database.pool.query('truncate agent_payment')
})
afterAll(() => database?.drop())

const toAddress = (end: string): Address => `0x${end.padStart(40, '0')}`
const ada = toAddress('a1')
const bob = toAddress('b2')
const caps = {
  perIntentUnits: 30n,
  perDayUnits: 100n,
  perAskerPerDayUnits: 50n,
}

let count = 0
const toPayment = (
  changes: Partial<Pick<LedgerPayment, 'asker' | 'intentId' | 'units'>>,
): LedgerPayment => {
  count += 1
  return {
    id: `pay_${count}`,
    intentId: 'i1',
    asker: ada,
    stepId: 's1',
    agentId: 'sold-00000000',
    requestId: `r_${count}`,
    requestUnixSeconds: 1_800_000_000,
    chainId: 31337,
    token: { address: toAddress('c3'), symbol: 'USDC', decimals: 6 },
    units: 20n,
    payer: toAddress('d4'),
    payTo: toAddress('e5'),
    nonce: `0x${count.toString(16).padStart(64, '0')}`,
    validBeforeUnixSeconds: 1_800_000_300,
    payload: {} as LedgerPayment['payload'],
    request: {},
    ...changes,
  }
}

describe('createPaymentLedger', () => {
  const reserve = async (
    changes: Parameters<typeof toPayment>[0],
  ): Promise<string> => {
    const answer = await createPaymentLedger({ pool: database.pool }).reserve({
      payment: toPayment(changes),
      caps,
    })
    return answer.type === 'refused' ? answer.cap : answer.type
  }

  test('law: an asker that names another intent each time has a cap of its own', async () => {
    expect(await reserve({ intentId: 'i1' })).toBe('reserved')
    expect(await reserve({ intentId: 'i2' })).toBe('reserved')
    expect(await reserve({ intentId: 'i3' })).toBe('asker')
    // The others' day is not used up by it.
    expect(await reserve({ asker: bob, intentId: 'i4' })).toBe('reserved')
    expect(await reserve({ asker: bob, intentId: 'i5' })).toBe('reserved')
    expect(await reserve({ asker: bob, intentId: 'i6' })).toBe('asker')
    expect(await reserve({ asker: toAddress('f6'), units: 30n })).toBe('day')
  })

  test('law: who names the intent of somebody else uses nothing of theirs up', async () => {
    expect(await reserve({ asker: bob, intentId: 'i1' })).toBe('reserved')
    expect(await reserve({ intentId: 'i1' })).toBe('reserved')
    expect(await reserve({ intentId: 'i1' })).toBe('intent')
  })

  test('law: of payments at one moment no more are kept than fit', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        reserve({ intentId: `i${index}` }),
      ),
    )
    expect(answers.sort()).toEqual([
      ...Array.from({ length: 6 }, () => 'asker'),
      'reserved',
      'reserved',
    ])
  })
})
