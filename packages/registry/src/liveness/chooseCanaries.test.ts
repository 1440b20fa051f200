import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { chooseCanaries } from './chooseCanaries.js'
import { type HealthState, judgeHealth } from './judgeHealth.js'

const agent = {
  status: 'live' as const,
  capabilities: [
    buildCapability({ action: 'swap' }),
    buildCapability({ action: 'supply' }),
  ],
  delisted: [] as string[],
}
const actionsOf = (options: Partial<Parameters<typeof chooseCanaries>[0]>) =>
  chooseCanaries({ agent, seed: 1, failures: 0, ...options }).map(
    ({ action }) => action,
  )

describe('the capabilities that a visit tries', () => {
  test('default: of a live agent one in four visits, each of them in its turn', () => {
    expect(actionsOf({ seed: 1 })).toEqual([])
    expect(actionsOf({ seed: 4 })).toEqual(['supply'])
    expect(actionsOf({ seed: 8 })).toEqual(['swap'])
  })

  test('behavior: what failed its contract at each visit', () => {
    expect(
      actionsOf({ agent: { ...agent, delisted: ['supply'] }, seed: 1 }),
    ).toEqual(['supply'])
  })

  test('behavior: all where the agent is not live, or has just failed', () => {
    expect(actionsOf({ agent: { ...agent, status: 'degraded' } })).toHaveLength(
      2,
    )
    expect(actionsOf({ failures: 1 })).toHaveLength(2)
  })

  test('behavior: an agent that serves its card and quotes nothing is down within 35 s of its first failure', () => {
    let state: HealthState = { status: 'live', failures: 0, successes: 9 }
    let waitedMs = 0
    // No visit here would try a canary by chance.
    for (let visit = 0; visit < 20 && state.status !== 'down'; visit += 1) {
      const canaries =
        visit === 0
          ? agent.capabilities
          : chooseCanaries({
              agent: { ...agent, status: state.status },
              seed: 1,
              failures: state.failures,
            })
      const verdict = judgeHealth({
        state,
        calmIntervalMs: 15_000,
        results: [
          { kind: 'card', ok: true, latencyMs: 1, code: 'OK', detail: '' },
          ...canaries.map(({ action }) => ({
            kind: 'canary' as const,
            action,
            ok: false,
            latencyMs: 1,
            code: 'CANARY_UNREACHABLE',
            detail: 'nobody answers',
          })),
        ],
      })
      state = verdict
      if (state.status !== 'down') waitedMs += verdict.nextProbeInMs
    }
    expect(state.status).toBe('down')
    expect(waitedMs).toBe(35_000)
  })
})
