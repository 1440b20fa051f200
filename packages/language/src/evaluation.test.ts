import type { ParseContext } from '@behest/spec'
import { parseResultSchema } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { BLIND_SETS, compareBlind, readBlind } from '../evaluation/blind.mjs'
import { buildCases } from '../evaluation/cases.mjs'
import { scoreCase } from '../evaluation/score.mjs'
import { isRight, readStrangers, SETS } from '../evaluation/strangers.mjs'
import { rateConfidence } from './classify/rateConfidence.js'
import { parseUtterance } from './parseUtterance.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'UTC',
}

type Scored = {
  language: string
  kind: string
  got: string
  actions: boolean
  exact: boolean
  invented: string[]
  steps: number
}

const scored: Scored[] = buildCases().map((testCase) => {
  const result = parseUtterance(testCase.utterance, context)
  parseResultSchema.parse(result)
  return { ...scoreCase(testCase, result), language: testCase.language }
})

function share(list: Scored[], keep: (each: Scored) => boolean): number {
  return list.filter(keep).length / list.length
}

describe('evaluation set', () => {
  const orders = scored.filter((each) => each.kind === 'intent')

  test('holds 1,500 sentences and 300 in Japanese', () => {
    expect(scored.length).toBeGreaterThanOrEqual(1500)
    expect(
      scored.filter((each) => each.language === 'ja').length,
    ).toBeGreaterThanOrEqual(300)
  })

  test('behavior: nothing is ever invented', () => {
    expect(scored.flatMap((each) => each.invented)).toEqual([])
  })

  test('behavior: reads what people ask for', () => {
    expect(share(orders, (each) => each.actions)).toBeGreaterThan(0.95)
    expect(share(orders, (each) => each.exact)).toBeGreaterThan(0.93)
    const japanese = orders.filter((each) => each.language === 'ja')
    expect(share(japanese, (each) => each.exact)).toBeGreaterThan(0.93)
  })

  test('behavior: asks when it must, and hardly ever else', () => {
    const must = scored.filter((each) => each.kind === 'clarify')
    expect(share(must, (each) => each.got === 'clarify')).toBeGreaterThan(0.95)
    expect(share(orders, (each) => each.got === 'clarify')).toBeLessThan(0.03)
  })

  test('behavior: leaves alone what is nobody’s order', () => {
    const chat = scored.filter((each) => each.kind === 'none')
    expect(share(chat, (each) => each.got === 'none')).toBeGreaterThan(0.97)
  })
})

describe('sentences of strangers', () => {
  const read = SETS.flatMap((set) =>
    readStrangers(set).map(({ utterance, golds }) => {
      const result = parseResultSchema.parse(parseUtterance(utterance, context))
      return {
        utterance,
        right: isRight(golds, result),
        acts: result.type === 'intent',
        invented: scoreCase({ utterance, expect: { none: true } }, result)
          .invented,
      }
    }),
  )

  test('behavior: nothing is ever invented', () => {
    expect(read.filter((each) => each.invented.length > 0)).toEqual([])
  })

  test('behavior: reads most of them, and hardly ever acts wrongly', () => {
    const right = read.filter((each) => each.right).length
    const wrong = read.filter((each) => !each.right && each.acts)
    expect(right / read.length).toBeGreaterThan(0.95)
    expect(wrong.length / read.length).toBeLessThan(0.01)
  })
})

describe('blind sentences', () => {
  const read = BLIND_SETS.flatMap((set) =>
    readBlind(set).map((each) => {
      const result = parseResultSchema.parse(
        parseUtterance(each.text, { ...context, ...each.context }),
      )
      return {
        set,
        text: each.text,
        type: each.gold.type,
        result,
        right: compareBlind(each.gold, result).right,
        invented: scoreCase(
          { utterance: each.text, expect: { none: true } },
          result,
        ).invented,
      }
    }),
  )

  test('behavior: nothing is ever invented', () => {
    expect(read.filter((each) => each.invented.length > 0)).toEqual([])
  })

  test.each([
    ['first', 0.97, 0.005],
    ['second', 0.92, 0.02],
    ['third', 0.92, 0.02],
    ['fourth', 0.95, 0.015],
    ['fifth', 0.95, 0.015],
    ['sixth', 0.97, 0.01],
  ])(
    'behavior: reads nearly all of the %s set, and asks rather than act wrongly',
    (set, least, most) => {
      const own = read.filter((each) => each.set === set)
      const right = own.filter((each) => each.right).length
      const wrong = own.filter(
        (each) =>
          !each.right &&
          each.result.type === 'intent' &&
          each.result.intent.steps.some((step) => step.action !== 'ask'),
      )
      expect(right / own.length).toBeGreaterThan(least)
      expect(wrong.length / own.length).toBeLessThan(most)
    },
  )

  test('behavior: what is wrong is rated lower than what is right', () => {
    const mean = (right: boolean) => {
      const rated = read.filter((each) => each.right === right)
      return (
        rated.reduce(
          (sum, each) => sum + rateConfidence(each.text, each.result),
          0,
        ) / rated.length
      )
    }
    expect(mean(true)).toBeGreaterThan(0.95)
    expect(mean(false)).toBeLessThan(mean(true))
  })
})
