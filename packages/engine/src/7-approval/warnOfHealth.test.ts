import type { SimulationArtifact } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { warnOfHealth } from './warnOfHealth.js'

type Health = SimulationArtifact['health'][number]

const at = (after: string, more: Partial<Health> = {}): Health => ({
  venue: 'aave-v3',
  before: '2.4',
  after,
  ...more,
})

describe('warnOfHealth', () => {
  test('default: a health under 1.5 is warned of, at 1.5 it is not', () => {
    expect(warnOfHealth([at('1.5'), at('2')])).toEqual([])
    expect(warnOfHealth([at('1.49')])).toMatchInlineSnapshot(`
      [
        "The health factor at aave-v3 would be 1.49. Under 1 the position can be liquidated.",
      ]
    `)
  })

  test('behavior: a position that is closed has no health to warn of', () => {
    expect(warnOfHealth([{ venue: 'aave-v3', before: '1.2' }])).toEqual([])
  })
})
