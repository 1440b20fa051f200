import {
  behestDomain,
  type Hex,
  isSameAddress,
  type JsonValue,
  type Receipt,
  receiptTypedDataTypes,
  toCanonicalJson,
} from '@behest/spec'
import { keccak256, recoverTypedDataAddress, stringToBytes } from 'viem'
import { ReceiptRefusedError } from '../errors/registryErrors.js'

/**
 * Hashes what a receipt's signatures cover.
 *
 * @param wire - The receipt as it was sent.
 * @returns keccak256 of its canonical JSON with no signatures in it.
 */
export function hashReceipt(wire: JsonValue): Hex {
  return keccak256(
    stringToBytes(
      toCanonicalJson({
        ...(wire as Record<string, JsonValue>),
        signatures: [],
      }),
    ),
  )
}

/**
 * Asserts that every signature of a receipt is that of who it names.
 *
 * @returns The signers, in lower case, each once.
 * @throws {ReceiptRefusedError} when one is not, or there is none.
 */
export async function assertReceiptSigned(
  receipt: Receipt,
  receiptHash: Hex,
): Promise<readonly string[]> {
  if (receipt.signatures.length === 0)
    throw new ReceiptRefusedError({ reason: 'nobody signed it' })
  // An engine's, and one of the agent of each step.
  if (receipt.signatures.length > 16)
    throw new ReceiptRefusedError({ reason: 'it has more than 16 signatures' })
  const signers = new Set<string>()
  for (const { by, signature } of receipt.signatures) {
    const signer = await recoverTypedDataAddress({
      domain: { ...behestDomain, chainId: receipt.chainId },
      types: receiptTypedDataTypes,
      primaryType: 'Receipt',
      message: {
        receiptHash,
        intentHash: receipt.intentHash,
        planHash: receipt.planHash,
      },
      signature,
    }).catch(() => undefined)
    if (signer === undefined || !isSameAddress(signer, by))
      throw new ReceiptRefusedError({
        reason: `the signature of ${by} does not hold`,
      })
    signers.add(by.toLowerCase())
  }
  return [...signers]
}
