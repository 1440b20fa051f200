import { describe, expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

function read(utterance: string) {
  const result = parseUtterance(utterance, context)
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  return result.intent
}

describe('readFloors', () => {
  test.each<[string, string, string]>([
    ['and keep my health above 1.8', '>', '1.8'],
    ['but keep health factor over 1.8', '>', '1.8'],
    [', keeping my health factor above 2', '>', '2'],
    ['with a health factor of at least 1.8', '>=', '1.8'],
    ['with health factor >= 1.8', '>=', '1.8'],
    ['but stay above 1.8 health', '>', '1.8'],
    [', my health must stay over 1.5', '>', '1.5'],
    ['but my health should not go below 1.6', '>=', '1.6'],
    ["and don't let my health factor drop under 1.5", '>=', '1.5'],
    ['without my health falling below 1.4', '>=', '1.4'],
  ])('borrow … %s', (said, comparator, value) => {
    for (const order of [
      'borrow 500 usdc against 1 eth on aave',
      'withdraw 1 eth from aave',
    ]) {
      const utterance = `${order} ${said}`.replace(' ,', ',')
      const { steps } = read(utterance)
      expect(steps).toHaveLength(1)
      expect(steps[0]?.when).toMatchObject([
        { subject: { kind: 'health' }, comparator, value, unit: 'ratio' },
      ])
      const span = steps[0]?.spans['when[0]']
      expect(span && utterance.slice(...span)).toContain(value)
    }
  })

  test('behavior: the floor is of the loan, not of what comes before it', () => {
    const { steps } = read(
      'supply 1 eth to aave and borrow 500 usdc and keep my health above 1.8',
    )
    expect(steps.map(({ action, when }) => [action, when?.length])).toEqual([
      ['supply', undefined],
      ['borrow', 1],
    ])
  })

  test('behavior: said first, it is the same', () => {
    expect(
      read('keep my health above 2 and borrow 500 usdc against 1 eth').steps,
    ).toMatchObject([{ action: 'borrow', when: [{ value: '2' }] }])
  })

  test('behavior: what waits for a price goes on waiting for one', () => {
    expect(
      read('buy 1 eth with usdc when its price goes below 1600').steps[0]?.when,
    ).toMatchObject([{ subject: { kind: 'price' }, comparator: '<' }])
    expect(
      read('repay 100 usdc on aave when my health drops below 1.3').steps[0]
        ?.when,
    ).toMatchObject([{ subject: { kind: 'health' }, comparator: '<' }])
  })
})
