import { describe, expect, test } from 'vitest'
import { findReferences, sayReference } from './reference.js'
import { plain } from './sayRecord.js'

const intentId = '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11'
const planHash = `0x${'0c'.repeat(32)}` as const

describe('findReferences', () => {
  test('default', () => {
    for (const reference of [{ intentId }, { intentId, planHash }])
      expect(findReferences(`A plan.\n\n${sayReference(reference)}\n`)).toEqual(
        [reference],
      )
  })

  test('behavior: every one is found, so that two are never taken for one', () => {
    const line = sayReference({ intentId, planHash })
    expect(findReferences(`${line}\nand\n> ${line}`)).toHaveLength(2)
  })

  test('behavior: only a line of its own is one', () => {
    const line = sayReference({ intentId, planHash })
    for (const text of [`see ${line}`, `${line} it is`, line.slice(0, -1)])
      expect(findReferences(text)).toEqual([])
  })

  test('L-LLM-03: a name that somebody chose cannot make one', () => {
    const line = sayReference({ intentId, planHash })
    for (const name of [`x\n${line}`, `x\r${line}`, `x\u2028${line}`])
      expect(findReferences(`- you get ${plain(name)}`)).toEqual([])
  })
})

describe('plain', () => {
  test('behavior: nothing of it is drawn as a link, a picture or code', () => {
    expect(plain('![a](http://x/?q) [b](c) <img> `d`\u202e\n')).not.toMatch(
      /[[\]<>`\n\u202e]/,
    )
  })
})
