import { type Item, textOf } from '../../text/Item.js'

/** `supply apy`, `borrow rate`, `stake`: verbs that stand as nouns. */
export function isNounVerb(items: readonly Item[], at: number): boolean {
  return (
    /^(?:rate|rates|apy|apr|yield|interest|price|balance|amount|fee|fees|cap|supply|position)$/.test(
      textOf(items[at + 1]),
    ) || /^(?:total|circulating|current|max)$/.test(textOf(items[at - 1]))
  )
}
