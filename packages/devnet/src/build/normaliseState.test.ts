import { describe, expect, test } from 'vitest'
import { normaliseState } from './normaliseState.js'

const block = (number: number) => ({ header: { number }, transactions: ['0x'] })

describe('normaliseState', () => {
  test('behavior: order does not matter, old blocks are dropped', () => {
    const one = normaliseState({
      best_block_number: 2,
      accounts: { b: { storage: { y: '1', x: '2' } }, a: {} },
      blocks: [block(2), block(0), block(1)],
      transactions: ['0x'],
    })
    const other = normaliseState({
      best_block_number: 2,
      accounts: { a: {}, b: { storage: { x: '2', y: '1' } } },
      blocks: [block(0), block(1), block(2)],
      transactions: [],
    })
    expect(one).toBe(other)
    expect(JSON.parse(one)).toEqual({
      best_block_number: 2,
      accounts: { a: {}, b: { storage: { x: '2', y: '1' } } },
      blocks: [
        { header: { number: 0 }, transactions: [] },
        { header: { number: 2 }, transactions: [] },
      ],
      transactions: [],
    })
  })
})
