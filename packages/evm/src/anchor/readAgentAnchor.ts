import { type Address, BehestError, type Hex } from '@behest/spec'
import {
  BaseError,
  ContractFunctionExecutionError,
  createPublicClient,
  HttpRequestError,
  hexToString,
  http,
  isHash,
  parseEventLogs,
  TimeoutError,
  type TransactionReceipt,
} from 'viem'
import { identityRegistryAbi, reputationRegistryAbi } from './anchorAbi.js'
import { anchorKeys, trustDecimals, trustTag } from './encodeAnchor.js'

const timeoutMs = 5_000
/** Registration files are a few hundred letters; a stranger may pay for more. */
const maxUriLetters = 24_000

/** What the chain says of an agent. */
export type AgentAnchor = {
  readonly tokenId: bigint
  /** In lower case. */
  readonly owner: Address
  readonly agentUri: string
  /** The id at a registry that the owner wrote down, or nothing. */
  readonly agentId: string | undefined
  /** keccak256 of the card that the owner wrote down, or nothing. */
  readonly cardHash: Hex | undefined
}

/** One statement of trust that stands on chain. */
export type AnchoredTrust = {
  readonly client: Address
  readonly feedbackIndex: bigint
  /** From 0 to 10000. */
  readonly trustTenThousandths: bigint
  readonly formulaVersion: string
}

/** Reads identity and reputation registries of ERC-8004 on one chain. */
export type AnchorReader = {
  readonly readChainId: () => Promise<number>
  /** @returns `undefined` where there is no agent of that number. */
  readonly readAnchor: (tokenId: bigint) => Promise<AgentAnchor | undefined>
  /** The newest statement of each client, with nothing that was taken back. */
  readonly readTrust: (tokenId: bigint) => Promise<readonly AnchoredTrust[]>
}

/**
 * Creates a reader of the registries that an operator or a doubter names.
 *
 * @param options.rpcUrl - Where the chain is asked; no error repeats it.
 * @param options.reputationRegistry - Without one nobody is asked for trust.
 */
export function createAnchorReader(options: {
  readonly rpcUrl: string
  readonly identityRegistry: Address
  readonly reputationRegistry: Address | undefined
}): AnchorReader {
  const { identityRegistry: address, reputationRegistry } = options
  const client = createPublicClient({
    transport: http(options.rpcUrl, { retryCount: 1, timeout: timeoutMs }),
    ccipRead: false,
  })
  const abi = identityRegistryAbi
  const readMetadata = (tokenId: bigint, key: string) =>
    client.readContract({
      address,
      abi,
      functionName: 'getMetadata',
      args: [tokenId, key],
    })
  return {
    readChainId: () => client.getChainId().catch(fail),
    readAnchor: async (tokenId) => {
      let owner: Address
      try {
        owner = await client.readContract({
          address,
          abi,
          functionName: 'ownerOf',
          args: [tokenId],
        })
      } catch (error) {
        if (isRefusal(error)) return undefined
        return fail(error)
      }
      const [agentUri, agentId, cardHash] = await Promise.all([
        client.readContract({
          address,
          abi,
          functionName: 'tokenURI',
          args: [tokenId],
        }),
        readMetadata(tokenId, anchorKeys.agentId),
        readMetadata(tokenId, anchorKeys.cardHash),
      ]).catch(fail)
      return {
        tokenId,
        owner: owner.toLowerCase() as Address,
        agentUri: agentUri.slice(0, maxUriLetters),
        agentId:
          agentId === '0x' || agentId.length > 300
            ? undefined
            : hexToString(agentId),
        cardHash: isHash(cardHash)
          ? (cardHash.toLowerCase() as Hex)
          : undefined,
      }
    },
    readTrust: async (tokenId) => {
      if (reputationRegistry === undefined) return []
      const [clients, indexes, values, decimals, , versions] = await client
        .readContract({
          address: reputationRegistry,
          abi: reputationRegistryAbi,
          functionName: 'readAllFeedback',
          args: [tokenId, [], trustTag, '', false],
        })
        .catch((error: unknown) =>
          isRefusal(error)
            ? ([[], [], [], [], [], [], []] as const)
            : fail(error),
        )
      const newest = new Map<string, AnchoredTrust>()
      for (const [place, by] of clients.entries()) {
        const value = values[place] ?? 0n
        if (decimals[place] !== trustDecimals || value < 0n || value > 10_000n)
          continue
        newest.set(by.toLowerCase(), {
          client: by.toLowerCase() as Address,
          feedbackIndex: indexes[place] ?? 0n,
          trustTenThousandths: value,
          formulaVersion: versions[place] ?? '',
        })
      }
      return [...newest.values()]
    },
  }
}

/**
 * Gets the number that a registration was given, from its transaction.
 *
 * @returns `undefined` where the transaction registered nothing there.
 */
export function getRegisteredTokenId(
  receipt: Pick<TransactionReceipt, 'logs'>,
  identityRegistry: Address,
): bigint | undefined {
  return parseEventLogs({
    abi: identityRegistryAbi,
    eventName: 'Registered',
    logs: receipt.logs,
  }).find(
    ({ address }) => address.toLowerCase() === identityRegistry.toLowerCase(),
  )?.args.agentId
}

// A contract that says no, or that is none: an answer. A node that is away: none.
function isRefusal(error: unknown): boolean {
  return error instanceof ContractFunctionExecutionError && !isAway(error)
}

function isAway(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk(
      (cause) =>
        cause instanceof HttpRequestError || cause instanceof TimeoutError,
    ) !== null
  )
}

function fail(cause: unknown): never {
  throw new AnchorUnreadableError({
    reason: isAway(cause)
      ? 'the node does not answer'
      : 'the contracts there do not answer as ERC-8004 says',
    cause,
  })
}

/** Thrown when the registries on chain cannot be asked. */
export class AnchorUnreadableError extends BehestError {
  readonly code = 'ANCHOR_UNREADABLE'
  readonly retry = 'same-input'

  constructor(facts: { readonly reason: string; readonly cause: unknown }) {
    super(
      `The registries on chain cannot be read: ${facts.reason}. See that the node runs and that BEHEST_ANCHOR names an identity registry on its chain.`,
      { facts: { reason: facts.reason }, cause: facts.cause },
    )
  }
}
