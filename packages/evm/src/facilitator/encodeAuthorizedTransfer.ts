import type { Hex, TransferAuthorization } from '@behest/spec'
import { encodeFunctionData, parseSignature, size } from 'viem'
import { authorizationAbi } from './authorizationAbi.js'

/**
 * Encodes the call that takes an authorized payment.
 *
 * A plain signature goes in its parts, which every EIP-3009 token understands;
 * that of a contract account in bytes, which only the newer ones do.
 */
export function encodeAuthorizedTransfer(options: {
  readonly authorization: TransferAuthorization
  readonly signature: Hex
}): Hex {
  const { authorization, signature } = options
  const { from, to, value, validAfter, validBefore, nonce } = authorization
  const common = [from, to, value, validAfter, validBefore, nonce] as const
  if (size(signature) !== 65)
    return encodeFunctionData({
      abi: authorizationAbi,
      functionName: 'transferWithAuthorization',
      args: [...common, signature],
    })
  const { r, s, yParity } = parseSignature(signature)
  return encodeFunctionData({
    abi: authorizationAbi,
    functionName: 'transferWithAuthorization',
    args: [...common, 27 + yParity, r, s],
  })
}
