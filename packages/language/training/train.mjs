// Trains the action classifier and writes src/classify/actionModel.json. Needs the
// built package: `npm run build -w @behest/language && node training/train.mjs`.
import { writeFileSync } from 'node:fs'
import { ZERO_LETTER } from '../dist/classify/classifyAction.js'
import { readFeatures } from '../dist/classify/readFeatures.js'
import { readNumbers } from '../dist/numbers/readNumbers.js'
import { normaliseText } from '../dist/text/normaliseText.js'
import { tagItems } from '../dist/text/tagItems.js'
import { tokenise } from '../dist/text/tokenise.js'
import { expandTemplates, seeded } from './expandTemplates.mjs'

const EPOCHS = 12
const RATE = 1.5
const DECAY = 1e-5
const SCALE = 0.12

const featuresOf = (text) => {
  const normalised = normaliseText(text)
  return readFeatures(readNumbers(tagItems(tokenise(normalised), normalised)))
}
const examples = expandTemplates().map(({ label, text }) => ({
  label,
  features: featuresOf(text),
}))
const labels = [...new Set(examples.map((each) => each.label))]
const weights = new Map()
const rowOf = (feature) => {
  let row = weights.get(feature)
  if (row === undefined) {
    row = new Float64Array(labels.length)
    weights.set(feature, row)
  }
  return row
}
// Every label counts alike, however many templates it has.
const counts = new Map()
for (const { label } of examples)
  counts.set(label, (counts.get(label) ?? 0) + 1)
const random = seeded(1)
for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
  for (let at = examples.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    ;[examples[at], examples[other]] = [examples[other], examples[at]]
  }
  for (const { label, features } of examples) {
    const length = 1 / Math.sqrt(features.length)
    const scores = labels.map(() => 0)
    for (const feature of features) {
      const row = rowOf(feature)
      for (let at = 0; at < scores.length; at += 1)
        scores[at] += row[at] * length
    }
    const most = Math.max(...scores)
    const powers = scores.map((score) => Math.exp(score - most))
    const total = powers.reduce((sum, power) => sum + power, 0)
    const gold = labels.indexOf(label)
    const rate =
      (RATE * Math.sqrt(examples.length / labels.length / counts.get(label))) /
      (1 + epoch / 3)
    for (const feature of features) {
      const row = rowOf(feature)
      for (let at = 0; at < row.length; at += 1)
        row[at] +=
          rate * length * ((at === gold ? 1 : 0) - powers[at] / total) -
          DECAY * row[at]
    }
  }
}
const kept = {}
for (const [feature, row] of [...weights].sort(([a], [b]) =>
  a < b ? -1 : 1,
)) {
  const steps = [...row].map((value) =>
    Math.max(-45, Math.min(45, Math.round(value / SCALE))),
  )
  if (steps.every((step) => Math.abs(step) < 2)) continue
  kept[feature] = String.fromCharCode(
    ...steps.map((step) => step + ZERO_LETTER),
  )
}
const out = new URL('../src/classify/actionModel.json', import.meta.url)
writeFileSync(
  out,
  `${JSON.stringify({ labels: labels.join(' '), scale: SCALE, weights: kept }, null, 2)}\n`,
)
console.log(
  `${examples.length} sentences, ${labels.length} labels, ${Object.keys(kept).length} features`,
)
