import { getVenueKind } from '../../lexicon/lexicon.js'
import { createTable } from '../../text/createTable.js'
import { type Item, textOf } from '../../text/Item.js'
import { SAYINGS } from './sayings.js'
import {
  type Fold,
  isCount,
  isParty,
  isVenue,
  opensHere,
  word,
} from './words.js'

type Element =
  | { readonly type: 'begins' | 'ends' | 'pause' }
  | {
      readonly type: 'words'
      readonly any: readonly string[]
      readonly name: string | undefined
      readonly least: 0 | 1
      readonly most: number
    }
  | {
      readonly type: 'class'
      readonly class: string
      readonly name: string
      readonly least: 0 | 1
      /** Words that tie it to what stands before: `on <l>`, or neither. */
      readonly cue: readonly string[]
    }

type Saying = {
  readonly elements: readonly Element[]
  readonly stands: readonly string[]
}

/** Where each named part of a saying was said. */
type Said = Map<string, readonly [from: number, to: number]>

/** How many words may be repeated where any number of them may stand. */
const MOST_REPEATED = 6
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

const isAnyToken = (item: Item | undefined): boolean =>
  item?.type === 'word' && item.senses.token !== undefined

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

const SHARES = /^(?:all|half|everything|max|entire|whole)$/
const PARTS = /^(?:half|third|thirds|quarter|quarters|fourth|fifth|tenth)$/

/** `half`, `a third`, `25 %`; none if there is no share here. */
function readShare(items: readonly Item[], from: number): number | undefined {
  if (SHARES.test(textOf(items[from]))) return from + 1
  if (
    /^(?:a|an|one|two|three)$/.test(textOf(items[from])) &&
    PARTS.test(textOf(items[from + 1]))
  )
    return from + 2
  if (isCount(items[from]) && /^(?:%|percent)$/.test(textOf(items[from + 1])))
    return from + 2
  return undefined
}

/** A counted token: `25 usdc`, `half of my eth`, `$50 worth of link`. */
function readMoney(items: readonly Item[], from: number): number | undefined {
  let at = from
  if (/^(?:another|extra|exactly|my|our|the)$/.test(textOf(items[at]))) at += 1
  const share = readShare(items, at)
  if (share !== undefined) {
    at = share
    while (
      at < share + 4 &&
      /^(?:of|my|our|the|that|this|remaining|entire|whole)$/.test(
        textOf(items[at]),
      )
    )
      at += 1
    return isAnyToken(items[at]) ? at + 1 : undefined
  }
  if (textOf(items[at]) === '$' && isCount(items[at + 1])) {
    at += 2
    if (textOf(items[at]) === 'worth') at += 1
    if (/^(?:of|in)$/.test(textOf(items[at]))) at += 1
    return isAnyToken(items[at]) ? at + 1 : undefined
  }
  if (!isCount(items[at])) return undefined
  at += 1
  if (/^(?:more|extra|additional|of)$/.test(textOf(items[at]))) at += 1
  if (/^(?:my|our|the)$/.test(textOf(items[at]))) at += 1
  return isAnyToken(items[at]) ? at + 1 : undefined
}

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

const CLASSES: Readonly<Record<string, string>> = createTable({
  m: '<m>',
  h: '<m>',
  t: '<m>',
  n: '<m>',
  s: '<m>',
  v: '<v>',
  l: '<v>',
  g: '<v>',
  p: '<p>',
  ps: '<p>',
})

function readSayings(): Map<string, Saying[]> {
  const table = new Map<string, Saying[]>()
  for (const line of SAYINGS) {
    const [left = '', right = ''] = line.split(' → ')
    const elements = left.split(' ').map(readElement)
    const saying = { elements, stands: right.split(' ') }
    for (const key of firstKeys(elements)) {
      const list = table.get(key)
      if (list === undefined) table.set(key, [saying])
      else list.push(saying)
    }
  }
  return table
}

/** What a saying may begin with, as far as its first elements may be missing. */
function firstKeys(elements: readonly Element[]): Set<string> {
  const keys = new Set<string>()
  for (const element of elements) {
    if (element.type === 'words') {
      for (const words of element.any) {
        keys.add(words)
        keys.add(words.split(' ', 1)[0] ?? words)
      }
      if (element.least === 1) break
    } else if (element.type === 'class') {
      const key = CLASSES[element.class]
      if (key !== undefined) keys.add(key)
      if (element.least === 1) break
    }
  }
  return keys
}

function readElement(text: string): Element {
  if (text === '^') return { type: 'begins' }
  if (text === '$') return { type: 'ends' }
  if (text === '~') return { type: 'pause' }
  const least = /[?*]$/.test(text) ? 0 : 1
  const bare = text.replace(/[?*]$/, '')
  const named = /^<(.+)>$/.exec(bare)?.[1]
  if (named !== undefined)
    return {
      type: 'class',
      class: named.replace(/\d$/, ''),
      name: named,
      least,
      cue: [],
    }
  const toWords = (list: string) =>
    list
      .split('/')
      .map((each) => each.replaceAll('_', ' '))
      // `free up` before `free`: no other is tried behind the first that fits.
      .sort((one, other) => other.length - one.length)
  const cued = /^(.+):([a-z]\d?)$/.exec(bare)
  if (cued !== null) {
    const name = cued[2] ?? ''
    // `more_than/over:q`: the words themselves are used again.
    if (name === 'q')
      return {
        type: 'words',
        any: toWords(cued[1] ?? ''),
        name,
        least,
        most: 1,
      }
    return {
      type: 'class',
      class: name.replace(/\d$/, ''),
      name,
      least,
      cue: toWords(cued[1] ?? ''),
    }
  }
  const name = /^([a-z])=(.+)$/.exec(bare)
  return {
    type: 'words',
    any: toWords(name?.[2] ?? bare),
    name: name?.[1],
    least,
    most: text.endsWith('*') ? MOST_REPEATED : 1,
  }
}
