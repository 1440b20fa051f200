import { describe, expect, test } from 'vitest'
import { classifySendError } from './classifySendError.js'

describe('classifySendError', () => {
  test.each([
    ['already known', 'already-known'],
    ['transaction already imported', 'already-known'],
    ['AlreadyKnown', 'already-known'],
    ['known transaction: 0xab', 'already-known'],
    ['nonce too low', 'nonce-too-low'],
    ['nonce too low: next nonce 5, tx nonce 4', 'nonce-too-low'],
    ['OldNonce, Current nonce: 5, nonce of rejected tx: 4', 'nonce-too-low'],
    ['nonce too high', 'nonce-too-high'],
    [
      'in-flight transaction limit reached for delegated accounts',
      'in-flight-limit',
    ],
    ['gapped-nonce tx from delegated accounts', 'in-flight-limit'],
    ['replacement transaction underpriced', 'underpriced'],
    ['transaction underpriced: tip needed 1, tip permitted 0', 'underpriced'],
    ['max fee per gas less than block base fee: address 0xab', 'fee-too-low'],
    [
      'insufficient funds for gas * price + value: balance 0, tx cost 1',
      'insufficient-funds',
    ],
    ['Insufficient funds for gas * price + value', 'insufficient-funds'],
    ['exceeds block gas limit', 'gas-limit'],
    ['intrinsic gas too low', 'gas-limit'],
    ['invalid chain id for signer: have 1 want 5', 'wrong-chain'],
    ['Too Many Requests', 'rate-limited'],
    ['daily request count exceeded, request rate limited', 'rate-limited'],
    ['something else entirely', 'refused'],
  ])('%s → %s', (details, answer) => {
    expect(classifySendError(details)).toBe(answer)
  })
})
