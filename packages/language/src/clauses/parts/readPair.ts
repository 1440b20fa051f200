import type { Item } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { verbatim } from '../../text/tagItems.js'

/** `eth-usdc`, `bnb/the`, `wbtc/eth/usdc`: written together. */
export function readPair(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  _sense: string,
): { text: string; tokens: string[]; end: number; next: number } | undefined {
  const tokens: string[] = []
  let at = index
  let known = false
  for (;;) {
    const item = items[at]
    if (item?.type !== 'word' || item.text.includes(' ')) return undefined
    if (at > index && item.spaced) return undefined
    if (item.senses.token !== undefined) known = true
    tokens.push(item.senses.token ?? verbatim(normalised, item))
    at += 1
    const dash = items[at]
    const after = items[at + 1]
    if (
      dash?.type === 'symbol' &&
      /^[-/]$/.test(dash.text) &&
      !dash.spaced &&
      after?.type === 'word' &&
      !after.spaced
    )
      at += 1
    else break
    if (tokens.length > 4) return undefined
  }
  if (tokens.length < 2 || !known) return undefined
  const first = items[index]
  const last = items[at - 1]
  if (first === undefined || last === undefined) return undefined
  return {
    text: verbatim(normalised, { start: first.start, end: last.end }),
    tokens,
    end: last.end,
    next: at,
  }
}
