import { type Item, textOf } from '../../text/Item.js'
import {
  endsHere,
  isCount,
  isToken,
  isVenue,
  isVerb,
  type Word,
  word,
} from './words.js'

const WAY = /^(?:back|out|from|of|over|in|on|at|off)$/
const NAMED = /^(?:on|at|in|into|to|from|of|with|via|through|using|by|my)$/
const GETS_OUT = /^(?:withdraw|pull|pull out|take|take out|remove|redeem|get)$/

/**
 * `lend 5 dai on spark, then take 2 dai out from there`: where that was said to
 * be. The words that named the place stand for it again.
 */
export function foldThere(items: readonly Item[]): readonly Item[] {
  const folded: Item[] = []
  for (const [index, item] of items.entries()) {
    const there = textOf(item) === 'there' && endsPhrase(items[index + 1])
    const it =
      textOf(item) === 'it' &&
      /^(?:from|of)$/.test(textOf(folded.at(-1))) &&
      endsPhrase(items[index + 1]) &&
      takesOut(folded)
    const place = there || it ? findPlace(folded) : undefined
    if (place === undefined) {
      folded.push(item)
      continue
    }
    let from = folded.length
    while (WAY.test(textOf(folded[from - 1]))) from -= 1
    const way = folded.slice(from).map((each) => textOf(each))
    const before = folded[from - 1]
    // `is it there yet`, `once they are there`
    if (
      !isToken(before) &&
      !isCount(before) &&
      !/^(?:it|them|that|all|everything)$/.test(textOf(before))
    ) {
      folded.push(item)
      continue
    }
    folded.length = from
    folded.push(
      word(
        way.some((each) => /^(?:from|of|out|off)$/.test(each)) ? 'from' : 'on',
        item,
        item.start,
      ),
      place,
    )
  }
  return folded
}

const endsPhrase = (item: Item | undefined): boolean =>
  endsHere(item) || /^(?:to|for|into|too|as|later|again)$/.test(textOf(item))

/** Some of something is got out in this clause: `pull 100 usdc from it`. */
function takesOut(said: readonly Item[]): boolean {
  const verb = said.findLastIndex(
    (item) => isVerb(item) || item.type === 'break',
  )
  return GETS_OUT.test(textOf(said[verb])) && said.slice(verb).some(isCount)
}

/** The place that was named last, unless a token bears the name too. */
function findPlace(said: readonly Item[]): Word | undefined {
  const at = said.findLastIndex(
    (item, index) =>
      isVenue(item) &&
      (NAMED.test(textOf(said[index - 1])) ||
        (item.senses.token === undefined && !item.senses.venueWeak)),
  )
  const place = said[at]
  if (!isVenue(place)) return undefined
  // A chain that was named since is where `there` is.
  return said
    .slice(at + 1)
    .some((item) => item.type === 'word' && item.senses.chain !== undefined)
    ? undefined
    : place
}
