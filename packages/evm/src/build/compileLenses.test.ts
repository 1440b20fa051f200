import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileLenses } from './compileLenses.js'

describe('compileLenses', () => {
  test('behavior: the committed code is that of the committed sources', () => {
    const committed = readFileSync(
      new URL('../lens/lensCode.ts', import.meta.url),
      'utf8',
    )
    expect(compileLenses()).toBe(committed)
  }, 30_000)
})
