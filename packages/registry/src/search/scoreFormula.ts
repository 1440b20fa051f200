import type { AgentStatus } from '../store/agentRecord.js'

/**
 * Names the rule by which scores are made. Any change of a number below is a
 * new version: whoever recomputes a score must know which rule made it.
 */
export const formulaVersion = '2026-11-3'

/** The numbers of the rule, in one place. */
export const formula = {
  /**
   * Weights of the signals. Each is on a scale of its own that does not depend
   * on the other candidates: the share of the query's words that is there, the
   * share of its letters, the cosine of its meaning. One stray word that matches
   * is then a small thing, where against the others it would be an outlier.
   */
  signals: { words: 1, letters: 0.3, meaning: 1.4 },
  relevancePower: 2,
  trustPower: 0.5,
  /** An agent without any receipt keeps this share: newcomers must be seen. */
  trustFloor: 0.3,
  health: {
    live: 1,
    unverified: 0.9,
    degraded: 0.7,
    stale: 0.5,
    down: 0.2,
    expired: 0.1,
    suspended: 0,
  } satisfies Record<AgentStatus, number>,
  /** A fee of so many basis points halves the price part. */
  feeHalvedAtBps: 1000,
} as const

/** The parts of a score; their product is the score. */
export type ScoreParts = {
  readonly relevance: number
  readonly trust: number
  readonly health: number
  readonly price: number
}

/**
 * Builds the parts of a score.
 *
 * @param options.z - Fused relevance; `undefined` where nothing was asked in words.
 * @param options.trustBound - Lower bound of promises kept, 0 to 1.
 * @param options.feeBps - The agent's own fee, in basis points.
 */
export function buildScoreParts(options: {
  readonly z: number | undefined
  readonly trustBound: number
  readonly status: AgentStatus
  readonly feeBps: number
}): ScoreParts {
  const { z, trustBound, status, feeBps } = options
  const relevance = z === undefined ? 1 : 1 / (1 + Math.exp(-z))
  return {
    relevance: relevance ** formula.relevancePower,
    trust:
      (formula.trustFloor + (1 - formula.trustFloor) * trustBound) **
      formula.trustPower,
    health: formula.health[status],
    price: 1 / (1 + feeBps / formula.feeHalvedAtBps),
  }
}

/** Multiplies the parts. */
export function toScore(parts: ScoreParts): number {
  return parts.relevance * parts.trust * parts.health * parts.price
}
