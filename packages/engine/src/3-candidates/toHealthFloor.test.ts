import type { Condition, Step } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { toHealthFloor } from './toHealthFloor.js'

const condition = (changes: Partial<Condition> = {}): Condition => ({
  subject: { kind: 'health', text: 'my health' },
  comparator: '>',
  value: '1.8',
  unit: 'ratio',
  ...changes,
})
const step = (action: Step['action'], ...when: readonly Condition[]): Step => ({
  id: 's1',
  action,
  when: [...when],
  spans: {},
})

describe('toHealthFloor', () => {
  test('default', () => {
    expect(toHealthFloor(step('borrow', condition()))).toBe('1.8')
    expect(toHealthFloor(step('withdraw', condition()))).toBe('1.8')
    expect(toHealthFloor(step('borrow'))).toBeUndefined()
  })

  test('behavior: the highest of several counts', () => {
    expect(
      toHealthFloor(
        step(
          'borrow',
          condition(),
          condition({ value: '10', comparator: '>=', join: 'and' }),
          condition({ value: '9.5', join: 'and' }),
        ),
      ),
    ).toBe('10')
  })

  test.each([
    ['a ceiling', step('borrow', condition({ comparator: '<' }))],
    ['a choice', step('borrow', condition(), condition({ join: 'or' }))],
    ['no ratio', step('borrow', condition({ unit: 'percent' }))],
    ['no number', step('borrow', condition({ value: 'two' }))],
    [
      'another subject',
      step(
        'borrow',
        condition(),
        condition({ subject: { kind: 'price', text: 'ETH' } }),
      ),
    ],
    ['a step that lowers no health', step('supply', condition())],
  ])('behavior: %s is no floor', (_, said) => {
    expect(toHealthFloor(said)).toBeUndefined()
  })
})
