import { describe, expect, test } from 'vitest'
import { sayCertificate } from './sayCertificate.js'

describe('sayCertificate', () => {
  const bound = { upperBoundUnits: 2_000n, gapBps: '850.1', pools: 19 }

  test('default: how near to the best possible', () => {
    expect(sayCertificate({ ...bound, gapBps: '0.02' })).toMatchInlineSnapshot(
      `"within 0.02 bps of the best possible over 19 pools, as its agent states"`,
    )
    expect(sayCertificate({ ...bound, pools: 1 })).toContain('over 1 pool,')
  })

  test('behavior: what no swap can take is told apart', () => {
    const say = (gapBps: string): string =>
      sayCertificate({ ...bound, arbitrage: { gainUnits: 170n, gapBps } })
    expect(say('0.5')).toMatchInlineSnapshot(
      `"850.1 bps under a bound over 19 pools that counts gains from trades in a circle, which no swap can take; it is within 0.5 bps of what they would pay once these are gone, as its agent states"`,
    )
    expect(say('0')).toMatchInlineSnapshot(
      `"850.1 bps under a bound over 19 pools that counts gains from trades in a circle, which no swap can take; it pays no less than they would once these are gone, as its agent states"`,
    )
  })
})
