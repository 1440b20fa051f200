import type { Address, Hex } from '@behest/spec'
import { encodeFunctionData, stringToHex } from 'viem'
import { identityRegistryAbi, reputationRegistryAbi } from './anchorAbi.js'
import type { AgentAnchor } from './readAgentAnchor.js'

/** Metadata keys under which an agent's card is bound to its number. */
export const anchorKeys = {
  /** The agent's id at the registry, as text. */
  agentId: 'behest.agentId',
  /** keccak256 of the card's bytes. */
  cardHash: 'behest.cardHash',
} as const

/** The tags under which a registry says what receipts made of an agent. */
export const trustTag = 'behest.trust'
/** Trust is written as a share with so many decimals. */
export const trustDecimals = 4

/** A call that an author pays for and signs. */
export type AnchorCall = {
  readonly to: Address
  readonly data: Hex
  /** In words, for whoever is asked to sign. */
  readonly says: string
}

/**
 * Encodes what makes the chain say what an agent's card says: one call for an
 * agent that is not there yet, and one for each thing that differs.
 *
 * @param options.anchor - What the chain says now; `undefined` before the first.
 * @returns No call where nothing differs.
 */
export function encodeAnchor(options: {
  readonly identityRegistry: Address
  readonly anchor: AgentAnchor | undefined
  readonly agentId: string
  readonly cardHash: Hex
  readonly agentUri: string
}): readonly AnchorCall[] {
  const { identityRegistry: to, anchor, agentId, cardHash, agentUri } = options
  const entries = [
    { metadataKey: anchorKeys.agentId, metadataValue: stringToHex(agentId) },
    { metadataKey: anchorKeys.cardHash, metadataValue: cardHash },
  ]
  const abi = identityRegistryAbi
  if (anchor === undefined)
    return [
      {
        to,
        data: encodeFunctionData({
          abi,
          functionName: 'register',
          args: [agentUri, entries],
        }),
        says: `registers ${agentId} with the hash of its card`,
      },
    ]
  const calls: AnchorCall[] = []
  if (anchor.agentUri !== agentUri)
    calls.push({
      to,
      data: encodeFunctionData({
        abi,
        functionName: 'setAgentURI',
        args: [anchor.tokenId, agentUri],
      }),
      says: 'writes the registration file anew',
    })
  for (const { metadataKey, metadataValue } of entries) {
    const isSame =
      metadataKey === anchorKeys.agentId
        ? anchor.agentId === agentId
        : anchor.cardHash === cardHash.toLowerCase()
    if (isSame) continue
    calls.push({
      to,
      data: encodeFunctionData({
        abi,
        functionName: 'setMetadata',
        args: [anchor.tokenId, metadataKey, metadataValue],
      }),
      says: `writes ${metadataKey} anew`,
    })
  }
  return calls
}

/**
 * Encodes what a registry's operator says of an agent, from its receipts.
 *
 * @param options.trustTenThousandths - Trust from 0 to 10000.
 * @param options.digestUri - The digest that it follows from.
 * @param options.digestHash - keccak256 of the digest's bytes.
 */
export function encodeTrust(options: {
  readonly reputationRegistry: Address
  readonly tokenId: bigint
  readonly trustTenThousandths: bigint
  readonly formulaVersion: string
  readonly endpoint: string
  readonly digestUri: string
  readonly digestHash: Hex
}): AnchorCall {
  return {
    to: options.reputationRegistry,
    data: encodeFunctionData({
      abi: reputationRegistryAbi,
      functionName: 'giveFeedback',
      args: [
        options.tokenId,
        options.trustTenThousandths,
        trustDecimals,
        trustTag,
        options.formulaVersion,
        options.endpoint,
        options.digestUri,
        options.digestHash,
      ],
    }),
    says: `says trust of ${options.trustTenThousandths} in 10000 about agent ${options.tokenId}`,
  }
}
