import { behestDomain, receiptTypedDataTypes } from '@behest/spec'
import fc from 'fast-check'
import {
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  type TransactionSerializedEIP1559,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { DevelopmentKeyRefusedError } from '../keystore/errors.js'
import { createAttestor } from './createAttestor.js'
import {
  createLegSigner,
  type LegTransaction,
  SignatureRefusedError,
} from './createLegSigner.js'

const account = privateKeyToAccount(`0x${'42'.repeat(32)}`)
const signer = createLegSigner({ account, chainId: 8453 })
const good: LegTransaction = {
  purpose: 'send',
  legId: 'leg',
  planHash: `0x${'11'.repeat(32)}`,
  chainId: 8453,
  from: account.address,
  to: '0x00000000000000000000000000000000000000Aa',
  valueWei: 5n,
  data: '0x1234',
  nonce: 7,
  gasLimit: 90_000n,
  maxFeePerGasWei: 100n,
  maxPriorityFeePerGasWei: 3n,
}

describe('createLegSigner', () => {
  test('default: what was approved is what is signed, field by field', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 2n ** 128n }),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.bigInt({ min: 21_000n, max: 2n ** 40n }),
        fc.bigInt({ min: 1n, max: 2n ** 64n }),
        async (valueWei, bytes, nonce, gasLimit, fee) => {
          const transaction: LegTransaction = {
            ...good,
            valueWei,
            data: `0x${Buffer.from(bytes).toString('hex')}`,
            nonce,
            gasLimit,
            maxFeePerGasWei: fee,
            maxPriorityFeePerGasWei: fee / 2n,
          }
          const { raw, hash } = await signer.sign(transaction)
          const serializedTransaction = raw as TransactionSerializedEIP1559
          const parsed = parseTransaction(serializedTransaction)
          expect({
            type: parsed.type,
            chainId: parsed.chainId,
            to: parsed.to,
            value: parsed.value ?? 0n,
            data: parsed.data ?? '0x',
            nonce: parsed.nonce ?? 0,
            gas: parsed.gas,
            maxFeePerGas: parsed.maxFeePerGas,
            maxPriorityFeePerGas: parsed.maxPriorityFeePerGas ?? 0n,
            accessList: parsed.accessList ?? [],
          }).toEqual({
            type: 'eip1559',
            chainId: 8453,
            to: good.to.toLowerCase(),
            value: valueWei,
            data: transaction.data,
            nonce,
            gas: gasLimit,
            maxFeePerGas: fee,
            maxPriorityFeePerGas: fee / 2n,
            accessList: [],
          })
          expect(
            await recoverTransactionAddress({ serializedTransaction }),
          ).toBe(account.address)
          expect(hash).toBe(keccak256(raw))
        },
      ),
      { numRuns: 20 },
    )
  })

  test('behavior: lost bytes come back the same', async () => {
    expect(await signer.sign(good)).toEqual(await signer.sign({ ...good }))
  })

  test.each<[string, Partial<LegTransaction>]>([
    ['another chain', { chainId: 1 }],
    ['another account', { from: '0x00000000000000000000000000000000000000bb' }],
    ['the zero address', { to: '0x0000000000000000000000000000000000000000' }],
    ['no nonce', { nonce: -1 }],
    ['half a nonce', { nonce: 1.5 }],
    ['no gas', { gasLimit: 0n }],
    ['a tip above the fee', { maxPriorityFeePerGasWei: 101n }],
    ['a cancellation that pays', { purpose: 'cancel' }],
    [
      'a cancellation that calls',
      { purpose: 'cancel', to: account.address, valueWei: 0n },
    ],
  ])('error: SignatureRefusedError for %s', async (_, change) => {
    await expect(signer.sign({ ...good, ...change })).rejects.toBeInstanceOf(
      SignatureRefusedError,
    )
  })

  test('behavior: an empty call to itself cancels', async () => {
    const { raw } = await signer.sign({
      ...good,
      purpose: 'cancel',
      to: account.address,
      valueWei: 0n,
      data: '0x',
    })
    expect(raw).toMatch(/^0x02/)
  })

  test('behavior: there is no way to a raw signature', () => {
    expect(Object.keys(signer).sort()).toEqual(['address', 'chainId', 'sign'])
  })

  test('error: DevelopmentKeyRefusedError off the local chain', () => {
    const known = privateKeyToAccount(
      '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
    )
    expect(() => createLegSigner({ account: known, chainId: 10 })).toThrow(
      DevelopmentKeyRefusedError,
    )
    expect(createLegSigner({ account: known, chainId: 31337 }).address).toBe(
      known.address,
    )
  })
})

describe('createAttestor', () => {
  test('default: signs a receipt that anybody can check', async () => {
    const attestor = createAttestor(account)
    const message = {
      receiptHash: `0x${'01'.repeat(32)}`,
      intentHash: `0x${'02'.repeat(32)}`,
      planHash: `0x${'03'.repeat(32)}`,
    } as const
    const signature = await attestor.signReceipt({ chainId: 10, ...message })
    const signed = {
      domain: { ...behestDomain, chainId: 10 },
      types: receiptTypedDataTypes,
      primaryType: 'Receipt',
      signature,
    } as const
    expect(await recoverTypedDataAddress({ ...signed, message })).toBe(
      attestor.address,
    )
    expect(
      await recoverTypedDataAddress({
        ...signed,
        domain: { ...behestDomain, chainId: 1 },
        message,
      }),
    ).not.toBe(attestor.address)
  })
})
