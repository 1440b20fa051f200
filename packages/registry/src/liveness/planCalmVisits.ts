/** Visits a second at most; more agents are visited less often. */
const maxVisitsPerSecond = 200
const shortestIntervalMs = 15_000
const longestIntervalMs = 3_600_000
/** A proof ends a little before the minute that people are promised. */
export const defaultProofMs = 50_000
const intervalsPerProof = 2

/** When a healthy agent is visited again, and how long this visit proves it. */
export type CalmVisits = {
  readonly intervalMs: number
  readonly proofMs: number
}

/**
 * Plans the visits of agents that are well. Up to 3,000 agents are visited each
 * 15 s and leave search within a minute of their last answer; so do 5,000 at
 * 25 s. With more of them both times grow, and so does what a proof is worth.
 *
 * @param options.visited - Agents that are visited.
 * @param options.random - From 0 to below 1: agents that were published together
 *   are not visited together.
 */
export function planCalmVisits(options: {
  readonly visited: number
  readonly random: number
  /** How long a visit proves at least, in ms. */
  readonly shortestProofMs?: number
}): CalmVisits {
  const fairMs = Math.min(
    longestIntervalMs,
    Math.max(shortestIntervalMs, (options.visited / maxVisitsPerSecond) * 1000),
  )
  return {
    intervalMs: fairMs * (0.8 + 0.4 * options.random),
    proofMs: Math.max(
      options.shortestProofMs ?? defaultProofMs,
      // Below its longest wait no proof may end, or the living would come and go.
      fairMs > shortestIntervalMs ? intervalsPerProof * fairMs : 0,
    ),
  }
}
