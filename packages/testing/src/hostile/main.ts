import { parseArgs } from 'node:util'
import { runHostile } from './runHostile.js'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
})
const { only } = values
const from = only ?? values.from
const to = only === undefined ? values.to : String(Number(only) + 1)
// Whoever ends it early, a time limit for one, is told what was found until then.
const ending = new AbortController()
let endedBy = ''
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    endedBy = signal
    ending.abort()
  })
const report = await runHostile({
  cases: Number(values.cases),
  seed: Number(values.seed),
  ...(from === undefined ? {} : { from: Number(from) }),
  ...(to === undefined ? {} : { to: Number(to) }),
  signal: ending.signal,
  onProgress: (message) => console.error(message),
})
console.log(JSON.stringify(report, null, 2))
const { asked, carriedOut } = report.honest
if (endedBy !== '')
  console.error(
    `ended by ${endedBy} after ${report.cases} cases; go on with --from ${Number(from ?? 0) + report.cases}`,
  )
const isGood =
  endedBy === '' &&
  report.broken.length === 0 &&
  (asked === 0 || (asked - carriedOut) * 100 <= asked)
console.error(
  `${report.cases} cases, seed ${report.seed}: ${report.broken.length} beyond the bounds; ${carriedOut} of ${asked} honest ones carried out; ${report.milliseconds} ms`,
)
process.exit(isGood ? 0 : 1)
