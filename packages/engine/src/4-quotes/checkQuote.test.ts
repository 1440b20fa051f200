import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  buildQuote,
  buildRequest,
  dai,
  eth,
  router,
  stranger,
  swap,
  usdc,
  wrapped,
} from '../testing/fixtures.js'
import { checkQuote } from './checkQuote.js'

const check = (
  changes: Parameters<typeof buildQuote>[0] = {},
  request = buildRequest(),
  nowUnixSeconds = 1000,
) =>
  checkQuote({
    quote: buildQuote(changes),
    request,
    wrappedNative: wrapped,
    nowUnixSeconds,
  })?.code ?? null

describe('checkQuote', () => {
  test('default: an honest quote has no objection', () => {
    expect(check()).toBeNull()
  })

  test('behavior: an answer to something else is no answer', () => {
    expect(check({ requestId: 'r2' })).toBe('QUOTE_REQUEST_MISMATCH')
    expect(check({ account: stranger })).toBe('QUOTE_REQUEST_MISMATCH')
    expect(check({ chainId: 1 })).toBe('QUOTE_REQUEST_MISMATCH')
  })

  test('behavior: the second of its end is too late', () => {
    expect(check({}, buildRequest(), 1119)).toBeNull()
    expect(check({}, buildRequest(), 1120)).toBe('QUOTE_EXPIRED')
  })

  test('L-APPR-01: an approval over the spend is refused, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_000_000n }),
        fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
        (spent, more) => {
          const units = spent + more
          const code = check({
            spend: [{ token: usdc, atMostUnits: spent }],
            approvals: [
              { token: usdc.address as `0x${string}`, spender: router, units },
            ],
          })
          expect(code).toBe('APPROVAL_EXCEEDS_SPEND')
        },
      ),
    )
  })

  test('behavior: an approval of the wrapped coin may stand for the coin', () => {
    const request = buildRequest({
      instruction: {
        ...swap,
        sell: { token: eth, amount: { type: 'exact', units: 5n } },
      },
    })
    const approvals = [{ token: wrapped, spender: router, units: 5n }]
    const spend = [{ token: eth, atMostUnits: 5n }]
    expect(check({ spend, approvals }, request)).toBeNull()
    expect(
      check(
        { spend, approvals: [{ token: wrapped, spender: router, units: 6n }] },
        request,
      ),
    ).toBe('APPROVAL_EXCEEDS_SPEND')
  })

  test('L-UNIT-09: it never spends more than the user said', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 200n }), (more) => {
        expect(
          check({
            spend: [{ token: usdc, atMostUnits: 1_000_000_000n + more }],
            approvals: [],
          }),
        ).toBe('SPENDS_TOO_MUCH')
      }),
    )
  })

  test('behavior: a token that the request does not name cannot be spent', () => {
    expect(
      check({
        spend: [
          { token: usdc, atMostUnits: 1n },
          { token: dai, atMostUnits: 1n },
        ],
        approvals: [],
      }),
    ).toBe('SPENDS_ANOTHER_TOKEN')
  })

  test('L-SLIP-04: a least under the stated slippage is refused', () => {
    const expectedUnits = 10n ** 21n
    const at = (bps: bigint) => ({
      receive: [
        {
          token: dai,
          account: buildRequest().account,
          expectedUnits,
          atLeastUnits: (expectedUnits * (10_000n - bps)) / 10_000n,
        },
      ],
    })
    expect(check(at(50n))).toBeNull()
    expect(check(at(51n))).toBe('SLIPPAGE_EXCEEDED')
  })

  test('L-SLIP-08: a trade without a least is refused', () => {
    expect(check({ receive: [] })).toBe('GIVES_TOO_LITTLE')
  })

  test('behavior: what is received elsewhere does not count', () => {
    const [item] = buildQuote().receive
    expect(
      check({ receive: item ? [{ ...item, account: stranger }] : [] }),
    ).toBe('GIVES_TOO_LITTLE')
  })

  test('behavior: an exact purchase must be promised in full', () => {
    const request = buildRequest({
      instruction: {
        ...swap,
        sell: { token: usdc },
        buy: {
          token: dai,
          amount: { type: 'exact', units: 1000n * 10n ** 18n },
        },
      },
    })
    expect(check({}, request)).toBe('GIVES_TOO_LITTLE')
  })

  test('behavior: a transfer must reach the named recipient in full', () => {
    const request = buildRequest({
      instruction: {
        action: 'transfer',
        token: usdc,
        amount: { type: 'exact', units: 5_000_000n },
        to: stranger,
      },
    })
    const transfer = (to: typeof stranger, units: bigint) => ({
      approvals: [],
      spend: [{ token: usdc, atMostUnits: 5_000_000n }],
      receive: [
        { token: usdc, account: to, atLeastUnits: units, expectedUnits: units },
      ],
    })
    expect(check(transfer(stranger, 5_000_000n), request)).toBeNull()
    expect(check(transfer(stranger, 4_999_999n), request)).toBe(
      'GIVES_TOO_LITTLE',
    )
    expect(check(transfer(router, 5_000_000n), request)).toBe(
      'GIVES_TOO_LITTLE',
    )
  })
})
