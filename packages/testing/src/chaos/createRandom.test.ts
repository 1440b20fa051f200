import { describe, expect, test } from 'vitest'
import { createRandom } from './createRandom.js'

const draw = (seed: string) => {
  const random = createRandom(seed)
  return Array.from({ length: 50 }, () => random.between(0, 9))
}

describe('createRandom', () => {
  test('default: a seed gives its sequence, another seed another one', () => {
    expect(draw('1')).toEqual(draw('1'))
    expect(draw('1')).not.toEqual(draw('2'))
    expect(new Set(draw('1')).size).toBeGreaterThan(6)
  })

  test('behavior: a fork does not hang on what was drawn before', () => {
    const early = createRandom('1').fork('miner')
    const busy = createRandom('1')
    for (let n = 0; n < 7; n++) busy.next()
    expect(busy.fork('miner').next()).toBe(early.next())
  })

  test('behavior: a chance is about as likely as it says', () => {
    const random = createRandom('3')
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2))
    const share = hits.filter(Boolean).length / hits.length
    expect(share).toBeGreaterThan(0.18)
    expect(share).toBeLessThan(0.22)
  })
})
