import { expect, test } from 'vitest'
import { runChaos, runMutants } from './runChaos.js'
import type { RoundReport } from './runRound.js'

/** Long enough for a machine that does much else at the same time. */
const timeoutMs = 240_000

const mostRounds = 3
const coverage = [
  'kills',
  'reorgs',
  'takenBack',
  'appliedAndLost',
  'databaseKills',
] as const

test(
  'behavior: two hundred faults, no payment twice, none lost',
  async () => {
    const rounds: RoundReport[] = []
    // A run without its coverage proves nothing; on a busy machine a round may lack
    // some of it, and another one is run.
    const count = (what: (typeof coverage)[number]): number =>
      rounds.reduce((total, round) => total + round[what], 0)
    const findMissing = () => coverage.filter((what) => count(what) === 0)
    while (rounds.length < mostRounds && findMissing().length > 0)
      await runChaos({
        rounds: rounds.length + 1,
        before: [...rounds],
        seed: 'ci',
        plans: 50,
        chaosMs: 10_000,
        leastFaults: 200,
        onRound: (round) => rounds.push(round),
      })
    for (const round of rounds) {
      expect(round.violations).toEqual([])
      expect(round).toMatchObject({ doubled: 0, lost: 0 })
      expect(round.faults).toBeGreaterThanOrEqual(200)
    }
    expect(findMissing()).toEqual([])
  },
  mostRounds * timeoutMs,
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
