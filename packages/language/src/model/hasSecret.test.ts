import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasSecret } from './hasSecret.js'

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), {
      minLength: length,
      maxLength: length,
    })
    .map((digits) => digits.join(''))

describe('hasSecret', () => {
  test('law: a private key is found wherever it stands', () => {
    fc.assert(
      fc.property(
        hex(64),
        fc.constantFrom('', '0x'),
        fc.constantFrom('', 'my key is ', 'swap 1 eth, key='),
        fc.constantFrom('', ' thanks', '.'),
        (key, prefix, before, after) => {
          expect(hasSecret(`${before}${prefix}${key}${after}`)).toBe(true)
        },
      ),
    )
  })

  test.each([
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
    'my seed: abandon ability able about above absent absorb abstract absurd abuse access accident',
    'use sk-proj-abcdefghijklmnopqrstuvwxyz0123',
    'token 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    '-----BEGIN EC PRIVATE KEY-----',
  ])('behavior: %s does not leave', (words) => {
    expect(hasSecret(words)).toBe(true)
  })

  test.each([
    'swap half my ETH to USDC and lend it on Aave',
    'send 5 usdc to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    'hey can you please swap one eth for usdc on base then bridge everything to arbitrum and lend it where it earns most',
    'swap eth usdc dai wbtc link aave',
    '1ETHをUSDCに交換して',
  ])('behavior: %s is an ordinary sentence', (words) => {
    expect(hasSecret(words)).toBe(false)
  })
})
