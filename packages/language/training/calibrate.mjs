// Fits the confidence of a reading and writes src/classify/confidence.json. Needs the
// built package. Fitted on every other sentence of the sets of strangers and of the
// first three blind sets; the benchmark prints how it holds on the rest. The fourth
// and fifth blind sets are test sets: nothing is fitted on them.
import { writeFileSync } from 'node:fs'
import { readSigns } from '../dist/classify/rateConfidence.js'
import { readJudged } from '../evaluation/judged.mjs'

const EPOCHS = 4000
const RATE = 0.05
const PULL = 0.002

const examples = readJudged()
  .filter(
    ({ set }, at) => at % 2 === 0 && !/^blind (?:fourth|fifth)$/.test(set),
  )
  .map(({ utterance, result, right }) => ({
    signs: readSigns(utterance, result),
    right: right ? 1 : 0,
  }))
const weights = examples[0].signs.map(() => 0)
let bias = 0
for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
  const slope = weights.map(() => 0)
  let tilt = 0
  for (const { signs, right } of examples) {
    const score = signs.reduce(
      (sum, sign, at) => sum + sign * weights[at],
      bias,
    )
    const miss = right - 1 / (1 + Math.exp(-score))
    tilt += miss
    for (const [at, sign] of signs.entries()) slope[at] += miss * sign
  }
  bias += (RATE * tilt) / examples.length
  for (const at of weights.keys())
    weights[at] += RATE * (slope[at] / examples.length - PULL * weights[at])
}
const round = (value) => Math.round(value * 1000) / 1000
writeFileSync(
  new URL('../src/classify/confidence.json', import.meta.url),
  `${JSON.stringify({ bias: round(bias), weights: weights.map(round) }, null, 2)}\n`,
)
console.log(`${examples.length} readings, bias ${round(bias)}`)
