import { type Address, type Hex, isSameAddress } from '@behest/spec'
import { recoverAddress } from 'viem'

/**
 * Tells whether one of these accounts signed. Bytes that are no signature are
 * nobody's.
 *
 * @param options.hash - What was signed, e.g. by `hashTypedData`.
 */
export async function isSignedByOneOf(options: {
  readonly hash: Hex
  readonly signature: Hex | undefined
  readonly addresses: readonly Address[]
}): Promise<boolean> {
  const { hash, signature, addresses } = options
  if (signature === undefined) return false
  try {
    const signer = await recoverAddress({ hash, signature })
    return addresses.some((one) => isSameAddress(one, signer))
  } catch {
    return false
  }
}
