import type { Address, Hex } from '@behest/spec'
import { parseAgentUri } from './agentRegistration.js'
import type { AgentAnchor } from './readAgentAnchor.js'

/** One thing that was held against the chain. */
export type AnchorCheck = {
  readonly check: 'number' | 'owner' | 'agent' | 'card' | 'address'
  readonly passed: boolean
  /** What was found, with both values where they differ. */
  readonly says: string
}

/**
 * Holds what a registry says of an agent against what the chain says. Pure:
 * a registry and whoever doubts it use the same rule.
 *
 * @param options.anchor - From the chain; `undefined` where the number is nobody's.
 * @param options.agentUrl - Where the agent is served, as the registry says.
 * @returns Every check, in the order in which they matter.
 */
export function compareAnchor(options: {
  readonly tokenId: bigint
  readonly anchor: AgentAnchor | undefined
  readonly agentId: string
  readonly owner: Address | null
  readonly cardHash: Hex
  readonly agentUrl: string
}): readonly AnchorCheck[] {
  const { tokenId, anchor, agentId, owner, cardHash, agentUrl } = options
  if (anchor === undefined)
    return [
      {
        check: 'number',
        passed: false,
        says: `the chain knows no agent ${tokenId}`,
      },
    ]
  const compare = (
    check: AnchorCheck['check'],
    what: string,
    onChain: string | undefined,
    listed: string | null,
  ): AnchorCheck =>
    onChain !== undefined && onChain.toLowerCase() === listed?.toLowerCase()
      ? { check, passed: true, says: `${what} is ${onChain} in both` }
      : {
          check,
          passed: false,
          says: `${what} is ${onChain?.slice(0, 120) ?? 'not'} on chain and ${listed ?? 'nothing'} at the registry`,
        }
  const checks = [
    compare('owner', 'the owner', anchor.owner, owner),
    compare('agent', 'the id', anchor.agentId, agentId),
    compare('card', 'the hash of the card', anchor.cardHash, cardHash),
  ]
  const served = parseAgentUri(anchor.agentUri)?.services.find(
    ({ name }) => name === 'A2A',
  )?.endpoint
  // A file that is kept elsewhere is not fetched: the hash binds the card.
  if (served === undefined) return checks
  const isBelow = served === agentUrl || served.startsWith(`${agentUrl}/`)
  return [
    ...checks,
    {
      check: 'address',
      passed: isBelow,
      says: isBelow
        ? `it is served below ${agentUrl} in both`
        : `it is served at ${served.slice(0, 200)} on chain and at ${agentUrl} at the registry`,
    },
  ]
}
