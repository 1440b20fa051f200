import { reputationRegistryAbi, trustTag } from '@behest/evm'
import type { Address, Hex } from '@behest/spec'
import type { PublicClient } from 'viem'

const uriHead = 'data:application/json;base64,'
const maxUriLetters = 4_000

/** What one account wrote on chain about the receipts of an agent. */
export type TrustStatement = {
  readonly by: Address
  readonly digestHash: Hex
  /** As it was written into the transaction; empty where it was kept elsewhere. */
  readonly digestText: string
}

/** Builds the URI that holds a digest, so that no server must keep it. */
export function buildDigestUri(text: string): string {
  return `${uriHead}${Buffer.from(text).toString('base64')}`
}

/** Reads the newest statement of each account about an agent's trust. */
export async function readTrustDigests(options: {
  readonly client: Pick<PublicClient, 'getContractEvents'>
  readonly reputationRegistry: Address
  readonly tokenId: bigint
}): Promise<readonly TrustStatement[]> {
  const { client, reputationRegistry, tokenId } = options
  const events = await client.getContractEvents({
    address: reputationRegistry,
    abi: reputationRegistryAbi,
    eventName: 'NewFeedback',
    args: { agentId: tokenId, indexedTag1: trustTag },
    fromBlock: 0n,
    strict: true,
  })
  const newest = new Map<string, TrustStatement>()
  for (const { args } of events) {
    const { clientAddress, feedbackURI, feedbackHash } = args
    const isHeld =
      feedbackURI.startsWith(uriHead) && feedbackURI.length < maxUriLetters
    newest.set(clientAddress.toLowerCase(), {
      by: clientAddress,
      digestHash: feedbackHash,
      digestText: isHeld
        ? Buffer.from(feedbackURI.slice(uriHead.length), 'base64').toString()
        : '',
    })
  }
  return [...newest.values()]
}
