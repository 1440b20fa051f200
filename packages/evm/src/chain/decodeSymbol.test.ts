import fc from 'fast-check'
import { bytesToHex, encodeAbiParameters, stringToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { decodeSymbol } from './decodeSymbol.js'

const abi = (symbol: string) =>
  encodeAbiParameters([{ type: 'string' }], [symbol])

describe('decodeSymbol', () => {
  test('default: a string, and 32 bytes of old', () => {
    expect(decodeSymbol(abi('USDC'))).toBe('USDC')
    expect(decodeSymbol(stringToHex('MKR', { size: 32 }))).toBe('MKR')
  })

  test('behavior: nothing that hides or turns letters is left', () => {
    expect(decodeSymbol(abi('US\u200bDC\u202e\u0007'))).toBe('USDC')
    expect(decodeSymbol(abi('\u3164\u200d'))).toBeUndefined()
    expect(decodeSymbol(abi(`${'x'.repeat(31)}😀`))).toBe('x'.repeat(31))
  })

  test('behavior: no answer of any contract breaks it', () => {
    expect(decodeSymbol('0x')).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const symbol = decodeSymbol(bytesToHex(bytes))
        expect(symbol?.length ?? 1).toBeLessThanOrEqual(32)
        expect(symbol ?? 'x').not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })
})
