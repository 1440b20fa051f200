import { describe, expect, test } from 'vitest'
import { toChainId } from './lexicon.js'
import { addEnglish, toEnglish } from './translate.js'

describe('addEnglish', () => {
  test('default: Japanese requests get the English words of what they name', () => {
    expect(addEnglish('イーサをUSDCに交換')).toBe(
      'イーサをUSDCに交換 swap exchange ether eth',
    )
    expect(toEnglish('イーサをUSDCに交換')).toBe('USDC swap exchange ether eth')
  })

  test('behavior: other languages are left alone', () => {
    for (const text of ['swap ETH', 'échanger des jetons', '']) {
      expect(addEnglish(text)).toBe(text)
      expect(toEnglish(text)).toBe(text)
    }
    expect(toEnglish('未知')).toBe('')
  })
})

describe('toChainId', () => {
  test('default: names and numbers', () => {
    expect(toChainId('Base')).toBe(8453)
    expect(toChainId('31337')).toBe(31_337)
    expect(toChainId('local')).toBe(31_337)
    expect(toChainId('nowhere')).toBeUndefined()
  })
})
