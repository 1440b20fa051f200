import type { MeasuredStatus } from '../store/agentRecord.js'
import type { ProbeResult } from './probeAgent.js'

/** What the registry remembers between two visits. */
export type HealthState = {
  readonly status: MeasuredStatus
  readonly failures: number
  readonly successes: number
}

/** What a visit changes, and when the next one is due. */
export type HealthVerdict = HealthState & {
  readonly reason: string
  readonly nextProbeInMs: number
  /** Actions whose contract test failed in this visit. */
  readonly failedActions: readonly string[]
  readonly passedActions: readonly string[]
}

const retryDelaysMs = [5_000, 10_000, 20_000]
/** Failures in a row that make an agent degraded, and down. */
const degradedAfter = 2
const downAfter = 4
const backAfter = 2

/**
 * Judges one visit. One failure is no verdict and one success no recovery, or
 * an agent at the edge would flicker.
 *
 * @param options.results - What the visit gave; the card's probe first.
 * @param options.calmIntervalMs - Time to the next visit of a healthy agent.
 */
export function judgeHealth(options: {
  readonly state: HealthState
  readonly results: readonly ProbeResult[]
  readonly calmIntervalMs: number
}): HealthVerdict {
  const { state, results, calmIntervalMs } = options
  const canaries = results.filter(({ kind }) => kind === 'canary')
  const unreachable = results.find(
    ({ ok, kind, code }) =>
      !ok && (kind === 'card' || code === 'CANARY_UNREACHABLE'),
  )
  // A capability that fails its contract is delisted alone; when none is left,
  // the agent itself has failed.
  const broken = canaries.filter(
    ({ ok, code }) => !ok && code !== 'CANARY_UNREACHABLE',
  )
  const fault =
    unreachable ??
    (canaries.length > 0 && broken.length === canaries.length
      ? broken[0]
      : undefined)
  const shared = {
    failedActions: broken.flatMap(({ action }) => action ?? []),
    passedActions: canaries.flatMap(({ ok, action }) =>
      ok && action !== undefined ? [action] : [],
    ),
  }
  if (state.status === 'suspended')
    return {
      ...state,
      ...shared,
      reason: 'suspended',
      nextProbeInMs: calmIntervalMs,
    }
  if (fault === undefined) {
    const successes = state.successes + 1
    const isBack =
      state.status === 'live' ||
      state.status === 'unverified' ||
      successes >= backAfter
    return {
      ...shared,
      status: isBack ? 'live' : state.status,
      failures: 0,
      successes,
      reason: isBack
        ? canaries.length > 0
          ? 'serves its card and quotes as it should'
          : 'serves its card'
        : 'answered again, waits for a second success',
      nextProbeInMs: isBack ? calmIntervalMs : 1_000,
    }
  }
  const failures = state.failures + 1
  return {
    ...shared,
    status: toFailedStatus(state.status, failures),
    failures,
    successes: 0,
    reason: `${fault.kind === 'card' ? 'card' : `canary for ${fault.action ?? '?'}`}: ${fault.detail} (${fault.code}, failure ${failures} in a row)`,
    nextProbeInMs:
      retryDelaysMs[failures - 1] ??
      Math.min(3_600_000, 20_000 * 2 ** Math.min(10, failures - 3)),
  }
}

function toFailedStatus(
  status: MeasuredStatus,
  failures: number,
): MeasuredStatus {
  // Who never answered has no credit to lose.
  if (status === 'unverified')
    return failures >= degradedAfter ? 'down' : 'unverified'
  if (failures >= downAfter) return 'down'
  if (failures >= degradedAfter && status === 'live') return 'degraded'
  return status
}
