import { type ParseContext, parseResultSchema, type Step } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUtterance } from './parseUtterance.js'

const context: ParseContext = {
  now: '2026-03-04T10:00:00.000Z',
  timeZone: 'Asia/Tokyo',
}

const WORDS =
  'swap send lend bridge half all my 1 0.5 eth usdc to for on aave base and then it when gas is below 20 every day until bob.eth 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 5% $50 - , . ( " 「 」 を に 交換して 1万 たら the rest both each worth of slippage'.split(
    ' ',
  )

describe('parseUtterance on hostile text', { timeout: 60_000 }, () => {
  test('behavior: any text gives a result of the schema, twice the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 200 }),
          fc
            .array(fc.constantFrom(...WORDS), { maxLength: 30 })
            .map((words) => words.join(' ')),
        ),
        (utterance) => {
          const result = parseUtterance(utterance, context)
          expect(parseResultSchema.parse(result)).toEqual(result)
          expect(parseUtterance(utterance, context)).toEqual(result)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('behavior: words that every object knows are words like others', () => {
    for (const word of Object.getOwnPropertyNames(Object.prototype))
      for (const utterance of [
        word,
        `swap 1 ${word} for USDC`,
        `swap 1 eth for ${word}`,
        `swap ${word} for ${word}`,
        `swap 1 eth for usdc every ${word} at ${word} for ${word}`,
        `send 5 usdc to ${word} on ${word}`,
        `${word} 5 eth on ${word} when ${word} is below ${word}`,
      ]) {
        const result = parseUtterance(utterance, context)
        expect(parseResultSchema.parse(result)).toEqual(result)
      }
  })

  test('behavior: every amount that was said reads as its span', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom(...WORDS), { minLength: 3, maxLength: 20 })
          .map((words) => words.join(' ')),
        (utterance) => {
          const result = parseUtterance(utterance, context)
          if (result.type === 'none') return
          const steps =
            result.type === 'intent' ? result.intent.steps : result.draft.steps
          for (const step of steps) expectGrounded(step, utterance)
        },
      ),
      { numRuns: 150 },
    )
  })

  test.each([
    '(',
    '1',
    ',',
    'swap ',
    '1 eth to ',
    'when ',
    'を',
    '1ETHを',
    'a.',
    '"',
    '\u200b',
    '1/2',
    'on 99/9/99999 ',
  ])('behavior: a text full of %j is answered', (piece) => {
    const text = piece.repeat(Math.floor(9999 / piece.length))
    expect(['none', 'clarify', 'intent']).toContain(
      parseUtterance(text, context).type,
    )
  })

  test('behavior: what cannot be seen changes nothing', () => {
    const plain = parseUtterance('swap 1 eth to usdc', context)
    const hidden = parseUtterance(
      'sw\u200bap 1 e\u00adth to \u202eusdc\ufeff',
      context,
    )
    if (plain.type !== 'intent' || hidden.type !== 'intent') expect.fail()
    const strip = (steps: Step[]) => steps.map(({ spans: _, ...step }) => step)
    expect(strip(hidden.intent.steps)).toEqual(strip(plain.intent.steps))
  })
})

function expectGrounded(step: Step, utterance: string): void {
  const legs = [
    ['sell.', step.sell],
    ['buy.', step.buy],
    ['collateral.', step.collateral],
    ['', { token: step.token, amount: step.amount }],
  ] as const
  for (const [path, leg] of legs) {
    const amount = leg?.amount
    if (amount === undefined || amount.kind === 'output') continue
    const span = step.spans[`${path}amount`]
    if (span === undefined) expect.fail(`no span for ${path}amount`)
    const said = utterance.slice(...span)
    if (amount.kind === 'exact')
      expect(said.replaceAll(',', '')).toContain(
        amount.decimal === '10000' && /万/.test(said) ? '1' : amount.decimal,
      )
  }
  for (const key of ['to', 'spender'] as const) {
    const value = step[key]
    const span = step.spans[key]
    if (value === undefined) continue
    if (span === undefined) expect.fail(`no span for ${key}`)
    expect(utterance.slice(...span).toLowerCase()).toContain(
      value.toLowerCase().slice(0, 4),
    )
  }
}
