import { describe, expect, test } from 'vitest'
import { english } from '../words/english.js'
import { japanese } from '../words/japanese.js'
import { sayNearBest } from './sayNearBest.js'

const bound = { upperBoundUnits: 2_000n, gapBps: '850.1', pools: 19 }

describe('sayNearBest', () => {
  test('default: the gap with the pools that it is over', () => {
    expect(sayNearBest({ ...bound, gapBps: '0.02' }, english)).toBe(
      'within 0.02 bps of the best that 19 pools allow, as its agent states',
    )
    expect(sayNearBest({ ...bound, gapBps: '0.0000' }, english)).toBe(
      'the best that 19 pools allow, as its agent states',
    )
    expect(sayNearBest({ ...bound, gapBps: '0', pools: 1 }, english)).toBe(
      'the best that one pool allows, as its agent states',
    )
  })

  test('behavior: what no swap can take is told apart', () => {
    const say = (gapBps: string) =>
      sayNearBest({ ...bound, arbitrage: { gainUnits: 170n, gapBps } }, english)
    expect(say('0.5')).toBe(
      '850.1 bps under a bound over 19 pools that counts gains from trades in a circle, which no swap can take; within 0.5 bps of what they would pay once these are gone, as its agent states',
    )
    expect(say('0')).toContain(
      'it pays no less than they would once these are gone',
    )
  })

  test('behavior: in Japanese the figures are the same', () => {
    const said = sayNearBest(
      { ...bound, arbitrage: { gainUnits: 170n, gapBps: '0.5' } },
      japanese,
    )
    for (const figure of ['850.1', '19', '0.5']) expect(said).toContain(figure)
  })
})
