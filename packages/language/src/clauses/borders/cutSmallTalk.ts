import { type Item, textOf } from '../../text/Item.js'

/** `I have 5 ETH and want to …`: what one has is not what one orders. */
export function cutSmallTalk(items: readonly Item[], head: number): number {
  let cut = 0
  for (let at = 0; at < head; at += 1) {
    const word = textOf(items[at])
    const next = textOf(items[at + 1])
    if (
      /^(?:i've|i'm)$/.test(word) ||
      (/^(?:i|we)$/.test(word) &&
        /^(?:have|got|own|hold|had|am|bought|received|got|swapped|sold|deposited|borrowed)$/.test(
          next,
        ))
    ) {
      for (let end = head - 1; end > at; end -= 1)
        // `i have 1000 usdc and want to put it in aave`: what `it` stands for.
        if (refersBack(items, head)) return 0
        else if (/^(?:and|,|so|but|then|;|:)$/.test(textOf(items[end]))) {
          cut = end + 1
          break
        }
    }
  }
  return cut
}

/** The verb's object is `it`, and one amount of one token stands before. */
function refersBack(items: readonly Item[], head: number): boolean {
  const before = items.slice(0, head)
  return (
    /^(?:it|them|that|this)$/.test(textOf(items[head + 1])) &&
    before.filter((item) => item.type === 'number' || item.type === 'quantity')
      .length === 1 &&
    before.filter(
      (item) => item.type === 'word' && item.senses.token !== undefined,
    ).length === 1
  )
}
