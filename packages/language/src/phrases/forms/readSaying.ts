import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { isAnyToken, readMoney, readShare } from './readMoney.js'
import { type Element, readSayings, type Saying } from './readSayings.js'
import {
  type Fold,
  isCount,
  isParty,
  isVenue,
  opensHere,
  word,
} from './words.js'

/** Where each named part of a saying was said. */
type Said = Map<string, readonly [from: number, to: number]>

/** How many words of politeness may open an order. */
const MOST_LEADS = 5
const LEADS =
  /^(?:please|pls|plz|kindly|just|now|then|and|also|so|ok|okay|hey|hi|can|could|would|will|you|u|i|we|i'd|let's|lets|to|want|need|like|wanna|gonna|next|finally|first|yo|alright)$/

let sayings: Map<string, Saying[]> | undefined

/** Says in plain words what is said in one of many manners. */
export function readSaying(
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
): Fold | undefined {
  sayings ??= readSayings()
  const item = items[index]
  const keys = keysOf(item)
  for (const key of keys)
    for (const saying of sayings.get(key) ?? []) {
      const said: Said = new Map()
      const next = match(saying.elements, 0, items, index, kept, said)
      if (next !== undefined)
        return { items: say(saying.stands, items, index, said), next }
    }
  return undefined
}

/** Under which first words or classes the sayings that could begin here stand. */
function keysOf(item: Item | undefined): string[] {
  if (item === undefined) return []
  if (isParty(item)) return ['<p>']
  const text = textOf(item)
  const keys = text === '' ? [] : [text]
  const first = text.split(' ', 1)[0] ?? ''
  if (first !== text) keys.push(first)
  if (startsMoney(item)) keys.push('<m>')
  if (item.type === 'word' && item.senses.venue !== undefined) keys.push('<v>')
  return keys
}

function startsMoney(item: Item): boolean {
  return (
    isCount(item) ||
    isAnyToken(item) ||
    /^(?:\$|all|half|everything|max|a|an|my|our|the|another|two|three|one|entire|whole)$/.test(
      textOf(item),
    )
  )
}

const isSureToken = (item: Item | undefined): boolean =>
  item?.type === 'word' &&
  item.senses.token !== undefined &&
  !item.senses.tokenWeak

function match(
  elements: readonly Element[],
  at: number,
  items: readonly Item[],
  index: number,
  kept: readonly Item[],
  said: Said,
): number | undefined {
  const element = elements[at]
  if (element === undefined) return index
  const go = (next: number) => match(elements, at + 1, items, next, kept, said)
  switch (element.type) {
    case 'begins':
      return begins(kept) ? go(index) : undefined
    case 'ends':
      return endsSaying(items[index]) ? go(index) : undefined
    case 'pause': {
      let next = index
      while (isPause(items[next]) && next < index + 3) next += 1
      return go(next)
    }
    case 'words': {
      const ends: number[] = [index]
      while (ends.length <= element.most) {
        const from = ends.at(-1) as number
        const to = matchAny(element.any, items, from)
        if (to === undefined) break
        ends.push(to)
      }
      for (let count = ends.length - 1; count >= element.least; count -= 1) {
        const end = ends[count] as number
        if (element.name !== undefined) said.set(element.name, [index, end])
        const next = go(end)
        if (next !== undefined) return next
        if (element.name !== undefined) said.delete(element.name)
      }
      return undefined
    }
    case 'class': {
      let from: number | undefined = index
      if (element.cue.length > 0) from = matchAny(element.cue, items, index)
      const to =
        from === undefined
          ? undefined
          : readClass(element.class, items, from, said)
      if (from !== undefined && to !== undefined) {
        said.set(element.name, [from, to])
        const next = go(to)
        if (next !== undefined) return next
        said.delete(element.name)
      }
      return element.least === 0 ? go(index) : undefined
    }
  }
}

/** The first of several words, or groups of words, that stands here. */
function matchAny(
  any: readonly string[],
  items: readonly Item[],
  from: number,
): number | undefined {
  for (const words of any) {
    let left = words
    let at = from
    while (left !== '') {
      const text = textOf(items[at])
      if (text === '') break
      if (left === text) {
        left = ''
        at += 1
      } else if (left.startsWith(`${text} `)) {
        left = left.slice(text.length + 1)
        at += 1
      } else break
    }
    if (left === '') return at
  }
  return undefined
}

