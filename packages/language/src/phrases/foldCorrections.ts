import { type Item, textOf } from '../text/Item.js'

/** Words that take back what was said; the strong ones need no comma. */
const STRONG: readonly (readonly string[])[] = [
  ['no', 'wait'],
  ['wait', 'no'],
  ['oh', 'wait'],
  ['scratch', 'that'],
  ['strike', 'that'],
  ['i', 'mean'],
  ['i', 'meant'],
  ['or', 'rather'],
  ['no', 'make', 'that'],
  ['no', 'make', 'it'],
  ['make', 'that'],
  ['make', 'it'],
  ['change', 'that', 'to'],
  ['change', 'it', 'to'],
  ['correction'],
  ['oops'],
  ['oh', 'sorry'],
  ['ah', 'sorry'],
  ['oops', 'sorry'],
  ['no', 'sorry'],
  ['sorry', 'i', 'meant'],
  ['my', 'bad'],
  ['nope'],
  ['actually', 'make'],
]
const WEAK: readonly (readonly string[])[] = [
  ['actually'],
  ['sorry'],
  ['wait'],
  ['no'],
  ['rather'],
  ['hmm'],
]
/** What takes everything back, when nothing follows. */
const DROPS =
  /^(?:(?:no|oh|actually|wait|hmm|sorry|ok|please|just|on second thoughts?) )*(?:never ?mind|nvm|forget (?:it|that|about it)|scratch (?:that|it)|cancel(?: (?:that|it|all of that|everything))?|don't do (?:that|it)|do not do (?:that|it)|don't|stop)(?: (?:please|pls|thanks|all of it|all that))*$/

/** What a correction did to the words. */
export type Corrected =
  | { readonly type: 'kept'; readonly items: readonly Item[] }
  /** Everything said was taken back. */
  | { readonly type: 'dropped' }

type Phrase = {
  readonly kind: 'amount' | 'money' | 'token' | 'party' | 'place' | 'share'
  readonly from: number
  readonly to: number
  readonly cue: string
}

/**
 * Puts a correction in the place of what it corrects: `swap 1 eth for usdc, no
 * wait make that 2 eth` says 2 ETH. What cannot be aligned stays where it is,
 * and the rest of the grammar asks.
 */
export function foldCorrections(items: readonly Item[]): Corrected {
  let words: readonly Item[] = items
  for (let round = 0; round < 4; round += 1) {
    const next = foldOne(words)
    if (next === undefined) break
    if (next.type === 'dropped') return next
    words = next.items
  }
  return { type: 'kept', items: words }
}

function foldOne(items: readonly Item[]): Corrected | undefined {
  for (let at = 1; at < items.length; at += 1) {
    const marker = readMarker(items, at)
    if (marker === undefined) continue
    const tail = items.slice(at)
    if (dropsAll(tail)) return { type: 'dropped' }
    const said = readPhrase(items, marker.next)
    if (said === undefined) continue
    const behind = items[said.to]
    // The correction is one phrase: what follows it goes on with the order.
    const ends =
      behind === undefined ||
      behind.type === 'break' ||
      /^(?:,|to|for|into|on|from|with|instead|and|then|please|pls|at|via|in)$/.test(
        textOf(behind),
      )
    if (!ends) continue
    const target = findTarget(items, at, said)
    if (target === undefined) continue
    const skip = textOf(behind) === 'instead' ? 1 : 0
    const comma = textOf(items[said.to + skip]) === ',' ? 1 : 0
    const cut = trimEnd(items, at)
    return {
      type: 'kept',
      items: [
        ...items.slice(0, target.from),
        ...items.slice(said.from, said.to),
        ...items.slice(target.to, cut),
        ...items.slice(said.to + skip + comma),
      ],
    }
  }
  return undefined
}

// Nobody needs more to call an order off; a longer tail is not read for it.
const mostDropping = 24

function dropsAll(tail: readonly Item[]): boolean {
  return tail.length <= mostDropping && DROPS.test(spoken(tail))
}

/** `Never mind.` as a sentence of its own behind an order. */
function spoken(items: readonly Item[]): string {
  // Longer than that takes nothing back, and many would not stay linear.
  if (items.length > 14) return ''
  return items
    .map((item) => textOf(item))
    .filter((text) => text !== '' && text !== ',')
    .join(' ')
}

