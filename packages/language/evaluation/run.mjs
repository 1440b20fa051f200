import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseUtterance, rateConfidence } from '../dist/index.js'
import { parseBaseline } from './baseline.mjs'
import { BLIND_SETS, compareBlind, readBlind } from './blind.mjs'
import { buildCases } from './cases.mjs'
import { readJudged } from './judged.mjs'
import { scoreCase } from './score.mjs'
import { isRight, readStrangers, SETS } from './strangers.mjs'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }
const cases = buildCases()
const show = process.argv.includes('--failures')
const out = process.argv.find((argument) => argument.startsWith('--json='))

const scored = []
// The first sentences of a process pay for its compiler.
for (const { utterance } of cases.slice(0, 400))
  parseUtterance(utterance, context)
for (const testCase of cases) {
  const begin = performance.now()
  const result = parseUtterance(testCase.utterance, context)
  const milliseconds = performance.now() - begin
  scored.push({
    ...testCase,
    ...scoreCase(testCase, result),
    milliseconds,
    result,
  })
}
const percent = (list, test) =>
  list.length === 0
    ? '–'
    : `${((100 * list.filter(test).length) / list.length).toFixed(1)} %`
const rows = []
const slice = (label, list) => {
  const orders = list.filter((each) => each.kind === 'intent')
  const must = list.filter((each) => each.kind === 'clarify')
  const chat = list.filter((each) => each.kind === 'none')
  rows.push({
    slice: label,
    cases: list.length,
    'action sequence': percent(orders, (each) => each.actions),
    'everything exact': percent(orders, (each) => each.exact),
    'asks when it must': percent(must, (each) => each.got === 'clarify'),
    'asks needlessly': percent(orders, (each) => each.got === 'clarify'),
    refuses: percent(chat, (each) => each.got === 'none'),
    invented: list.reduce((sum, each) => sum + each.invented.length, 0),
  })
}
slice('all', scored)
for (const language of ['en', 'ja'])
  slice(
    language,
    scored.filter((each) => each.language === language),
  )
slice(
  'one step',
  scored.filter((each) => each.steps <= 1),
)
slice(
  'two steps',
  scored.filter((each) => each.steps === 2),
)
slice(
  'three and more',
  scored.filter((each) => each.steps >= 3),
)
slice(
  'up to 40 letters',
  scored.filter((each) => each.utterance.length <= 40),
)
slice(
  '41 to 80',
  scored.filter(
    (each) => each.utterance.length > 40 && each.utterance.length <= 80,
  ),
)
slice(
  'longer',
  scored.filter((each) => each.utterance.length > 80),
)
console.table(rows)

const keys = new Map()
for (const each of scored)
  for (const { key, said, meant } of each.slots) {
    const row = keys.get(key) ?? {
      slot: key,
      right: 0,
      missing: 0,
      wrong: 0,
      extra: 0,
    }
    if (said === meant) row.right += 1
    else if (said === undefined) row.missing += 1
    else if (meant === undefined) row.extra += 1
    else row.wrong += 1
    keys.set(key, row)
  }
console.table(
  [...keys.values()]
    .sort((a, b) => b.right - a.right)
    .map((row) => {
      const precision =
        row.right / Math.max(1, row.right + row.wrong + row.extra)
      const recall =
        row.right / Math.max(1, row.right + row.wrong + row.missing)
      return {
        ...row,
        F1: (
          (2 * precision * recall) /
          Math.max(1e-9, precision + recall)
        ).toFixed(3),
      }
    }),
)
const asked = scored.filter((each) => each.got === 'clarify')
const should = scored.filter((each) => each.kind === 'clarify')
console.log(
  `clarify: precision ${percent(asked, (each) => each.kind === 'clarify')}, recall ${percent(should, (each) => each.got === 'clarify')}`,
)
const times = scored.map((each) => each.milliseconds).sort((a, b) => a - b)
console.log(
  `latency over ${times.length} sentences: p50 ${times[times.length >> 1].toFixed(2)} ms, p99 ${times[Math.floor(times.length * 0.99)].toFixed(2)} ms`,
)
// In processes of their own: the first sentence compiles what the next ones use.
const starts = Array.from({ length: 9 }, () => {
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', startProbe()],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )
  return JSON.parse(stdout)
})
const medianOf = (key) =>
  starts.map((each) => each[key]).sort((a, b) => a - b)[starts.length >> 1]
