import fc from 'fast-check'
import { encodeFunctionResult, type Hex, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { readLens } from '../lens/lenses.js'
import { decodeAnswer } from './decodeAnswer.js'
import { ChainAnswerMalformedError } from './errors.js'

const decode = (data: Hex) =>
  decodeAnswer({ abi: readLens.abi, functionName: 'read', data })

describe('decodeAnswer', () => {
  test('default: what the contract returned', () => {
    const data = encodeFunctionResult({
      abi: readLens.abi,
      functionName: 'read',
      result: ['0x01', '0x'],
    })
    expect(decode(data)).toEqual(['0x01', '0x'])
  })

  test('error: a length that no answer has is the fault of the node', () => {
    const data: Hex = `0x${'20'.padStart(64, '0')}${'f'.repeat(64)}`
    expect(() => decode(data)).toThrow(ChainAnswerMalformedError)
    expect(() => decode(data)).toThrow(
      "The node's answer to read is not what the contract can return: its 64 bytes do not decode. Try again; if it stays, use another node.",
    )
  })

  test('property: any bytes decode, or are refused by name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          return Array.isArray(decode(toHex(bytes)))
        } catch (error) {
          return error instanceof ChainAnswerMalformedError
        }
      }),
    )
  })
})
