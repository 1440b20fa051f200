/** `npm run chaos`: rounds of chaos, or every mutant; see docs/operations/chaos.md. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runChaos, runMutants } from './runChaos.js'
import { FullDiskError, runFullDisk } from './runFullDisk.js'
import type { RoundReport } from './runRound.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    plans: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    minutes: { type: 'string' },
    /** A run with an aim goes on until there were so many. */
    faults: { type: 'string', default: '0' },
    kills: { type: 'string', default: '0' },
    reorgs: { type: 'string', default: '0' },
    /** Where a run in parts keeps its rounds: it goes on after those in it. */
    continue: { type: 'string' },
    'full-disk': { type: 'boolean', default: false },
    'other-chain': { type: 'boolean', default: false },
  },
})
/** Exit code where the machine does not let it be tried: neither good nor bad. */
const notPossibleHere = 3

const print = (line: object) => console.log(JSON.stringify(line))

if (values['full-disk']) {
  try {
    const report = await runFullDisk({ fullMs: Number(values.seconds) * 1_000 })
    print(report)
    process.exit(report.type === 'passed' ? 0 : 1)
  } catch (error) {
    if (!(error instanceof FullDiskError)) throw error
    print({ type: 'impossible', reason: error.message })
    process.exit(notPossibleHere)
  }
}
if (values.mutant === undefined) {
  const before = readRounds(values.continue)
  const least = {
    faults: Number(values.faults),
    kills: Number(values.kills),
    reorgs: Number(values.reorgs),
  }
  const rounds: RoundReport[] = [...before]
  const summary = await runChaos({
    rounds: Number(values.rounds),
    seed: values.seed,
    plans: Number(values.plans),
    chaosMs: Number(values.seconds) * 1_000,
    otherChain: values['other-chain'] ? 'visits' : 'never',
    ...(values.minutes === undefined
      ? {}
      : { stopAfterMs: Number(values.minutes) * 60_000 }),
    ...(Math.max(...Object.values(least)) > 0 ? { least } : {}),
    before,
    onRound: (round) => {
      print(round)
      rounds.push(round)
      keepRounds(values.continue, rounds)
    },
  })
  print(summary)
  process.exit(summary.type === 'passed' ? 0 : 1)
}
const reports = await runMutants({
  mutant: values.mutant,
  seed: values.seed,
  onReport: print,
})
const escaped = reports.filter(({ caught }) => caught === 'no')
print({ mutants: reports.length, escaped: escaped.map(({ mutant }) => mutant) })
process.exit(escaped.length === 0 ? 0 : 1)

function readRounds(file: string | undefined): readonly RoundReport[] {
  if (file === undefined || !existsSync(file)) return []
  const kept = JSON.parse(readFileSync(file, 'utf8')) as RoundReport[]
  // Another seed or other weather would be another run.
  return kept.filter(({ seed }) => seed.startsWith(`${values.seed}_`))
}

/** A run may be ended at any moment: old or new, never half. */
function keepRounds(
  file: string | undefined,
  rounds: readonly RoundReport[],
): void {
  if (file === undefined) return
  writeFileSync(`${file}.new`, JSON.stringify(rounds))
  renameSync(`${file}.new`, file)
}
