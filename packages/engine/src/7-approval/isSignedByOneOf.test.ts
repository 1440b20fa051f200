import { hashTypedData } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { buildApprovalTypedData } from './buildApprovalTypedData.js'
import { isSignedByOneOf } from './isSignedByOneOf.js'

const approver = privateKeyToAccount(generatePrivateKey())
const other = privateKeyToAccount(generatePrivateKey())
const addresses = [other.address, approver.address]
const typedData = buildApprovalTypedData({
  chainId: 31_337,
  planHash: `0x${'11'.repeat(32)}`,
  simulationHash: `0x${'22'.repeat(32)}`,
  decision: 'approve',
})
const hash = hashTypedData(typedData)

describe('isSignedByOneOf', () => {
  test('default: one of several', async () => {
    const signature = await approver.signTypedData(typedData)
    expect(await isSignedByOneOf({ hash, signature, addresses })).toBe(true)
  })

  test('behavior: somebody else’s, and one over something else', async () => {
    const signature = await approver.signTypedData(typedData)
    expect(
      await isSignedByOneOf({ hash, signature, addresses: [other.address] }),
    ).toBe(false)
    const rejected = { ...typedData.message, decision: 'reject' } as const
    const signed = await approver.signTypedData({
      ...typedData,
      message: rejected,
    })
    expect(
      await isSignedByOneOf({
        hash,
        signature: signed,
        addresses: [approver.address],
      }),
    ).toBe(false)
  })

  test.each([undefined, '0x', '0x1234', `0x${'ff'.repeat(65)}`] as const)(
    'behavior: %s is nobody’s signature',
    async (signature) => {
      expect(await isSignedByOneOf({ hash, signature, addresses })).toBe(false)
    },
  )
})
