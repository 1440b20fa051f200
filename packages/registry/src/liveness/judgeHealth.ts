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
  /** Actions that quoted, in each of their capabilities that was tried. */
  readonly passedActions: readonly string[]
  /** Actions that declined whatever was asked: answers, and no proof. */
  readonly declinedActions: readonly string[]
}

// Four visits of at most three seconds and these pauses are under half a minute:
// with the longest wait for the first of them, it is under a minute.
const retryDelaysMs = [2_000, 4_000, 8_000]
const longestRetryMs = 3_600_000
/** Failures in a row that make an agent degraded, and down. */
const degradedAfter = 2
const downAfter = 4
const backAfter = 2

/**
 * Judges one visit. One failure is no verdict and one success no recovery, or
 * an agent at the edge would flicker.
 *
 * @param options.results - What the visit gave.
 * @param options.calmIntervalMs - Time to the next visit of a healthy agent.
 */
export function judgeHealth(options: {
  readonly state: HealthState
  readonly results: readonly ProbeResult[]
  readonly calmIntervalMs: number
  /** What the agent offers; what was tried, unless told. */
  readonly actions?: readonly string[]
}): HealthVerdict {
  const { state, results, calmIntervalMs } = options
  const canaries = results.filter(
    ({ kind, code }) => kind === 'canary' && code !== 'NOT_ASKED',
  )
  const unreachable = results.find(
    ({ ok, kind, code }) =>
      !ok && (kind !== 'canary' || code === 'CANARY_UNREACHABLE'),
  )
  // A capability that fails its contract is delisted alone; when none is left,
  // the agent itself has failed.
  const broken = canaries.filter(
    ({ ok, code }) => !ok && code !== 'CANARY_UNREACHABLE',
  )
  const shared = toActions(canaries, broken)
  const offered =
    options.actions ?? canaries.flatMap(({ action }) => action ?? [])
  const fault =
    unreachable ??
    (canaries.length > 0 &&
    offered.every((action) => shared.failedActions.includes(action))
      ? broken[0]
      : undefined)
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
      // Nothing was held against it but that nobody had looked.
      state.status === 'stale' ||
      successes >= backAfter
    return {
      ...shared,
      status: isBack ? 'live' : state.status,
      failures: 0,
      successes,
      reason: isBack
        ? shared.passedActions.length > 0
          ? 'serves its card and quotes as it should'
          : shared.declinedActions.length > 0
            ? `serves its card and answers, and declines to quote ${shared.declinedActions.join(', ')}`
            : 'serves its card and answers'
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
    reason: `${toPart(fault)}: ${fault.detail} (${fault.code}, failure ${failures} in a row)`,
    nextProbeInMs:
      retryDelaysMs[failures - 1] ??
      Math.min(longestRetryMs, 20_000 * 2 ** Math.min(10, failures - 3)),
  }
}

function toActions(
  canaries: readonly ProbeResult[],
  broken: readonly ProbeResult[],
): Pick<HealthVerdict, 'failedActions' | 'passedActions' | 'declinedActions'> {
  const toSet = (results: readonly ProbeResult[]) =>
    new Set(results.flatMap(({ action }) => action ?? []))
  const failed = toSet(broken)
  const quoted = toSet(
    canaries.filter(({ ok, code }) => ok && code !== 'DECLINED'),
  )
  const declined = toSet(canaries.filter(({ code }) => code === 'DECLINED'))
  return {
    failedActions: [...failed],
    passedActions: [...quoted].filter((action) => !failed.has(action)),
    declinedActions: [...declined].filter(
      (action) => !failed.has(action) && !quoted.has(action),
    ),
  }
}

function toPart({ kind, action }: ProbeResult): string {
  switch (kind) {
    case 'card':
      return 'card'
    case 'pulse':
      return 'interface'
    case 'canary':
      return `canary for ${action ?? '?'}`
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