/** Drops the comma or full stop in front of the marker. */
function trimEnd(items: readonly Item[], at: number): number {
  let cut = at
  while (
    cut > 0 &&
    (/^(?:,|-|…|\.|\(|no|wait|oh|um|uh|hmm|ah|sorry)$/.test(
      textOf(items[cut - 1]),
    ) ||
      items[cut - 1]?.type === 'break')
  )
    cut -= 1
  return cut
}

function readMarker(
  items: readonly Item[],
  at: number,
): { next: number } | undefined {
  const starts = (words: readonly string[], from: number) =>
    words.every((word, offset) => textOf(items[from + offset]) === word)
  const before = items[at - 1]
  const paused =
    before?.type === 'break' || /^(?:,|-|…|\.|\()$/.test(textOf(before))
  const strong = STRONG.find((words) => starts(words, at))
  const weak = WEAK.find((words) => starts(words, at))
  const drops = paused && dropsAll(items.slice(at, at + mostDropping + 1))
  if (strong === undefined && weak === undefined && !drops) return undefined
  let next = at + (strong ?? weak ?? ['']).length
  // `no wait, make that`, `actually no, i meant`: one after the other.
  const last = next + 8
  for (let more = true; more && next < last; ) {
    more = false
    while (textOf(items[next]) === ',' || items[next]?.type === 'break')
      next += 1
    for (const words of [...STRONG, ...WEAK])
      if (starts(words, next)) {
        next += words.length
        more = true
        break
      }
    // `wait, not tom.eth, tim.eth`: what it is not was said before.
    if (textOf(items[next]) === 'not') {
      const denied = readPhrase(items, next + 1)
      const tie = denied === undefined ? undefined : textOf(items[denied.to])
      if (denied !== undefined && /^(?:,|but|-|…)$/.test(tie ?? '')) {
        next = denied.to + 1
        more = true
        continue
      }
    }
    if (
      /^(?:um|uh|hmm|it's|it|should|be|say|do|use)$/.test(textOf(items[next]))
    ) {
      next += 1
      more = true
    }
  }
  // A weak word is a filler unless a pause stands before it, or a phrase of
  // the same kind stands on either side.
  if (strong === undefined && !paused && !drops) {
    if (textOf(items[at]) !== 'actually') return undefined
    if (/^(?:i|i'd|we|you|can|to)$/.test(textOf(before))) return undefined
  }
  return { next }
}

const CUE = /^(?:to|for|into|on|from|with|using|via|in|at|through)$/

/** One phrase that can stand for another: `2 eth`, `to dai`, `alice.eth`. */
function readPhrase(items: readonly Item[], from: number): Phrase | undefined {
  let at = from
  let cue = ''
  if (CUE.test(textOf(items[at]))) {
    cue = textOf(items[at])
    at += 1
  }
  const start = at
  while (at < start + 4 && /^(?:the|my|a|an)$/.test(textOf(items[at]))) at += 1
  const item = items[at]
  if (item === undefined) return undefined
  const range = (kind: Phrase['kind'], to: number): Phrase => ({
    kind,
    from: start,
    to,
    cue,
  })
  if (item.type === 'address' || item.type === 'name')
    return range('party', at + 1)
  const dollar = /^[$€£]$/.test(textOf(item))
  const number = dollar ? items[at + 1] : item
  if (number?.type === 'number') {
    let to = dollar ? at + 2 : at + 1
    if (/^(?:%|percent|pct)$/.test(textOf(items[to])))
      return range('share', to + 1)
    if (/^(?:of|in|worth)$/.test(textOf(items[to])) && isToken(items[to + 1]))
      to += 1
    if (isToken(items[to])) return range('money', to + 1)
    return range('amount', to)
  }
  if (/^(?:all|half|everything|max)$/.test(textOf(item))) {
    let to = at + 1
    while (to < at + 5 && /^(?:of|my|the|it)$/.test(textOf(items[to]))) to += 1
    if (isToken(items[to])) return range('money', to + 1)
    return range('share', to)
  }
  if (item.type !== 'word') return undefined
  if (
    (item.senses.chain !== undefined || item.senses.venue !== undefined) &&
    (item.senses.token === undefined || /^(?:on|from|via|in)$/.test(cue))
  )
    return range('place', at + 1)
  if (isToken(item)) return range('token', at + 1)
  return undefined
}

function isToken(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    item.senses.token !== undefined &&
    item.senses.verb === undefined &&
    !item.senses.tokenWeak
  )
}

function tokenOf(item: Item | undefined): string | undefined {
  return item?.type === 'word' ? item.senses.token : undefined
}

/** The last phrase of the same kind that stands before the correction. */
function findTarget(
  items: readonly Item[],
  before: number,
  said: Phrase,
): { from: number; to: number } | undefined {
  let found: { from: number; to: number } | undefined
  let same: { from: number; to: number } | undefined
  const token = tokenOf(items[said.to - 1])
  for (let at = 0; at < before; at += 1) {
    const phrase = readPhrase(items, at)
    if (phrase === undefined || phrase.to > before) continue
    // A phrase is read with its cue first, then without: take the whole one.
    const hit = (from: number, to: number) => {
      found = { from, to }
      if (
        said.kind !== 'money' ||
        tokenOf(items[to - 1]) === token ||
        said.cue !== ''
      )
        same = { from, to }
    }
    const cued = said.cue === '' || said.cue === phrase.cue
    if (!cued && !(isOnto(said.cue) && isOnto(phrase.cue))) {
      if (said.cue !== '') continue
    }
    switch (said.kind) {
      case 'amount':
        if (phrase.kind === 'money') hit(phrase.from, phrase.to - 1)
        else if (phrase.kind === 'amount') hit(phrase.from, phrase.to)
        break
      case 'share':
        if (phrase.kind === 'share') hit(phrase.from, phrase.to)
        break
      case 'money':
        if (phrase.kind === 'money') hit(phrase.from, phrase.to)
        // `lend 500, no, 400 usdc`: the token came with the second number.
        else if (phrase.kind === 'amount' && phrase.to >= before - 2)
          hit(phrase.from, phrase.to)
        break
      case 'token':
        if (phrase.kind === 'token') hit(phrase.from, phrase.to)
        break
      default:
        if (phrase.kind === said.kind) hit(phrase.from, phrase.to)
    }
    at = phrase.to - 1
  }
  return same ?? found
}

function isOnto(cue: string): boolean {
  return /^(?:to|into|for)$/.test(cue)
}
