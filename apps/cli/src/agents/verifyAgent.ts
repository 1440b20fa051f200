// One file because it is one examination: what a registry says of an agent, each
// part held against what does not hang on the registry's word.

import {
  type AgentDetail,
  ApiProblemError,
  ApiUnreachableError,
  type ReceiptView,
  type RegistryClient,
} from '@behest/client'
import {
  type AnchorPlaces,
  AnchorUnreadableError,
  compareAnchor,
  createAnchorReader,
} from '@behest/evm'
import {
  buildReceiptDigest,
  digestBytes,
  formulaVersion,
  parseReceiptDigest,
  type ReceiptDigest,
  recomputeTrust,
} from '@behest/registry'
import {
  type Address,
  type Hex,
  type JsonValue,
  publishMessageSchema,
  receiptSchema,
  registryDomain,
  registryTypedDataTypes,
} from '@behest/spec'
import {
  BaseError,
  createPublicClient,
  http,
  keccak256,
  recoverTypedDataAddress,
  stringToHex,
} from 'viem'
import type { Finding } from '../doctor/Finding.js'
import { findAnchor } from './findAnchor.js'
import { readTrustDigests } from './readTrustDigests.js'

/** What was found out about an agent without believing its registry. */
export type AgentVerification = {
  readonly agentId: string
  readonly anchored: boolean
  readonly findings: readonly Finding[]
}

/** What is asked of a registry. */
export type AskedRegistry = Pick<RegistryClient, 'get' | 'receipts' | 'anchor'>

/**
 * Verifies what a registry says of an agent: the card against its hash and its
 * owner's signature, its place on chain read from a node of the asker's own, and
 * its trust computed anew from everybody's receipts.
 *
 * @param options.rpcUrl - The asker's node; the registry's is not believed.
 * @param options.places - Contracts on chain; nothing is asked there without.
 */
export async function verifyAgent(options: {
  readonly source: string
  readonly registry: AskedRegistry
  readonly chainId: number
  readonly rpcUrl: string
  readonly places: AnchorPlaces | undefined
}): Promise<AgentVerification> {
  const { registry, chainId, rpcUrl, places } = options
  const agent = await registry.get(options.source)
  const receipts = await readAllReceipts(registry)
  const findings: Finding[] = [
    ...(await verifyCard(agent, chainId)),
    await verifyTrust({ registry, agent, receipts }),
  ]
  if (places === undefined)
    return {
      agentId: agent.agentId,
      anchored: false,
      findings: [
        ...findings,
        {
          name: 'on chain',
          state: 'warning',
          detail: 'not asked: BEHEST_ANCHOR names no contracts',
          todo: 'set it as the registry has it, and ask again',
        },
      ],
    }
  const linked = await findAnchor(registry, agent.agentId)
  if (linked === undefined)
    return {
      agentId: agent.agentId,
      anchored: false,
      findings: [
        ...findings,
        {
          name: 'on chain',
          state: 'warning',
          detail: 'the registry knows no number of it on chain',
          todo: `its owner anchors it: behest agents anchor ${agent.agentId}`,
        },
      ],
    }
  return {
    agentId: agent.agentId,
    anchored: true,
    findings: [
      ...findings,
      ...(await verifyChain({
        agent,
        receipts,
        places,
        rpcUrl,
        chainId,
        tokenId: BigInt(linked.tokenId),
      })),
    ],
  }
}

async function verifyChain(options: {
  readonly agent: AgentDetail
  readonly receipts: readonly ReceiptView[]
  readonly places: AnchorPlaces
  readonly rpcUrl: string
  readonly chainId: number
  readonly tokenId: bigint
}): Promise<Finding[]> {
  const { agent, places, rpcUrl, chainId, tokenId } = options
  const reader = createAnchorReader({ rpcUrl, ...places })
  try {
    const seenChain = await reader.readChainId()
    const checks = compareAnchor({
      tokenId,
      anchor: await reader.readAnchor(tokenId),
      agentId: agent.agentId,
      owner: agent.owner,
      cardHash: agent.cardHash as Hex,
      agentUrl: agent.url.replace(/\/+$/, ''),
    })
    return [
      {
        name: 'chain',
        state: seenChain === chainId ? 'ok' : 'broken',
        detail:
          seenChain === chainId
            ? `number ${tokenId} at ${places.identityRegistry} on chain ${chainId}`
            : `your node is of chain ${seenChain} and the registry of ${chainId}`,
        ...(seenChain === chainId ? {} : { todo: 'set BEHEST_RPC_URL' }),
      },
      ...checks.map(
        ({ check, passed, says }): Finding =>
          passed
            ? { name: `chain: ${check}`, state: 'ok', detail: says }
            : {
                name: `chain: ${check}`,
                state: 'broken',
                detail: says,
                todo:
                  check === 'card' || check === 'address'
                    ? `its owner anchors the new card: behest agents anchor ${agent.agentId}`
                    : 'believe neither: somebody else holds the number, or the registry lies',
              },
      ),
      ...(await verifyDigests(options)),
    ]
  } catch (error) {
    // A chain that was not asked has not spoken against anybody.
    if (!(error instanceof AnchorUnreadableError)) throw error
    return [
      {
        name: 'on chain',
        state: 'warning',
        detail: `could not be asked about number ${tokenId}: ${error.shortMessage}`,
        todo: 'see that BEHEST_RPC_URL answers, and ask again',
      },
    ]
  }
}