console.log(
  `start, median of ${starts.length} processes: loaded in ${medianOf('load').toFixed(0)} ms, first sentence in ${medianOf('first').toFixed(0)} ms`,
)
function startProbe() {
  return `
const begin = performance.now()
const { parseUtterance } = await import('@behest/language')
const loaded = performance.now()
parseUtterance('swap 1 ETH for USDC', ${JSON.stringify(context)})
console.log(JSON.stringify({ load: loaded - begin, first: performance.now() - loaded }))`
}
console.table(
  SETS.map((set) => {
    const results = readStrangers(set).map(({ utterance, golds }) => {
      const result = parseUtterance(utterance, context)
      const right = isRight(golds, result)
      if (show && !right) console.log(`${set}  ${JSON.stringify(utterance)}`)
      return { right, wrong: !right && result.type === 'intent' }
    })
    return {
      'sentences of strangers': set,
      cases: results.length,
      right: percent(results, (each) => each.right),
      'acts wrongly': percent(results, (each) => each.wrong),
    }
  }),
)
for (const set of BLIND_SETS) {
  const cases = readBlind(set)
  const judge = (parse) =>
    cases.map((testCase) => {
      const result = parse(testCase.text, { ...context, ...testCase.context })
      const compared = compareBlind(testCase.gold, result)
      const acts =
        result.type === 'intent' &&
        result.intent.steps.some((step) => step.action !== 'ask')
      return { ...testCase, ...compared, got: result.type, acts }
    })
  const judged = judge(parseUtterance)
  const base = judge(parseBaseline)
  if (show)
    for (const each of judged.filter((one) => !one.right))
      console.log(`blind ${set}  ${JSON.stringify(each.text)} ${each.differs}`)
  const row = (label, list) => {
    const orders = list.filter((each) => each.gold.type === 'intent')
    const must = list.filter((each) => each.gold.type === 'clarify')
    const chat = list.filter((each) => each.gold.type === 'none')
    return {
      [`blind ${set}`]: label,
      cases: list.length,
      right: percent(list, (each) => each.right),
      'action sequence': percent(orders, (each) => each.actions),
      'everything exact': percent(orders, (each) => each.right),
      'asks when it must': percent(must, (each) => each.right),
      'asks needlessly': percent(orders, (each) => each.got === 'clarify'),
      refuses: percent(chat, (each) => each.right),
      'acts wrongly': percent(list, (each) => !each.right && each.acts),
    }
  }
  const steps = (each) => each.gold.intent?.steps.length ?? 0
  console.table([
    row('all', judged),
    row(
      'en',
      judged.filter((each) => each.lang === 'en'),
    ),
    row(
      'ja',
      judged.filter((each) => each.lang === 'ja'),
    ),
    row(
      'one step',
      judged.filter((each) => steps(each) === 1),
    ),
    row(
      'several steps',
      judged.filter((each) => steps(each) > 1),
    ),
    row('twenty patterns', base),
  ])
}
// How often a reading that is rated so is right, on sentences not fitted on.
const rated = readJudged()
  .filter(
    ({ set }, at) => at % 2 === 1 || /^blind (?:fourth|fifth|sixth)$/.test(set),
  )
  .map(({ utterance, result, right }) => ({
    right,
    confidence: rateConfidence(utterance, result),
  }))
const bounds = [0, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01]
console.table(
  bounds.slice(0, -1).map((from, at) => {
    const list = rated.filter(
      ({ confidence }) => confidence >= from && confidence < bounds[at + 1],
    )
    const mean = list.reduce((sum, each) => sum + each.confidence, 0)
    return {
      confidence: `${from} to ${Math.min(1, bounds[at + 1])}`,
      readings: list.length,
      said:
        list.length === 0
          ? '–'
          : `${((100 * mean) / list.length).toFixed(1)} %`,
      right: percent(list, (each) => each.right),
    }
  }),
)
if (show)
  for (const each of scored.filter((one) => !one.exact))
    console.log(
      `${each.family}  ${JSON.stringify(each.utterance)}\n   ${each.got}: ${
        each.slots
          .filter((slot) => slot.said !== slot.meant)
          .map((slot) => `${slot.key} ${slot.said} ≠ ${slot.meant}`)
          .join('; ') ||
        JSON.stringify(
          each.result.questions?.map((question) => question.slot) ??
            each.expect,
        )
      }`,
    )
if (out)
  writeFileSync(
    out.slice(7),
    JSON.stringify({ rows, slots: [...keys.values()] }, null, 2),
  )
