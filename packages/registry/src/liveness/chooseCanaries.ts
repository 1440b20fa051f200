import type { Capability } from '@behest/spec'
import type { AgentRecord } from '../store/agentRecord.js'

/** Every so many visits a capability is tried with a canary. */
const canaryEvery = 4
const maxCanaries = 8

/**
 * Chooses the capabilities that a visit tries. Of a live agent one now and then;
 * of any other, and of one that has just failed, all: an agent whose card is
 * served while nothing quotes would be well again at each visit of its card.
 *
 * @param options.seed - Decides by chance, as a whole number.
 * @param options.failures - Visits in a row that failed.
 */
export function chooseCanaries(options: {
  readonly agent: Pick<AgentRecord, 'capabilities' | 'delisted' | 'status'>
  readonly seed: number
  readonly failures: number
}): Capability[] {
  const { agent, seed, failures } = options
  const perAction = new Map(
    agent.capabilities.map((capability) => [capability.action, capability]),
  )
  const all = [...perAction.values()].slice(0, maxCanaries)
  if (agent.status !== 'live' || failures > 0) return all
  // What failed is tried at each visit, so that a repair shows at once.
  const failed = all.filter(({ action }) => agent.delisted.includes(action))
  if (seed % canaryEvery !== 0) return failed
  const chosen = all[Math.floor(seed / canaryEvery) % (all.length || 1)]
  return chosen === undefined || failed.includes(chosen)
    ? failed
    : [...failed, chosen]
}
