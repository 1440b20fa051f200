/** `npm run chaos`: rounds of chaos, or every mutant; see docs/operations/chaos.md. */
import { parseArgs } from 'node:util'
import { runChaos, runMutants } from './runChaos.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    mutant: { type: 'string' },
    plans: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    minutes: { type: 'string' },
    'other-chain': { type: 'boolean', default: false },
  },
})
const print = (line: object) => console.log(JSON.stringify(line))

if (values.mutant === undefined) {
  const summary = await runChaos({
    rounds: Number(values.rounds),
    seed: values.seed,
    plans: Number(values.plans),
    chaosMs: Number(values.seconds) * 1_000,
    otherChain: values['other-chain'] ? 'visits' : 'never',
    ...(values.minutes === undefined
      ? {}
      : { stopAfterMs: Number(values.minutes) * 60_000 }),
    onRound: print,
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
