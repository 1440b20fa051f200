import type {
  CandidatesArtifact,
  ChainPort,
  Hex,
  RegistryPort,
  Step,
} from '@behest/spec'
import {
  ActionUnsupportedError,
  ChainNotServedError,
  StandingOrderUnsupportedError,
} from './errors.js'
import type { ResolvedTokens } from './resolveTokens.js'
import { toHealthFloor } from './toHealthFloor.js'

/** A step with its tokens found. */
export type ResolvedStep = {
  readonly step: Step
  readonly stepIndex: number
  readonly tokens: ResolvedTokens
}

/**
 * Refuses what cannot be done here before anybody is asked.
 *
 * @throws {ChainNotServedError} when a step names another chain.
 * @throws {StandingOrderUnsupportedError} when a step would have to wait.
 */
export function assertServable(options: {
  readonly steps: readonly Step[]
  readonly chain: ChainPort
}): void {
  const { steps, chain } = options
  for (const step of steps) {
    if (step.action === 'bridge')
      throw new ActionUnsupportedError({
        action: step.action,
        chain: chain.chainName,
      })
    if (step.chain !== undefined && step.chain !== chain.chainName)
      throw new ChainNotServedError({
        said: step.chain,
        served: chain.chainName,
      })
    // A health to stay above is no waiting: it bounds what the step may do.
    const isFloor = toHealthFloor(step) !== undefined
    const [condition] = isFloor ? [] : (step.when ?? [])
    const waits = condition
      ? `${condition.subject.text} ${condition.comparator} ${condition.value} ${condition.unit}`
      : step.schedule?.text
    if (waits !== undefined)
      throw new StandingOrderUnsupportedError({ stepId: step.id, said: waits })
  }
}

/**
 * Asks the registry who could serve each step.
 *
 * @param options.limit - Most agents per step.
 * @returns Every agent looked at, with why it was kept or dropped.
 * @throws {ActionUnsupportedError} when nobody serves a step.
 */
export async function collectCandidates(options: {
  readonly parentHash: Hex
  readonly steps: readonly ResolvedStep[]
  readonly registry: RegistryPort
  readonly chain: ChainPort
  readonly limit: number
}): Promise<CandidatesArtifact> {
  const { parentHash, steps, registry, chain, limit } = options
  const found = await Promise.all(
    steps.map(async ({ step, tokens }) => {
      const candidates = await registry.findCandidates({
        action: step.action,
        chainId: chain.chainId,
        tokens: Object.values(tokens).map((token) =>
          token.address === 'native' ? token.symbol : token.address,
        ),
        ...(step.venue === undefined ? {} : { venue: step.venue }),
        limit,
        // By the hash of what was meant: whoever doubts the choice can ask again.
        seed: `${parentHash} ${step.id}`,
      })
      if (!candidates.some((candidate) => candidate.kept))
        throw new ActionUnsupportedError({
          action:
            step.venue === undefined
              ? step.action
              : `${step.action} on ${step.venue}`,
          chain: chain.chainName,
        })
      return { stepId: step.id, candidates: [...candidates] }
    }),
  )
  return { stage: 'candidates', parentHash, steps: found }
}
