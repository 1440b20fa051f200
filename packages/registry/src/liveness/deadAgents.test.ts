import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { chooseCanaries, createDraw } from './chooseCanaries.js'
import { type HealthState, judgeHealth } from './judgeHealth.js'
import { planCalmVisits } from './planCalmVisits.js'
import { type ProbeResult, visitTimeoutMs } from './probeAgent.js'

const agent = {
  capabilities: [
    buildCapability({ action: 'swap' }),
    buildCapability({ action: 'supply' }),
  ],
  delisted: [] as string[],
}
const ok = (kind: 'card' | 'pulse'): ProbeResult => ({
  kind,
  ok: true,
  latencyMs: 1,
  code: 'OK',
  detail: '',
})
const dead: ProbeResult = {
  kind: 'pulse',
  ok: false,
  latencyMs: 3_000,
  code: 'ENDPOINT_UNREACHABLE',
  detail: 'it did not answer in time',
}
/** The timer looks once a second, and a silent interface costs its whole time. */
const waitMs = 1_000 + 3_000

/** Time from an agent's last answer until it is down, in ms. */
function measureDeath(options: {
  readonly visited: number
  readonly draw: () => number
  readonly visit: (canaries: number) => readonly ProbeResult[]
}): number {
  const { draw, visited } = options
  let state: HealthState = { status: 'live', failures: 0, successes: 9 }
  let passedMs = 0
  let nextMs = planCalmVisits({ visited, random: draw() }).intervalMs
  for (let visits = 0; visits < 1_000; visits += 1) {
    passedMs += nextMs + waitMs
    const canaries = chooseCanaries({
      agent: { ...agent, status: state.status },
      seed: Math.floor(draw() * 2 ** 31),
      failures: state.failures,
    })
    const verdict = judgeHealth({
      state,
      results: options.visit(canaries.length),
      calmIntervalMs: planCalmVisits({ visited, random: draw() }).intervalMs,
    })
    if (verdict.status === 'down') return passedMs
    state = verdict
    nextMs = verdict.nextProbeInMs
  }
  return passedMs
}

describe('an agent that died', () => {
  test('behavior: whose card is served and whose interface is silent is down within a minute', () => {
    const draw = createDraw(7)
    for (let run = 0; run < 2_000; run += 1)
      expect(
        measureDeath({ visited: 3_000, draw, visit: () => [ok('card'), dead] }),
      ).toBeLessThanOrEqual(60_000)
  })

  test('behavior: no proof outlasts the minute, up to 5,000 agents', () => {
    for (const visited of [0, 1, 3_000, 5_000])
      expect(
        planCalmVisits({ visited, random: 1 }).proofMs,
      ).toBeLessThanOrEqual(55_000)
  })
})

describe('planCalmVisits', () => {
  test('behavior: visits are spread over a fifth to either side, evenly', () => {
    const draw = createDraw(3)
    const waits = Array.from(
      { length: 10_000 },
      () => planCalmVisits({ visited: 10, random: draw() }).intervalMs,
    )
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(12_000)
    expect(Math.max(...waits)).toBeLessThan(18_000)
    // As many in each tenth of the span, give or take.
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const from = 12_000 + 600 * tenth
      const inside = waits.filter((wait) => wait >= from && wait < from + 600)
      expect(inside.length).toBeGreaterThan(800)
      expect(inside.length).toBeLessThan(1_200)
    }
  })

  test('behavior: never more than 200 visits a second, and no proof ends before the next visit', () => {
    for (const visited of [1, 3_000, 10_000, 100_000, 5_000_000]) {
      const { intervalMs } = planCalmVisits({ visited, random: 0.5 })
      if (intervalMs < 3_600_000)
        expect((visited / intervalMs) * 1000).toBeLessThanOrEqual(200.001)
      for (const random of [0, 0.999]) {
        const plan = planCalmVisits({ visited, random })
        expect(plan.proofMs).toBeGreaterThan(1.5 * plan.intervalMs)
      }
    }
  })

  test('behavior: a visit ends before its claim', () => {
    expect(visitTimeoutMs).toBeLessThanOrEqual(25_000)
  })
})

describe('after a failure', () => {
  test('behavior: the pauses double, to an hour at most', () => {
    let state: HealthState = { status: 'live', failures: 0, successes: 1 }
    const pauses: number[] = []
    for (let visit = 0; visit < 16; visit += 1) {
      const verdict = judgeHealth({
        state,
        results: [ok('card'), dead],
        calmIntervalMs: 15_000,
      })
      pauses.push(verdict.nextProbeInMs / 1000)
      state = verdict
    }
    expect(pauses).toEqual([
      2, 4, 8, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600, 3_600,
      3_600, 3_600,
    ])
  })
})
