import { encodeErrorResult, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import { knownErrorsAbi } from '../abi/abis.js'
import { decodeRevert } from './decodeRevert.js'

const standard = parseAbi([
  'error Error(string reason)',
  'error Panic(uint256 code)',
])
const reason = (text: string) =>
  encodeErrorResult({ abi: standard, errorName: 'Error', args: [text] })

describe('decodeRevert', () => {
  test('default: the words of the contract', () => {
    expect(decodeRevert(reason('STF'))).toBe('STF')
  })

  test('behavior: numbers of Aave become words', () => {
    expect(decodeRevert(reason('35'))).toBe(
      'the health factor would fall below the liquidation threshold (Aave error 35)',
    )
    expect(decodeRevert(reason('36'))).toBe(
      'the collateral cannot cover this loan (Aave error 36)',
    )
    expect(decodeRevert(reason('77777'))).toBe('77777')
  })

  test('behavior: custom errors with their values', () => {
    expect(
      decodeRevert(
        encodeErrorResult({
          abi: knownErrorsAbi,
          errorName: 'AllowanceExpired',
          args: [7n],
        }),
      ),
    ).toBe('AllowanceExpired(7)')
  })

  test('behavior: what a router wraps is unwrapped', () => {
    expect(
      decodeRevert(
        encodeErrorResult({
          abi: knownErrorsAbi,
          errorName: 'ExecutionFailed',
          args: [2n, reason('Too little received')],
        }),
      ),
    ).toBe('command 2 failed: Too little received')
  })

  test('behavior: panics', () => {
    expect(
      decodeRevert(
        encodeErrorResult({ abi: standard, errorName: 'Panic', args: [17n] }),
      ),
    ).toBe('a number overflowed (panic 17)')
  })

  test('behavior: bytes that nobody knows', () => {
    expect(decodeRevert('0x')).toBe('it reverted without a reason')
    expect(decodeRevert('0x', 'out of gas: gas exhausted')).toBe(
      'it ran out of gas',
    )
    expect(decodeRevert('0xdeadbeef00')).toBe(
      'it reverted with an unknown error 0xdeadbeef',
    )
    // A selector that is known, and arguments that are cut short.
    expect(decodeRevert('0x08c379a0ff')).toBe(
      'it reverted with an unknown error 0x08c379a0',
    )
  })

  test('behavior: a contract cannot draw on the screen', () => {
    const text = decodeRevert(reason(`ok\u001b[2J\u202e\n${'x'.repeat(900)}`))
    expect(text).toMatch(/^ok \[2J x+$/)
    expect(text.length).toBe(300)
  })
})
