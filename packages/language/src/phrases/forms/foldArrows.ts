import { type Item, textOf } from '../../text/Item.js'
import { isCount, isToken, isVerb, opensHere, word } from './words.js'

/** Nobody leads a trade through more tokens than that, or begins later. */
const MOST_GOALS = 10
const MOST_READ = 400

/**
 * `1.5 eth → usdc → dai → send zoe.eth`: what the arrows lead through is
 * traded; the verb behind the last one takes it from there.
 */
export function foldArrows(items: readonly Item[]): readonly Item[] {
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
    const verb = items[at + arrow]
    if (goals === 0 || arrow === 0 || !isVerb(verb)) continue
    const first = items[from] as Item
    const joint = items[at] as Item
    return [
      ...items.slice(0, from),
      word('swap', first, first.start),
      ...items.slice(from, at),
      word('then', joint),
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
