import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import {
  endsHere,
  type Fold,
  isVenue,
  isVerb,
  NEAR,
  opensHere,
  word,
} from './words.js'

/** `camelot is fine`, `; use lido`, `i think uniswap is the place`: where. */
export function readWhere(
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
): Fold | undefined {
  const first = items[index] as Item
  let at = index
  const thinks =
    /^(?:i|we)$/.test(textOf(first)) &&
    /^(?:think|guess|believe|suppose)$/.test(textOf(items[index + 1]))
  if (thinks) at += 2
  else if (!opensHere(items[index - 1])) return undefined
  const before = kept.at(-1)
  const venue = items[at]
  if (
    !isVenue(venue) &&
    !/^(?:use|using|try|go|do|pick|put|place|park|stick|keep|lend)$/.test(
      textOf(first),
    )
  )
    return undefined
  const verb = kept.slice(-NEAR).find((item) => isVerb(item))
  if (verb === undefined) return undefined
  if (isVenue(venue)) {
    const said = items
      .slice(at + 1, at + 5)
      .map((item) => textOf(item) || '§')
      .join(' ')
    const fine =
      /^(?:(?:is|would be|will be|should be|'s|looks|sounds) (?:fine|ok|okay|good|great|perfect|preferred|best|the place|the one|alright|cool|my choice)|works|preferred|if possible|will do|does it|please)(?= |$)/.exec(
        said,
      )?.[0]
    if (fine === undefined) return undefined
    const next = at + 1 + fine.split(' ').length
    if (!endsHere(items[next])) return undefined
    return { items: [word('on', first, first.start), venue], next }
  }
  if (thinks) return undefined
  // `use lido`, `go with curve`, and `put it in compound` where it is to earn.
  const earns = verb.type === 'word' && verb.senses.verb === 'earn'
  const leads = items
    .slice(index, index + 3)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const lead =
    /^(?:use|using|try|go with|go through|do it on|pick)(?= |$)/.exec(
      leads,
    )?.[0] ??
    (earns
      ? /^(?:put|place|park|stick|keep|lend) (?:it|them|that) (?:in|into|on|with|at|to)$/.exec(
          leads,
        )?.[0]
      : undefined)
  if (lead === undefined || before === undefined) return undefined
  const place = items[index + lead.split(' ').length]
  if (!isVenue(place)) return undefined
  // `…, use aave`: behind a purchase it may be what is paid with.
  if (
    place.senses.token !== undefined &&
    verb.type === 'word' &&
    /^(?:buy|get)$/.test(verb.senses.verb ?? '')
  )
    return undefined
  const next = index + lead.split(' ').length + 1
  return endsHere(items[next]) &&
    getVenueKind(place.senses.venue ?? '') !== undefined
    ? { items: [word('on', first), place], next }
    : undefined
}
