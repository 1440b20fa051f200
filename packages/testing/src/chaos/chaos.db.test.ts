import { expect, test } from 'vitest'
import { runChaos, runMutants } from './runChaos.js'
import type { RoundReport } from './runRound.js'

/** Long enough for a machine that does much else at the same time. */
const timeoutMs = 240_000

test(
  'behavior: two hundred faults, no payment twice, none lost',
  async () => {
    const rounds: RoundReport[] = []
    await runChaos({
      rounds: 1,
      seed: 'ci',
      plans: 50,
      chaosMs: 10_000,
      leastFaults: 200,
      onRound: (round) => rounds.push(round),
    })
    const [round] = rounds
    expect(round?.violations).toEqual([])
    expect(round).toMatchObject({ doubled: 0, lost: 0 })
    // A run without its coverage proves nothing.
    expect(round?.faults).toBeGreaterThanOrEqual(200)
    const coverage = {
      kills: round?.kills,
      reorgs: round?.reorgs,
      takenBack: round?.takenBack,
      appliedAndLost: round?.appliedAndLost,
      databaseKills: round?.databaseKills,
    }
    for (const [name, count] of Object.entries(coverage))
      expect(count, name).toBeGreaterThan(0)
  },
  timeoutMs,
)

test.each([
  'broadcast-before-commit',
  'no-sender-lock',
  'send-error-means-failed',
])(
  'behavior: an outbox with %s is noticed',
  async (mutant) => {
    const reports = await runMutants({ mutant, seed: 'ci' })
    expect(reports.map(({ caught }) => caught)).toEqual(['yes'])
  },
  timeoutMs,
)
