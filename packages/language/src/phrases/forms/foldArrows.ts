import { type Item, textOf } from '../../text/Item.js'
import { isCount, isParty, isToken, isVerb, opensHere, word } from './words.js'

/** Nobody leads a trade through more tokens than that, or begins later. */
const MOST_GOALS = 10
const MOST_READ = 400

/**
 * `1.5 eth → usdc → dai → send zoe.eth`: what the arrows lead through is
 * traded; the verb behind the last one takes it from there, or goes without
 * saying where somebody stands there.
 */
export function foldArrows(items: readonly Item[]): readonly Item[] {
  return leadThrough(leadTo(items))
}

/** `then usdc → bob.eth`: an arrow from a token to somebody sends it. */
function leadTo(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      isToken(item) &&
      /^(?:then|and)$/.test(textOf(items[index - 1])) &&
      arrowAt(items, index + 1) > 0 &&
      isParty(items[index + 1 + arrowAt(items, index + 1)]),
  )
  const token = items[at]
  const arrow = items[at + 1]
  if (token === undefined || arrow === undefined) return items
  return [
    ...items.slice(0, at),
    word('send', token, token.start),
    word('the', token, token.start),
    token,
    word('to', arrow),
    ...items.slice(at + 1 + arrowAt(items, at + 1)),
  ]
}

function leadThrough(items: readonly Item[]): readonly Item[] {
  for (let from = 0; from < Math.min(items.length, MOST_READ); from += 1) {
    if (!opensHere(items[from - 1])) continue
    const counted = isCount(items[from]) && isToken(items[from + 1])
    const turned = isToken(items[from]) && isCount(items[from + 1])
    if (!counted && !turned) continue
    let at = from + 2
    let goals = 0
    while (
      goals < MOST_GOALS &&
      arrowAt(items, at) > 0 &&
      isToken(items[at + arrowAt(items, at)])
    ) {
      at += arrowAt(items, at) + 1
      goals += 1
    }
    const arrow = arrowAt(items, at)
    const behind = items[at + arrow]
    if (goals === 0 || arrow === 0) continue
    if (!isVerb(behind) && !isParty(behind)) continue
    const first = items[from] as Item
    const joint = items[at] as Item
    return [
      ...items.slice(0, from),
      word('swap', first, first.start),
      ...items.slice(from, at),
      word('then', joint),
      ...(isVerb(behind)
        ? []
        : [word('send', joint), word('it', joint), word('to', joint)]),
      ...items.slice(at + arrow),
    ]
  }
  return items
}

/** How many items the arrow here takes up: `→`, `->`, `=>`; none if there is none. */
function arrowAt(items: readonly Item[], at: number): number {
  if (/^(?:→|>)$/.test(textOf(items[at]))) return 1
  return /^[-=]$/.test(textOf(items[at])) && textOf(items[at + 1]) === '>'
    ? 2
    : 0
}
