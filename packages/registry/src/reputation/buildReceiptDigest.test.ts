import { toCanonicalJson } from '@behest/spec'
import fc from 'fast-check'
import { keccak256, stringToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  buildReceiptDigest,
  digestBytes,
  parseReceiptDigest,
} from './buildReceiptDigest.js'

const receipt = (seq: number, verdict = 'confirmed') => ({
  hash: keccak256(stringToHex(`receipt ${seq}`)),
  verdict,
  seq,
})
const digestOf = (
  receipts: readonly ReturnType<typeof receipt>[],
  throughSeq?: number,
) =>
  buildReceiptDigest({
    agentId: 'swap-1a2b3c4d',
    formulaVersion: '1',
    receipts,
    trust: { bound: 0.84567, atUnixSeconds: 1_800_000_000 },
    ...(throughSeq === undefined ? {} : { throughSeq }),
  })

describe('buildReceiptDigest', () => {
  test('default: it names how many, through which, and trust rounded down', () => {
    expect(digestOf([receipt(3), receipt(9)])).toMatchObject({
      receipts: 2,
      throughSeq: 9,
      trustTenThousandths: 8_456,
      atUnixSeconds: 1_800_000_000,
    })
  })

  test('behavior: order says nothing; what is hidden, added or refuted shows', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 999 }), {
          minLength: 1,
          maxLength: 12,
        }),
        (seqs) => {
          const all = seqs.map((seq) => receipt(seq))
          const { receiptsHash, throughSeq } = digestOf(all)
          const again = (list: typeof all) =>
            digestOf(list, throughSeq).receiptsHash
          expect(again([...all].reverse())).toBe(receiptsHash)
          expect(again([...all, receipt(1_000)])).toBe(receiptsHash)
          expect(again([...all, receipt(0)])).not.toBe(receiptsHash)
          expect(again(all.slice(1))).not.toBe(receiptsHash)
          const [first, ...rest] = all
          expect(
            again([
              { ...(first ?? receipt(0)), verdict: 'contradicted' },
              ...rest,
            ]),
          ).not.toBe(receiptsHash)
        },
      ),
    )
  })

  test('behavior: what was written down reads as it was, and hashes the same', () => {
    const digest = digestOf([receipt(3)])
    const read = parseReceiptDigest(toCanonicalJson(digest))
    expect(read).toEqual(digest)
    expect(keccak256(digestBytes(read as never))).toBe(
      keccak256(digestBytes(digest)),
    )
    for (const text of ['', '{', '{}', '[1]'])
      expect(parseReceiptDigest(text)).toBeUndefined()
  })
})
