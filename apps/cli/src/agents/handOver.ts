import type { RegistryClient, TransferAnswer } from '@behest/client'
import { signTransfer } from '@behest/sdk'
import {
  type Address,
  BehestError,
  hexSchema,
  isSameAddress,
  transferMessageSchema,
} from '@behest/spec'
import type { PrivateKeyAccount } from 'viem/accounts'
import * as z from 'zod'

const offerSchema = z.strictObject({
  type: z.literal('behest.transfer-offer'),
  chainId: z.int().min(1),
  message: transferMessageSchema,
  /** Of the owner until now. */
  signature: hexSchema,
})
/** Half of a transfer: what the old owner signed, for the new one to accept. */
export type TransferOffer = z.output<typeof offerSchema>

/**
 * Signs the half of a transfer that the owner until now signs. It is of no use
 * to anybody but the new owner, and to them only for so long.
 */
export async function offerTransfer(options: {
  readonly agentId: string
  readonly newOwner: Address
  readonly signer: PrivateKeyAccount
  readonly chainId: number
  readonly forSeconds: number
  readonly nowMs: number
}): Promise<TransferOffer> {
  const { agentId, newOwner, signer, chainId, forSeconds, nowMs } = options
  const message = {
    agentId,
    newOwner,
    sequence: nowMs,
    expiresAtUnixSeconds: Math.floor(nowMs / 1_000) + forSeconds,
  }
  const { signature } = await signTransfer({
    message,
    signer,
    newOwner: signer,
    chainId,
  })
  return { type: 'behest.transfer-offer', chainId, message, signature }
}

/**
 * Reads an offer that somebody sent.
 *
 * @throws {TransferOfferUnusableError} when it is none.
 */
export function parseTransferOffer(text: string): TransferOffer {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new TransferOfferUnusableError({ problem: 'it is no JSON' })
  }
  const parsed = offerSchema.safeParse(json)
  if (!parsed.success)
    throw new TransferOfferUnusableError({
      problem: parsed.error.issues[0]?.message ?? 'it has another form',
    })
  return parsed.data
}

/**
 * Accepts an offer as the new owner, and hands both signatures in.
 *
 * @throws {TransferOfferUnusableError} when it is for another key, of another
 *   chain, or too old.
 */
export async function acceptTransfer(options: {
  readonly registry: Pick<RegistryClient, 'transfer'>
  readonly offer: TransferOffer
  readonly signer: PrivateKeyAccount
  readonly chainId: number
  readonly nowMs: number
}): Promise<TransferAnswer> {
  const { registry, offer, signer, chainId, nowMs } = options
  const { message, signature } = offer
  const refuse = (problem: string): never => {
    throw new TransferOfferUnusableError({ problem })
  }
  if (!isSameAddress(message.newOwner, signer.address))
    refuse(`it is for ${message.newOwner}, and this key is ${signer.address}`)
  if (offer.chainId !== chainId)
    refuse(
      `it is signed for chain ${offer.chainId}, and the registry is of ${chainId}`,
    )
  if (message.expiresAtUnixSeconds * 1_000 <= nowMs)
    refuse('its time is over; ask the owner for a new one')
  const { newOwnerSignature } = await signTransfer({
    message,
    signer,
    newOwner: signer,
    chainId,
  })
  return registry.transfer(message.agentId, {
    message,
    signature,
    newOwnerSignature,
  })
}

/** Thrown when an offer to take an agent over cannot be accepted. */
export class TransferOfferUnusableError extends BehestError {
  readonly code = 'TRANSFER_OFFER_UNUSABLE'
  readonly retry = 'never'

  constructor(facts: { readonly problem: string }) {
    super(
      `The offer cannot be accepted: ${facts.problem}. The owner makes one with "behest agents transfer <id> --to <your address> --out <file>".`,
      { facts },
    )
  }
}
