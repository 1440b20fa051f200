import { type Item, textOf } from '../../text/Item.js'

export const STARTERS: readonly {
  words: string[]
  flips?: true
  soft?: true
}[] = [
  { words: ['if', 'and', 'only', 'if'] },
  { words: ['but', 'only', 'if'] },
  { words: ['but', 'only', 'when'] },
  { words: ['as', 'soon', 'as'] },
  { words: ['at', 'a', 'price', 'of'], soft: true },
  { words: ['at', 'a', 'price'], soft: true },
  { words: ['condition', ':'] },
  { words: ['trigger', ':'] },
  { words: ['on', 'condition', 'of'] },
  { words: ['subject', 'to'], soft: true },
  { words: ['every', 'time'] },
  { words: ['each', 'time'] },
  { words: ['any', 'time'] },
  { words: ['anytime'] },
  { words: ['as', 'long', 'as'] },
  { words: ['on', 'the', 'condition', 'that'] },
  { words: ['on', 'condition', 'that'] },
  { words: ['only', 'if'] },
  { words: ['only', 'when'] },
  { words: ['only', 'once'] },
  { words: ['only', 'after'], soft: true },
  { words: ['in', 'case'] },
  { words: ['provided', 'that'] },
  { words: ['given', 'that'] },
  { words: ['assuming', 'that'] },
  { words: ['assuming'] },
  { words: ['provided'] },
  { words: ['the', 'moment'], soft: true },
  { words: ['the', 'second'], soft: true },
  { words: ['the', 'minute'], soft: true },
  { words: ['the', 'instant'], soft: true },
  { words: ['wait', 'until'] },
  { words: ['wait', 'till'] },
  { words: ['wait', 'til'] },
  { words: ['wait', 'for'], soft: true },
  { words: ['waiting', 'until'] },
  { words: ['hold', 'off', 'until'] },
  { words: ['not', 'until'] },
  { words: ['when', 'ever'] },
  { words: ['whenever'] },
  { words: ['when'] },
  { words: ['wen'] },
  { words: ['if'] },
  { words: ['once'], soft: true },
  { words: ['should'], soft: true },
  { words: ['unless'], flips: true },
  { words: ['until'], flips: true, soft: true },
  { words: ['till'], flips: true, soft: true },
  { words: ['til'], flips: true, soft: true },
  { words: ['while'], soft: true },
  { words: ['after'], soft: true },
  { words: ['with'], soft: true },
  { words: ['at'], soft: true },
  { words: ['where'], soft: true },
]

export function matchStarter(
  items: readonly Item[],
  index: number,
): { length: number; flips?: true; soft?: true } | undefined {
  for (const { words, ...rest } of STARTERS) {
    if (words.every((word, offset) => textOf(items[index + offset]) === word)) {
      const next = textOf(items[index + words.length])
      // `with` and `at` start a condition only on gas: `with gas under 20`.
      if (
        words.length === 1 &&
        (words[0] === 'with' || words[0] === 'at' || words[0] === 'where') &&
        !/^(?:gas|gwei|<|under|below)$/.test(next)
      )
        continue
      if (words[0] === 'once' && /^(?:a|per|every|daily|weekly)$/.test(next))
        continue
      if (words.length === 1 && words[0] === 'should' && next === 'i') continue
      return { length: words.length, ...rest }
    }
  }
  return undefined
}
