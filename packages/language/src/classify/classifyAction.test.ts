import { describe, expect, test } from 'vitest'
import { buildCases } from '../../evaluation/cases.mjs'
import { readStrangers, SETS } from '../../evaluation/strangers.mjs'
import { expandTemplates } from '../../training/expandTemplates.mjs'
import { readNumbers } from '../numbers/readNumbers.js'
import { normaliseText } from '../text/normaliseText.js'
import { tagItems } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { classifyAction } from './classifyAction.js'

function guess(text: string) {
  const normalised = normaliseText(text)
  return classifyAction(readNumbers(tagItems(tokenise(normalised), normalised)))
}

/** Letters only, numbers and names as one: near copies become the same. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/\d[\d.,]*/g, '9')
    .replace(/\b(?:eth|usdc|dai|wbtc|link|usdt|uni)\b/g, 't')
    .replace(/[^a-z0-9 ]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

describe('classifyAction', () => {
  test('behavior: a verb that nobody knows is guessed by its surroundings', () => {
    expect(guess('spin 100 usdc into link').label).toBe('swap')
    expect(guess('conver 55 op to usdc').label).toBe('swap')
  })

  test('behavior: small talk with a verb of money is none', () => {
    expect(guess('swap stories with grandma').label).toBe('none')
    expect(guess('swap the order of the words').label).toBe('none')
  })

  test('behavior: the probabilities of all labels sum to one', () => {
    const { all, probability, label } = guess('lend 5 dai on aave')
    const sum = Object.values(all).reduce((total, each) => total + each, 0)
    expect(sum).toBeCloseTo(1, 9)
    expect(all[label]).toBe(probability)
  })

  test('behavior: nothing is measured on what was trained on', () => {
    const trained = new Set(expandTemplates().map(({ text }) => bare(text)))
    const measured = [
      ...buildCases(),
      ...SETS.flatMap((set) => readStrangers(set)),
    ].filter(({ utterance }) => bare(utterance).split(' ').length > 6)
    const both = measured.filter(({ utterance }) =>
      trained.has(bare(utterance)),
    )
    expect(both.map(({ utterance }) => utterance)).toEqual([])
  })
})