function begins(kept: readonly Item[]): boolean {
  for (let back = 0; back <= MOST_LEADS; back += 1) {
    const before = kept[kept.length - 1 - back]
    if (opensHere(before) || textOf(before) === '-') return true
    if (!LEADS.test(textOf(before))) return false
  }
  return false
}

const isPause = (item: Item | undefined): boolean =>
  item?.type === 'break' || /^(?:[,;:.…-]|and|so|but)$/.test(textOf(item))

const endsSaying = (item: Item | undefined): boolean =>
  item === undefined ||
  item.type === 'break' ||
  /^(?:[,;).!?]|please|pls|plz|thanks|thx|then|now|ok|today)$/.test(
    textOf(item),
  )

function readClass(
  name: string,
  items: readonly Item[],
  from: number,
  said: Said,
): number | undefined {
  const item = items[from]
  switch (name) {
    case 'm':
      return readMoney(items, from)
    case 'h': {
      const counted = readMoney(items, from)
      if (counted !== undefined) return counted
      const own = /^(?:my|our|the)$/.test(textOf(item)) ? from + 1 : from
      return isSureToken(items[own]) && own > from ? own + 1 : undefined
    }
    case '=m': {
      const [, to] = said.get('m') ?? [0, 0]
      return textOf(item) !== '' && textOf(item) === textOf(items[to - 1])
        ? from + 1
        : undefined
    }
    case 't':
      return isSureToken(item) ? from + 1 : undefined
    case 'n': {
      const share = readShare(items, from)
      if (share !== undefined) return share
      return isCount(item) ? from + 1 : undefined
    }
    case 's':
      return readShare(items, from)
    case 'r':
      return isCount(item) && /^(?:%|percent)$/.test(textOf(items[from + 1]))
        ? from + 2
        : undefined
    case 'x':
      return isCount(item) && textOf(items[from + 1]) === 'x'
        ? from + 2
        : item?.type === 'leverage'
          ? from + 1
          : undefined
    case 'l':
    case 'g': {
      if (!isVenue(item)) return undefined
      const kind = getVenueKind(item.senses.venue ?? '')
      return kind === (name === 'l' ? 'lending' : 'perps')
        ? from + 1
        : undefined
    }
    case 'v':
      return isVenue(item) && !item.senses.venueWeak ? from + 1 : undefined
    case 'c':
      return item?.type === 'word' && item.senses.chain !== undefined
        ? from + 1
        : undefined
    case 'p':
      return isParty(item) ? from + 1 : undefined
    case 'ps': {
      let at = from
      let count = 0
      while (isParty(items[at]) && count < 12) {
        count += 1
        at += 1
        if (textOf(items[at]) === ',') at += 1
        if (/^(?:and|&|plus)$/.test(textOf(items[at]))) at += 1
      }
      return count > 1 && isParty(items[at - 1]) ? at : undefined
    }
    default:
      return undefined
  }
}

/** Puts the plain order together from our own words and what was said. */
function say(
  stands: readonly string[],
  items: readonly Item[],
  index: number,
  said: Said,
): Item[] {
  const first = items[index] as Item
  const own = isVerbLike(first)
  const out: Item[] = []
  const push = (text: string, at: Item, end: number) =>
    out.push(word(text.replaceAll('_', ' '), at, end))
  for (const part of stands) {
    const named = /^<(.+)>$/.exec(part)?.[1]
    if (named !== undefined) {
      const [from, to] = said.get(named) ?? [0, 0]
      out.push(...items.slice(from, to))
      continue
    }
    const tied = /^([^:@]+)([:@])(.+)$/.exec(part)
    if (tied !== null) {
      const range = said.get(tied[3] ?? '')
      if (range === undefined) continue
      const at = items[range[0]] as Item
      const last = items[range[1] - 1] as Item
      if (tied[2] === '@') push(tied[1] ?? '', at, last.end)
      else {
        push(tied[1] ?? '', at, at.start)
        out.push(...items.slice(range[0], range[1]))
      }
      continue
    }
    push(part, first, out.length === 0 && own ? first.end : first.start)
  }
  return out
}

const isVerbLike = (item: Item): boolean =>
  item.type === 'word' && item.senses.token === undefined
