import {
  type Address,
  behestDomain,
  type Hex,
  type HireTrail,
  hireTypedDataTypes,
  isSameAddress,
  type QuoteRequest,
} from '@behest/spec'
import { recoverTypedDataAddress } from 'viem'
import type { AgentSigner } from '../sign/AgentSigner.js'

/** Why a request is not answered because of the hands that it came through. */
export type TrailMistake = { readonly code: string; readonly message: string }

/**
 * Adds an agent to the trail of what it was asked: whoever it asks can see it.
 *
 * @param options.request - What it was asked.
 * @param options.requestHash - The hash of that.
 * @param options.signer - The agent's key.
 */
export async function extendTrail(options: {
  readonly request: QuoteRequest
  readonly requestHash: Hex
  readonly signer: AgentSigner
}): Promise<HireTrail> {
  const { request, requestHash, signer } = options
  const { trail = [], chainId, intentId } = request
  const signature = await signer.signTypedData({
    domain: { ...behestDomain, chainId },
    types: hireTypedDataTypes,
    primaryType: 'Hire',
    message: {
      intentId,
      requestHash,
      agent: signer.address,
      depth: BigInt(trail.length),
    },
  })
  return [...trail, { agent: signer.address, requestHash, signature }]
}

/**
 * Looks for what is wrong with a request's trail: too long, a link that its
 * agent did not sign, or this very agent on it.
 *
 * @param options.request - The request.
 * @param options.agent - Who is asked.
 * @param options.maxDepth - Most hands that it may have come through.
 * @returns The mistake, or `null`.
 */
export async function findTrailMistake(options: {
  readonly request: QuoteRequest
  readonly agent: Address
  readonly maxDepth: number
}): Promise<TrailMistake | null> {
  const { request, agent, maxDepth } = options
  const { trail = [], chainId, intentId } = request
  if (trail.length > maxDepth)
    return {
      code: 'HIRED_TOO_DEEP',
      message: `The request came through ${trail.length} agents, and at most ${maxDepth} are answered. Ask directly.`,
    }
  if (trail.some((link) => isSameAddress(link.agent, agent)))
    return {
      code: 'HIRED_IN_A_LOOP',
      message:
        'The request came through this agent already. Ask another agent.',
    }
  for (const [depth, link] of trail.entries()) {
    const signer = await recoverTypedDataAddress({
      domain: { ...behestDomain, chainId },
      types: hireTypedDataTypes,
      primaryType: 'Hire',
      message: {
        intentId,
        requestHash: link.requestHash,
        agent: link.agent,
        depth: BigInt(depth),
      },
      signature: link.signature,
    }).catch(() => null) // bytes that are no signature are nobody's
    if (signer === null || !isSameAddress(signer, link.agent))
      return {
        code: 'TRAIL_NOT_SIGNED',
        message: `Link ${depth + 1} of the request's trail is not signed by ${link.agent}. Sign each link.`,
      }
  }
  return null
}
