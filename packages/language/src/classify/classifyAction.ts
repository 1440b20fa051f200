import { readFileSync } from 'node:fs'
import type { Item } from '../text/Item.js'
import { readFeatures } from './readFeatures.js'

/** How likely each action is, `none` for what is no business of ours. */
export type ActionGuess = {
  readonly label: string
  readonly probability: number
  /** Of each label, in the order of the model. */
  readonly all: Readonly<Record<string, number>>
}

type Model = {
  /** One behind the other, in the order of the weights. */
  readonly labels: string
  /** What one step of a weight is worth. */
  readonly scale: number
  /** Of each feature, its weights as letters: one letter a label. */
  readonly weights: Readonly<Record<string, string>>
}

/** Weights are written as one letter each; this one stands for nothing. */
export const ZERO_LETTER = 80

const model = JSON.parse(
  readFileSync(new URL('./actionModel.json', import.meta.url), 'utf8'),
) as Model
const labels = model.labels.split(' ')
const weights = new Map(Object.entries(model.weights))

/**
 * Guesses which action a sentence asks for by the words in it alone. It only
 * ever ranks: no argument comes from here.
 *
 * @param items - The tagged words of the sentence.
 * @returns The likeliest label, and the probability of every one.
 */
export function classifyAction(items: readonly Item[]): ActionGuess {
  const features = readFeatures(items)
  const scores = labels.map(() => 0)
  const length = 1 / Math.sqrt(features.length)
  for (const feature of features) {
    const row = weights.get(feature)
    if (row === undefined) continue
    for (let at = 0; at < scores.length; at += 1)
      scores[at] =
        (scores[at] ?? 0) +
        (row.charCodeAt(at) - ZERO_LETTER) * model.scale * length
  }
  const most = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - most))
  const total = powers.reduce((sum, power) => sum + power, 0)
  const all: Record<string, number> = {}
  let label = 'none'
  let probability = 0
  for (const [at, name] of labels.entries()) {
    const share = (powers[at] ?? 0) / total
    all[name] = share
    if (share > probability) {
      probability = share
      label = name
    }
  }
  return { label, probability, all }
}
