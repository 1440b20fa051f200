import { type Item, textOf } from '../text/Item.js'

const ASKS = /^(?:tell|show|check|display|what's|what|how|report|whats)$/

/**
 * Cuts the items into sentences, and a question off the order that it follows:
 * `swap 1 eth to usdc, then show me my balance`.
 */
export function splitSentences(items: readonly Item[]): Item[][] {
  const sentences: Item[][] = []
  let current: Item[] = []
  for (const [at, item] of items.entries()) {
    const word = textOf(item)
    if (
      ASKS.test(word) &&
      current.length > 1 &&
      /^(?:and|then|,|also)$/.test(textOf(items[at - 1])) &&
      !/^(?:i|we|you|ever|is left|remains)$/.test(textOf(items[at + 1])) &&
      !(
        word === 'what' &&
        /^(?:i|is|remains)$/.test(textOf(items[at + 1])) &&
        textOf(items[at + 2]) === 'left'
      )
    ) {
      // What joins the two belongs to neither.
      while (/^(?:and|then|,|also)$/.test(textOf(current.at(-1)))) current.pop()
      sentences.push(current)
      current = []
    }
    current.push(item)
    if (item.type === 'break') {
      sentences.push(current)
      current = []
    }
  }
  if (current.length > 0) sentences.push(current)
  return sentences
}
