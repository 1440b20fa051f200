import { buildReceiptDigest } from '@behest/registry'
import { toCanonicalJson } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { isSaidAlready } from './isSaidAlready.js'

const by = '0x00000000000000000000000000000000000000Aa'
const other = '0x00000000000000000000000000000000000000bb'
const hash = `0x${'1'.repeat(64)}` as const
const build = (bound: number, atUnixSeconds: number, hashes = [hash]) =>
  buildReceiptDigest({
    agentId: 'pay-1',
    formulaVersion: '1',
    receipts: hashes.map((one, index) => ({
      hash: one,
      verdict: 'confirmed',
      seq: index + 1,
    })),
    trust: { bound, atUnixSeconds },
  })
const state = (account: typeof by | typeof other, digest = build(0.5, 10)) => ({
  by: account,
  digestHash: hash,
  digestText: toCanonicalJson(digest),
})

describe('isSaidAlready', () => {
  test('default: the same receipts and trust, at another time', () => {
    const digest = build(0.5, 99)
    const statements = [state(other, build(0.1, 1)), state(by)]
    expect(isSaidAlready({ statements, by, digest })).toBe(true)
  })

  test.each([
    ['other trust', build(0.6, 10)],
    ['one receipt more', build(0.5, 10, [hash, `0x${'2'.repeat(64)}`])],
  ])('behavior: %s is something new', (_, digest) => {
    const statements = [state(by)]
    expect(isSaidAlready({ statements, by, digest })).toBe(false)
  })

  test('behavior: what others said, or nobody can read, is not ours', () => {
    const digest = build(0.5, 10)
    const unread = { ...state(by), digestText: '' }
    for (const statements of [[], [state(other)], [unread]])
      expect(isSaidAlready({ statements, by, digest })).toBe(false)
  })
})
