import { describe, expect, test } from 'vitest'
import { createKeyLimiter } from './createKeyLimiter.js'
import { RateLimitedError } from './problem.js'

describe('createKeyLimiter', () => {
  test('default: so many a minute, and a time to come back', () => {
    let now = 0
    const admit = createKeyLimiter({ perMinute: 3, nowMs: () => now })
    for (let count = 0; count < 3; count += 1) admit('a')
    now = 20_000
    const refused = () => admit('a')
    expect(refused).toThrow(RateLimitedError)
    expect(refused).toThrow('came from your key. Ask again in 40 s.')
    // Nobody pays for another's haste.
    admit('b')
    now = 60_000
    admit('a')
  })

  test('behavior: 0 switches it off', () => {
    const admit = createKeyLimiter({ perMinute: 0, nowMs: () => 0 })
    for (let count = 0; count < 1_000; count += 1) admit('a')
  })

  test('behavior: a flood of new keys takes no more than its room', () => {
    let now = 0
    const admit = createKeyLimiter({ perMinute: 1, nowMs: () => now })
    admit('first')
    now = 1
    for (let count = 0; count < 99_999; count += 1) admit(`key ${count}`)
    expect(() => admit('first')).toThrow(RateLimitedError)
    // The oldest has left to make room.
    admit('one more')
    admit('first')
  })
})
