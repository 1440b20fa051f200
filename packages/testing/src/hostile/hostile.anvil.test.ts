import { describe, expect, test } from 'vitest'
import { runHostile } from './runHostile.js'

// The nightly run plays thousands; see docs/operations/hostile.md.
const cases = 120
const seed = 20_260_101

describe('the hostile world', () => {
  test('default: nobody loses more than they approved, and the honest pass', async () => {
    const report = await runHostile({ cases, seed })
    expect(report.broken).toEqual([])
    expect(report.blocked).toEqual([])
    expect(report.cases).toBe(cases)
    expect(report.honest.carriedOut).toBeGreaterThan(0)
    // Whatever a node lies, what is said of it is not that we failed.
    expect(
      Object.keys(report.ends).filter((end) => end.includes('INTERNAL')),
    ).toEqual([])
    // Half of the cases, and a little less by chance, are played by mandate.
    expect(report.byCustody.mandate).toBeGreaterThan(cases / 3)
    // The attacks reach what they attack: mandates are used, and refused.
    expect(
      Object.keys(report.ends).filter((end) => end.startsWith('executor: ')),
    ).toEqual(
      expect.arrayContaining([
        'executor: used',
        'executor: refused by the chain',
      ]),
    )
  }, 300_000)
})
