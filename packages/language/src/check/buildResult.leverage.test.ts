import { parseResultSchema } from '@behest/spec'
import { expect, test } from 'vitest'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

test('behavior: leverage on an order that has none is asked about, not carried out without it', () => {
  const result = parseResultSchema.parse(
    parseUtterance('swap 0.4 eth to link with 3x leverage', context),
  )
  if (result.type !== 'clarify') expect.fail(JSON.stringify(result))
  expect(result.questions[0]).toEqual({
    slot: 'steps[0].action',
    text: 'Leverage belongs to a long or a short. Which of them do you want?',
  })
  expect(result.draft.steps.every((step) => step.leverage === undefined)).toBe(
    true,
  )
})

test('behavior: a long keeps the leverage that was said', () => {
  const result = parseUtterance('long link 3x with 40 usdc on gmx', context)
  if (result.type !== 'intent') expect.fail(JSON.stringify(result))
  expect(result.intent.steps[0]?.leverage).toBe('3')
})
