import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readReply } from './readReply.js'

const hash = `0x${'ab'.repeat(32)}` as const

describe('readReply', () => {
  test('behavior: a yes that says nothing else is a yes', () => {
    for (const text of [
      'yes',
      'Yes.',
      ' YES! ',
      'y',
      'yes, do exactly this',
      'approve',
      'I approve',
      'please do it',
      'Go ahead, please',
      'confirm',
      'はい',
      '承認します。',
    ])
      expect([text, readReply(text)]).toEqual([text, { type: 'approve' }])
  })

  test('behavior: a no is a no', () => {
    for (const text of ['no', 'No!', 'cancel', "don't", 'stop', 'いいえ'])
      expect([text, readReply(text)]).toEqual([text, { type: 'reject' }])
  })

  test('behavior: whatever else is said with it makes it words', () => {
    for (const text of [
      'yes, but make it 2 ETH',
      'yes and then lend it',
      'approve 100 USDC for uniswap',
      'ok',
      'sure',
      'thanks',
      'is yes what I have to say?',
      'he said "approve"',
      `approve ${hash} twice`,
      'no more than 3 ETH',
      'not yes',
      '',
    ])
      expect([text, readReply(text)]).toEqual([text, { type: 'words' }])
  })

  test('behavior: a plan may be named, whole or by its beginning', () => {
    expect(readReply(`approve ${hash}`)).toEqual({
      type: 'approve',
      planHash: hash,
    })
    expect(readReply(`Yes, approve plan ${hash.toUpperCase()}`)).toEqual({
      type: 'approve',
      planHash: hash,
    })
    expect(readReply('reject 0xabababab')).toEqual({
      type: 'reject',
      planHash: '0xabababab',
    })
    expect(readReply('approve 0xabab')).toEqual({ type: 'words' })
  })

  test('L-LLM-05: text around a yes never makes it one', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      // Punctuation and spaces are nothing, and "please" is a yes' companion.
      .filter((text) => /[\p{L}\p{N}]/u.test(text))
      .filter(
        (text) =>
          readReply(text).type === 'words' &&
          !/please|yes|it|this|that|plan|i|0x/i.test(text.normalize('NFKC')),
      )
    fc.assert(
      fc.property(word, word, (before, after) => {
        expect(readReply(`${before} yes`).type).not.toBe('approve')
        expect(readReply(`yes ${after}`).type).not.toBe('approve')
      }),
    )
  })
})