async function verifyCard(
  agent: AgentDetail,
  chainId: number,
): Promise<Finding[]> {
  const isHashed = keccak256(stringToHex(agent.card)) === agent.cardHash
  const card: Finding = isHashed
    ? { name: 'card', state: 'ok', detail: `its hash is ${agent.cardHash}` }
    : {
        name: 'card',
        state: 'broken',
        detail: `the card that is shown does not have the hash ${agent.cardHash}`,
        todo: 'believe neither; ask another registry',
      }
  const message = publishMessageSchema.safeParse(agent.message).data
  if (message === undefined || agent.signature === null)
    return [
      card,
      {
        name: 'owner',
        state: 'warning',
        detail: 'nobody signed it: it was imported by the operator',
        todo: 'believe it as far as the operator',
      },
    ]
  const signer = await recoverTypedDataAddress({
    domain: { ...registryDomain, chainId },
    types: { Publish: registryTypedDataTypes.Publish },
    primaryType: 'Publish',
    message: {
      ...message,
      sequence: BigInt(message.sequence),
      expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
    },
    signature: agent.signature as Hex,
  }).catch(() => undefined)
  const former = agent.keys.some(
    ({ key, role }) => role === 'owner' && key === signer?.toLowerCase(),
  )
  const isBound =
    message.cardHash === agent.cardHash && message.agentId === agent.agentId
  if (isBound && signer?.toLowerCase() === agent.owner?.toLowerCase())
    return [card, { name: 'owner', state: 'ok', detail: `${signer} signed it` }]
  return [
    card,
    isBound && former
      ? {
          name: 'owner',
          state: 'warning',
          detail: `${signer} signed it, who has handed it over to ${agent.owner} since`,
          todo: 'ask the new owner to publish it anew',
        }
      : {
          name: 'owner',
          state: agent.owner === null ? 'warning' : 'broken',
          detail: `the signature is of ${signer ?? 'nobody'}, and the owner is ${agent.owner}`,
          todo: 'a contract that owns it is asked by its own word (ERC-1271); a key must have signed',
        },
  ]
}

async function verifyTrust(options: {
  readonly registry: AskedRegistry
  readonly agent: AgentDetail
  readonly receipts: readonly ReceiptView[]
}): Promise<Finding> {
  const { registry, agent, receipts } = options
  const claimed = readTrust(agent)
  if (claimed === null)
    return { name: 'trust', state: 'ok', detail: 'no receipt counts yet' }
  const named = new Set(
    receipts.flatMap(
      ({ receipt }) =>
        receiptSchema
          .safeParse(receipt)
          .data?.steps.map((step) => step.agent) ?? [],
    ),
  )
  const { keys, unasked } = await readKeysOf(registry, agent, named)
  const own = recomputeTrust({
    receipts,
    keys,
    nowUnixSeconds: claimed.atUnixSeconds,
  }).get(agent.agentId)
  const isSame = Math.abs((own?.bound ?? 0) - claimed.bound) < 1e-9
  return isSame
    ? {
        name: 'trust',
        state: 'ok',
        detail: `${claimed.bound.toFixed(4)}, the same from the ${receipts.length} public receipts of this registry`,
      }
    : unasked.length > 0
      ? {
          name: 'trust',
          state: 'warning',
          detail: `${claimed.bound.toFixed(4)} could not be computed anew: the registry did not answer about ${unasked.slice(0, 5).join(', ')}${unasked.length > 5 ? ` and ${unasked.length - 5} more` : ''}, whose keys take part`,
          todo: 'ask again when it answers; neither is shown by this',
        }
      : {
          name: 'trust',
          state: 'broken',
          detail: `the registry says ${claimed.bound.toFixed(4)}, and its receipts give ${(own?.bound ?? 0).toFixed(4)}`,
          todo: 'ask again in a minute; if it stays, the registry ranks by something else',
        }
}

/**
 * Reads the keys of agents. One that the registry says is gone has none; one
 * about which it did not answer is named, for its silence says nothing.
 */
