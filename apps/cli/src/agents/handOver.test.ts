import type { RegistryClient } from '@behest/client'
import {
  registryDomain,
  registryTypedDataTypes,
  type TransferRequest,
} from '@behest/spec'
import { recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import {
  acceptTransfer,
  offerTransfer,
  parseTransferOffer,
  type TransferOffer,
  TransferOfferUnusableError,
} from './handOver.js'

const owner = privateKeyToAccount(`0x${'31'.repeat(32)}`)
const next = privateKeyToAccount(`0x${'32'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'33'.repeat(32)}`)
const chainId = 31_337
const nowMs = 1_800_000_000_000

const offer = () =>
  offerTransfer({
    agentId: 'swap-1a2b3c4d',
    newOwner: next.address,
    signer: owner,
    chainId,
    forSeconds: 60,
    nowMs,
  })

async function accept(
  offered: TransferOffer,
  options: { signer?: typeof next; chainId?: number; nowMs?: number } = {},
) {
  const sent: TransferRequest[] = []
  const registry: Pick<RegistryClient, 'transfer'> = {
    transfer: async (_agentId, request) => {
      sent.push(request)
      return { owner: request.message.newOwner, seq: 1 }
    },
  }
  const answer = await acceptTransfer({
    registry,
    offer: offered,
    signer: options.signer ?? next,
    chainId: options.chainId ?? chainId,
    nowMs: options.nowMs ?? nowMs,
  })
  return { answer, sent }
}

describe('acceptTransfer', () => {
  test('default: an offer that went through a file carries both signatures', async () => {
    const offered = parseTransferOffer(JSON.stringify(await offer()))
    const { answer, sent } = await accept(offered)
    expect(answer.owner).toBe(next.address)
    const [request] = sent
    const { message, signature, newOwnerSignature } = request as TransferRequest
    const signers = await Promise.all(
      [signature, newOwnerSignature].map((one) =>
        recoverTypedDataAddress({
          domain: { ...registryDomain, chainId },
          types: { Transfer: registryTypedDataTypes.Transfer },
          primaryType: 'Transfer',
          message: {
            ...message,
            sequence: BigInt(message.sequence),
            expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
          },
          signature: one,
        }),
      ),
    )
    expect(signers).toEqual([owner.address, next.address])
  })

  test.each([
    ['another key', { signer: stranger }, /this key is/],
    ['another chain', { chainId: 1 }, /signed for chain 31337/],
    ['too late', { nowMs: nowMs + 60_000 }, /time is over/],
  ])('error: %s', async (_name, options, says) => {
    await expect(accept(await offer(), options)).rejects.toThrow(says)
  })

  test.each(['{', '{}', '[]'])('error: %s is no offer', (text) => {
    expect(() => parseTransferOffer(text)).toThrow(TransferOfferUnusableError)
  })
})
