import { describe, expect, test } from 'vitest'
import { createRateLimit } from './createRateLimit.js'

describe('createRateLimit', () => {
  test('default: so many a minute, each for themselves, told once', () => {
    let now = 0
    const limit = createRateLimit({ perMinute: 2, nowMs: () => now })
    expect([1, 1, 1, 1, 2].map((who) => limit.take(who))).toEqual([
      'taken',
      'taken',
      'first-over',
      'over',
      'taken',
    ])
    now = 60_000
    expect(limit.take(1)).toBe('taken')
  })
})
