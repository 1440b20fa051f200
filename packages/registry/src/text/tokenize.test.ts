import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutAsciiWords } from './asciiWords.js'
import { cutAnyGramWords, tokenize, tokenizeAny } from './tokenize.js'
import { toSkeleton } from './toSkeleton.js'

describe('tokenize', () => {
  test('default: stems words and drops filler', () => {
    expect(tokenize('Please help me swapping tokens')).toEqual([
      'swap',
      'token',
    ])
  })

  test('behavior: camel case, separators, accents and width are folded', () => {
    expect(tokenize('getUserInfo_v2')).toEqual(tokenize('user info v2'))
    expect(tokenize('Café')).toEqual(tokenize('cafe'))
    expect(tokenize('ＵＮＩＳＷＡＰ')).toEqual(tokenize('uniswap'))
    expect(tokenize('HTTPServer')).toEqual(tokenize('http server'))
  })

  test('behavior: emoji and symbols are terms, so that such names are found', () => {
    expect(tokenize('🦄')).toEqual(['🦄'])
    expect(tokenize('🦄 swap')).toContain('🦄')
    expect(tokenize('€')).toEqual(['€'])
  })

  test('behavior: Japanese is cut into words and pairs', () => {
    const terms = tokenize('トークンを交換する')
    expect(terms).toContain('交換')
    // A part of a name finds it, wherever the cutter cuts.
    const name = tokenize('東京銀行')
    expect(tokenize('京銀').some((term) => name.includes(term))).toBe(true)
  })
})

describe('cutAsciiWords', () => {
  const texts = fc
    .array(fc.constantFrom(...'aBCdEf19 _-.$<^é\n'), { maxLength: 24 })
    .map((letters) => letters.join(''))

  test('property: the quick walk cuts as the definition does', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (text) => {
        expect(tokenize(text)).toEqual(tokenizeAny(text))
      }),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(
        texts.map((text) => text.replaceAll('é', 'X')),
        (text) => {
          expect(cutAsciiWords(text, 'letters-and-symbols')).toEqual(
            cutAnyGramWords(text),
          )
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('toSkeleton', () => {
  test('default: look-alikes, case and width have one skeleton', () => {
    const skeleton = toSkeleton('swap-best')
    for (const name of [
      'SWAP-BEST',
      'swаp-bеst',
      'ｓｗａｐ-best',
      'swap_best',
      'swap‐best',
    ])
      expect(toSkeleton(name)).toBe(skeleton)
    expect(toSkeleton('paypa1')).toBe(toSkeleton('paypal'))
  })

  test('behavior: different names and numbers stay different', () => {
    expect(toSkeleton('swap-best')).not.toBe(toSkeleton('swap-test'))
    expect(toSkeleton('agent-10')).not.toBe(toSkeleton('agent-lo'))
    expect(toSkeleton('agent-1')).not.toBe(toSkeleton('agent-11'))
  })
})
