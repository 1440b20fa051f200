import type pg from 'pg'
import {
  AnchorAbsentError,
  AnchorRefusedError,
} from '../errors/registryErrors.js'
import type { AgentRecord } from '../store/agentRecord.js'
import { readAnchorLink, writeAnchorLink } from '../store/anchorStore.js'

/** What the chain is asked about an agent. */
export type AnchorPort = {
  /** Which contracts, on which chain; `undefined` while that is not known. */
  readonly getPlace: () =>
    | {
        readonly chainId: number
        readonly identityRegistry: string
        readonly reputationRegistry: string | null
      }
    | undefined
  /** Holds what is listed of an agent against what stands on chain. */
  readonly check: (options: {
    readonly tokenId: bigint
    readonly agentId: string
    readonly owner: string | null
    readonly cardHash: string
    readonly agentUrl: string
  }) => Promise<
    readonly {
      readonly check: string
      readonly passed: boolean
      readonly says: string
    }[]
  >
  /** What others wrote of the agent's trust, the newest of each. */
  readonly readTrust: (tokenId: bigint) => Promise<
    readonly {
      readonly client: string
      readonly trust: number
      readonly formulaVersion: string
    }[]
  >
}

/** Where an agent stands on chain, and whether that fits what is listed. */
export type AnchorView = {
  readonly agentId: string
  readonly chainId: number
  readonly identityRegistry: string
  readonly reputationRegistry: string | null
  /** The agent's number at the identity registry, decimal. */
  readonly tokenId: string
  readonly state: 'agrees' | 'differs'
  readonly checks: Awaited<ReturnType<AnchorPort['check']>>
  readonly trust: Awaited<ReturnType<AnchorPort['readTrust']>>
  readonly linkedAt: string
}

/** What must hold before a number is taken for an agent's; a card may lag. */
const decisive = new Set(['number', 'owner', 'agent'])

type Asked = {
  readonly pool: pg.Pool
  readonly anchor: AnchorPort | undefined
  readonly agent: AgentRecord
}

/**
 * Takes note of an agent's number at the identity registry. Anybody may hand it
 * in: the chain says whether its owner wrote this agent's id beneath it.
 *
 * @throws {AnchorAbsentError} when this registry names no contracts.
 * @throws {AnchorRefusedError} when the chain says otherwise.
 */
export async function linkAnchor(
  options: Asked & { readonly tokenId: bigint },
): Promise<AnchorView> {
  const { pool, agent, tokenId } = options
  const { port, place } = getPlace(options)
  const checks = await port.check({ tokenId, ...toListed(agent) })
  const failed = checks.find(
    ({ check, passed }) => !passed && decisive.has(check),
  )
  if (failed !== undefined)
    throw new AnchorRefusedError({
      agentId: agent.id,
      tokenId: `${tokenId}`,
      reason: failed.says,
    })
  await writeAnchorLink(pool, { agentId: agent.id, ...place, tokenId })
  return readAnchor(options)
}

/**
 * Holds what is listed of an agent against the chain as it is now.
 *
 * @throws {AnchorAbsentError} when no number of it is known.
 */
export async function readAnchor(options: Asked): Promise<AnchorView> {
  const { pool, agent } = options
  const { port, place } = getPlace(options)
  const link = await readAnchorLink(pool, { agentId: agent.id, ...place })
  if (link === undefined)
    throw new AnchorAbsentError({
      agentId: agent.id,
      reason: `nobody handed in its number at ${place.identityRegistry}`,
    })
  const { tokenId, linkedAt } = link
  const [checks, trust] = await Promise.all([
    port.check({ tokenId, ...toListed(agent) }),
    port.readTrust(tokenId),
  ])
  return {
    agentId: agent.id,
    ...place,
    tokenId: `${tokenId}`,
    state: checks.every(({ passed }) => passed) ? 'agrees' : 'differs',
    checks,
    trust,
    linkedAt,
  }
}

function getPlace({ anchor, agent }: Asked) {
  const place = anchor?.getPlace()
  if (anchor === undefined || place === undefined)
    throw new AnchorAbsentError({
      agentId: agent.id,
      reason: 'this registry names no contracts (BEHEST_ANCHOR)',
    })
  return { port: anchor, place }
}

function toListed(agent: AgentRecord) {
  const { id, owner, cardHash, url } = agent
  return { agentId: id, owner, cardHash, agentUrl: url.replace(/\/+$/, '') }
}
