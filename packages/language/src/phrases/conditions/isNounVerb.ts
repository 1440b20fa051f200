import { type Item, textOf } from '../../text/Item.js'

/** `supply apy`, `borrow rate`, `stake`: verbs that stand as nouns. */
export function isNounVerb(items: readonly Item[], at: number): boolean {
  return (
    // `if it pays more than 4%`
    (/^(?:pays|yields|earns|gives|returns|offers|makes)$/.test(
      textOf(items[at]),
    ) &&
      /^(?:more|over|above|at|less|under|below|>|<|better)$/.test(
        textOf(items[at + 1]),
      )) ||
    /^(?:rate|rates|apy|apr|yield|interest|price|balance|amount|fee|fees|cap|supply|position)$/.test(
      textOf(items[at + 1]),
    ) ||
    /^(?:total|circulating|current|max)$/.test(textOf(items[at - 1]))
  )
}