async function readKeysOf(
  registry: AskedRegistry,
  agent: AgentDetail,
  agentIds: ReadonlySet<string>,
): Promise<{
  readonly keys: ReadonlyMap<string, AgentDetail['keys']>
  readonly unasked: readonly string[]
}> {
  const keys = new Map<string, AgentDetail['keys']>()
  const unasked: string[] = []
  for (const id of agentIds)
    try {
      const known = id === agent.agentId ? agent : await registry.get(id)
      keys.set(id, known.keys)
    } catch (error) {
      if (error instanceof ApiProblemError && error.status === 404) continue
      if (
        !(error instanceof ApiProblemError) &&
        !(error instanceof ApiUnreachableError)
      )
        throw error
      unasked.push(id)
    }
  return { keys, unasked }
}

async function verifyDigests(options: {
  readonly agent: AgentDetail
  readonly receipts: readonly ReceiptView[]
  readonly places: AnchorPlaces
  readonly rpcUrl: string
  readonly tokenId: bigint
}): Promise<Finding[]> {
  const { agent, receipts, places, rpcUrl, tokenId } = options
  const { reputationRegistry } = places
  if (reputationRegistry === undefined) return []
  const client = createPublicClient({ transport: http(rpcUrl) })
  let statements: Awaited<ReturnType<typeof readTrustDigests>>
  try {
    statements = await readTrustDigests({
      client,
      reputationRegistry,
      tokenId,
    })
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    return [
      {
        name: 'chain: trust',
        state: 'warning',
        detail: `could not be asked: your node does not give the events of ${reputationRegistry} (${error.shortMessage})`,
        todo: 'ask a node that keeps all events, with BEHEST_RPC_URL',
      },
    ]
  }
  return statements.map(({ by, digestHash, digestText }): Finding => {
    const name = 'chain: trust'
    const digest = parseReceiptDigest(digestText)
    if (digest === undefined || keccak256(digestBytes(digest)) !== digestHash)
      return {
        name,
        state: 'warning',
        detail: `${by} wrote a digest that cannot be read here`,
        todo: 'leave it out of account',
      }
    return compareDigest({ name, by, digest, agent, receipts })
  })
}

function compareDigest(options: {
  readonly name: string
  readonly by: Address
  readonly digest: ReceiptDigest
  readonly agent: AgentDetail
  readonly receipts: readonly ReceiptView[]
}): Finding {
  const { name, by, digest, agent, receipts } = options
  const now = buildReceiptDigest({
    agentId: agent.agentId,
    formulaVersion,
    receipts: receipts.filter(({ receipt }) =>
      namesAgent(receipt, agent.agentId),
    ),
    trust: readTrust(agent),
    throughSeq: digest.throughSeq,
  })
  const said = `${(digest.trustTenThousandths / 10_000).toFixed(4)} from ${digest.receipts} ${digest.receipts === 1 ? 'receipt' : 'receipts'} at ${new Date(digest.atUnixSeconds * 1_000).toISOString()}`
  return now.receiptsHash === digest.receiptsHash
    ? {
        name,
        state: 'ok',
        detail: `${by} wrote ${said}; the same receipts stand there today`,
      }
    : {
        name,
        state: 'broken',
        detail: `${by} wrote ${said}; of that time ${now.receipts} stand there today, and not the same`,
        todo: 'ask the operator which receipts went and why: the chain keeps what was said',
      }
}

/** Whether a receipt speaks of an agent, in a step or a payment. */
export function namesAgent(receipt: JsonValue, agentId: string): boolean {
  const read = receiptSchema.safeParse(receipt).data
  return [...(read?.steps ?? []), ...(read?.payments ?? [])].some(
    ({ agent }) => agent === agentId,
  )
}

/** Reads the trust that a registry claims of an agent. */
export function readTrust(
  agent: AgentDetail,
): { readonly bound: number; readonly atUnixSeconds: number } | null {
  const { bound, atUnixSeconds } = agent.trust ?? {}
  return typeof bound === 'number' && typeof atUnixSeconds === 'number'
    ? { bound, atUnixSeconds }
    : null
}

/** Reads every receipt that a registry has, page by page. */
export async function readAllReceipts(
  registry: Pick<RegistryClient, 'receipts'>,
): Promise<ReceiptView[]> {
  const all: ReceiptView[] = []
  for (let cursor: string | undefined = '0'; cursor !== undefined; ) {
    const page: Awaited<ReturnType<RegistryClient['receipts']>> =
      await registry.receipts({ limit: 100, cursor })
    all.push(...page.receipts)
    cursor = page.nextCursor ?? undefined
  }
  return all
}
