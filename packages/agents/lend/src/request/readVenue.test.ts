import { describe, expect, test } from 'vitest'
import { isOurVenue } from './readVenue.js'

describe('isOurVenue', () => {
  test.each([
    [undefined, true],
    ['aave', true],
    ['Aave V3', true],
    ['aave_v3', true],
    ['AAVEV3', true],
    ['aave v2', false],
    ['morpho', false],
    ['', false],
  ])('%s: %s', (venue, expected) => {
    expect(isOurVenue(venue, ['aave', 'aave v3'])).toBe(expected)
  })
})
