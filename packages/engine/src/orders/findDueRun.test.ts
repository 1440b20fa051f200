import type { OrderTerms } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { account, usdc } from '../testing/fixtures.js'
import { findDueRun } from './findDueRun.js'

const day = 86_400
const start = 1_800_000_000
const terms = (changes: Partial<OrderTerms> = {}): OrderTerms => ({
  version: 1,
  account,
  chainId: 31337,
  utterance: 'swap 100 USDC for ETH every day',
  steps: [],
  schedule: {
    text: 'every day',
    timeZone: 'UTC',
    startUnixSeconds: start,
    every: { count: 1, unit: 'day' },
  },
  conditions: [],
  missedRuns: 'skip',
  graceSeconds: 3600,
  bounds: [{ token: usdc, perRunUnits: 100n, totalUnits: 1000n }],
  maxRuns: 10,
  periodSeconds: day - 3600,
  expiresUnixSeconds: start + 30 * day,
  custody: 'direct',
  ...changes,
})
const due = (
  nextIndex: number,
  nowUnixSeconds: number,
  changes: Partial<OrderTerms> = {},
) => findDueRun({ terms: terms(changes), nextIndex, nowUnixSeconds })

describe('findDueRun', () => {
  test('default: at its time, once', () => {
    expect(due(0, start - 1)).toEqual({ type: 'wait', untilUnixSeconds: start })
    expect(due(0, start)).toMatchObject({ type: 'run', index: 0 })
    expect(due(1, start)).toEqual({
      type: 'wait',
      untilUnixSeconds: start + day,
    })
  })

  test('behavior: late within the grace is a run; later it is missed', () => {
    expect(due(0, start + 3600)).toMatchObject({ type: 'run', index: 0 })
    expect(due(0, start + 3601)).toEqual({ type: 'missed', untilIndex: 1 })
  })

  test('behavior: skip: what was missed is gone, and the one that is due runs', () => {
    expect(due(0, start + 3 * day)).toMatchObject({ type: 'run', index: 3 })
    expect(due(0, start + 3 * day + 7200)).toEqual({
      type: 'missed',
      untilIndex: 4,
    })
  })

  test('behavior: catch up once: one run, however many were missed', () => {
    expect(
      due(0, start + 3 * day + 7200, { missedRuns: 'catch-up-once' }),
    ).toMatchObject({ type: 'run', index: 3 })
    expect(
      due(4, start + 3 * day + 7200, { missedRuns: 'catch-up-once' }),
    ).toMatchObject({ type: 'wait' })
  })

  test('behavior: it ends by count and by date', () => {
    expect(due(10, start + 20 * day)).toMatchObject({ type: 'end' })
    expect(due(3, start + 30 * day)).toMatchObject({ type: 'end' })
    expect(
      due(0, start + 12 * day, { missedRuns: 'catch-up-once' }),
    ).toMatchObject({
      type: 'run',
      index: 9,
    })
  })

  test('behavior: what would be due after the end is not waited for', () => {
    const ends = { expiresUnixSeconds: start + day }
    expect(due(1, start + 10, ends)).toMatchObject({ type: 'end' })
    // And what is due before it may be late only up to it.
    expect(due(0, start, { expiresUnixSeconds: start + 60 })).toMatchObject({
      type: 'run',
      lastUnixSeconds: start + 59,
    })
  })

  test('behavior: no clock, going wherever it likes, makes a period run twice or a run too many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -2 * day, max: 40 * day }), {
          maxLength: 60,
        }),
        fc.constantFrom<OrderTerms['missedRuns']>('skip', 'catch-up-once'),
        (offsets, missedRuns) => {
          let nextIndex = 0
          const ran: number[] = []
          for (const offset of offsets) {
            const next = due(nextIndex, start + offset, { missedRuns })
            if (next.type === 'missed') nextIndex = next.untilIndex
            if (next.type !== 'run') continue
            expect(next.dueUnixSeconds).toBeLessThanOrEqual(start + offset)
            ran.push(next.index)
            nextIndex = next.index + 1
          }
          expect(new Set(ran).size).toBe(ran.length)
          expect(ran.length).toBeLessThanOrEqual(10)
        },
      ),
    )
  })
})
