import type { AgentRecord } from '../store/agentRecord.js'
import type { HealthVerdict } from './judgeHealth.js'
import type { ProbeResult } from './probeAgent.js'

/** Declines in a row after which an action is no longer listed. */
const declinesTillDelisted = 6

/**
 * Chooses the actions that an agent is not listed for. Listing needs a quote: at
 * the door what failed, what was declined and what was not reached stays out, and
 * what is out comes back by quoting alone. A listed agent may decline now and
 * then, but not whatever it is asked.
 *
 * @param options.tried - Actions that this visit meant to try.
 * @param options.countDeclines - Declines of an action since it quoted last.
 * @returns The actions, of those that the agent offers.
 */
export async function chooseDelisted(options: {
  readonly agent: Pick<AgentRecord, 'status' | 'delisted' | 'capabilities'>
  readonly verdict: Pick<
    HealthVerdict,
    'failedActions' | 'passedActions' | 'declinedActions'
  >
  readonly tried: readonly string[]
  readonly results: readonly ProbeResult[]
  readonly countDeclines: (action: string) => Promise<number>
}): Promise<string[]> {
  const { agent, verdict, tried, results } = options
  const offered = new Set<string>(
    agent.capabilities.map(({ action }) => action),
  )
  const isAtDoor = agent.status === 'unverified'
  const wasAsked = results.some(({ kind }) => kind === 'canary')
  const answered = new Set(results.flatMap(({ action }) => action ?? []))
  const passed = new Set(verdict.passedActions)
  const delisted = new Set(
    agent.delisted.filter(
      (action) => offered.has(action) && !passed.has(action),
    ),
  )
  for (const action of verdict.failedActions) delisted.add(action)
  for (const action of verdict.declinedActions)
    if (
      !delisted.has(action) &&
      (isAtDoor ||
        (await options.countDeclines(action)) >= declinesTillDelisted)
    )
      delisted.add(action)
  // A visit has an end: what it did not reach has not quoted.
  if (isAtDoor && wasAsked)
    for (const action of tried) if (!answered.has(action)) delisted.add(action)
  return [...delisted].sort()
}
