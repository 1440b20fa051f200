import { createTable } from '../text/createTable.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'

const OPENING: Readonly<Record<string, string>> = createTable({
  '"': '"',
  '「': '」',
  '『': '』',
  '«': '»',
  "'": "'",
})

/**
 * Takes quoted sentences out: someone else's words give no arguments. A quoted
 * single name, `"USDC"`, is just a name, and only loses its marks.
 */
export function foldQuotes(
  items: readonly Item[],
  _normalised: NormalisedText,
): { items: Item[]; quoted: boolean } {
  const folded: Item[] = []
  let quoted = false
  let index = 0
  // Where each closing mark stands next, so that many openings stay linear.
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const mark = item.type === 'symbol' ? OPENING[item.text] : undefined
    const opens =
      mark !== undefined &&
      (mark !== '"' && mark !== "'"
        ? true
        : item.spaced ||
          folded.length === 0 ||
          items[index - 1]?.type === 'symbol')
    if (!opens) {
      if (item.type === 'symbol' && /^["'」』»]$/.test(item.text)) {
        index += 1
        continue
      }
      folded.push(item)
      index += 1
      continue
    }
    let close = index + 1
    while (
      close < items.length &&
      close < index + 400 &&
      !(items[close]?.type === 'symbol' && textOf(items[close]) === mark)
    )
      close += 1
    if (textOf(items[close]) !== mark || items[close]?.type !== 'symbol') {
      index += 1
      continue
    }
    const inner = items.slice(index + 1, close)
    const orders =
      inner.length > 4 ||
      inner.some(
        (each) =>
          each.type === 'word' &&
          each.senses.verb !== undefined &&
          inner.length > 1,
      )
    if (orders) {
      quoted =
        quoted ||
        inner.some(
          (each) => each.type === 'word' && each.senses.verb !== undefined,
        )
      folded.push({
        type: 'quote',
        start: item.start,
        end: items[close]?.end ?? item.end,
        spaced: item.spaced,
      })
    } else folded.push(...inner)
    index = close + 1
  }
  return { items: folded, quoted }
}
