import { describe, expect, test } from 'vitest'
import { type HealthState, judgeHealth } from './judgeHealth.js'
import type { ProbeResult } from './probeAgent.js'

const probe = (over: Partial<ProbeResult> = {}): ProbeResult => ({
  kind: 'card',
  ok: true,
  latencyMs: 5,
  code: 'OK',
  detail: '',
  ...over,
})
const dead = probe({
  ok: false,
  code: 'CARD_UNREACHABLE',
  detail: 'it could not be reached',
})
const broken = probe({
  kind: 'canary',
  action: 'swap',
  ok: false,
  code: 'CANARY_SIGNATURE',
})

function follow(
  state: HealthState,
  visits: readonly (readonly ProbeResult[])[],
) {
  const statuses: string[] = []
  let current = state
  let waitedMs = 0
  for (const results of visits) {
    const verdict = judgeHealth({
      state: current,
      results,
      calmIntervalMs: 15_000,
    })
    current = verdict
    statuses.push(verdict.status)
    waitedMs += verdict.nextProbeInMs
  }
  return { statuses, waitedMs }
}

describe('judgeHealth', () => {
  const live: HealthState = { status: 'live', failures: 0, successes: 9 }

  test('behavior: two failures degrade, four take it down, within a minute', () => {
    const { statuses } = follow(live, [[dead], [dead], [dead], [dead]])
    expect(statuses).toEqual(['live', 'degraded', 'degraded', 'down'])
    expect(follow(live, [[dead], [dead], [dead]]).waitedMs).toBeLessThan(45_000)
  })

  test('behavior: two successes bring it back, one does not', () => {
    const down: HealthState = { status: 'down', failures: 9, successes: 0 }
    expect(follow(down, [[probe()], [probe()]]).statuses).toEqual([
      'down',
      'live',
    ])
    expect(follow(down, [[probe()], [dead], [probe()]]).statuses).toEqual([
      'down',
      'down',
      'down',
    ])
  })

  test('behavior: a new agent is live at its first success, down at its second failure', () => {
    const fresh: HealthState = {
      status: 'unverified',
      failures: 0,
      successes: 0,
    }
    expect(follow(fresh, [[probe()]]).statuses).toEqual(['live'])
    expect(follow(fresh, [[dead], [dead]]).statuses).toEqual([
      'unverified',
      'down',
    ])
  })

  test('behavior: one broken capability is named alone; all broken is a failure', () => {
    const working = probe({ kind: 'canary', action: 'transfer' })
    const some = judgeHealth({
      state: live,
      results: [probe(), broken, working],
      calmIntervalMs: 1,
    })
    expect(some).toMatchObject({
      status: 'live',
      failures: 0,
      failedActions: ['swap'],
      passedActions: ['transfer'],
    })
    const all = judgeHealth({
      state: live,
      results: [probe(), broken],
      calmIntervalMs: 1,
    })
    expect(all).toMatchObject({ failures: 1, failedActions: ['swap'] })
  })

  test('behavior: a suspension is not lifted by a good visit', () => {
    const suspended: HealthState = {
      status: 'suspended',
      failures: 0,
      successes: 0,
    }
    expect(follow(suspended, [[probe()], [probe()]]).statuses).toEqual([
      'suspended',
      'suspended',
    ])
  })
})
