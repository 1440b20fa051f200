import { type Item, textOf } from '../text/Item.js'
import { type Phrase, readPhrase } from './readPhrase.js'

/** Words that take back what was said; these need no pause before them. */
const STRONG: readonly (readonly string[])[] = [
  ['on', 'second', 'thought'],
  ['on', 'second', 'thoughts'],
  ['no', 'make', 'that'],
  ['no', 'make', 'it'],
  ['i', 'meant', 'to', 'say'],
  ['change', 'that', 'to'],
  ['change', 'it', 'to'],
  ['sorry', 'i', 'meant'],
  ['sorry', 'i', 'should', 'have', 'said'],
  ['i', 'should', 'have', 'said'],
  ['i', 'wanted', 'to', 'say'],
  ['i', 'meant', 'to', 'type'],
  ['i', 'meant', 'to', 'write'],
  ['let', 'me', 'rephrase'],
  ['change', 'of', 'plans'],
  ['no', 'wait'],
  ['wait', 'no'],
  ['oh', 'wait'],
  ['oh', 'sorry'],
  ['ah', 'sorry'],
  ['oops', 'sorry'],
  ['no', 'sorry'],
  ['scratch', 'that'],
  ['strike', 'that'],
  ['never', 'mind'],
  ['nevermind'],
  ['nvm'],
  ['forget', 'that'],
  ['cancel', 'that'],
  ['i', 'misspoke'],
  ['i', 'mistyped'],
  ['i', 'misclicked'],
  ['i', 'typed', 'that', 'wrong'],
  ['i', 'typed', 'it', 'wrong'],
  ['i', 'got', 'that', 'wrong'],
  ['wrong', 'token'],
  ['wrong', 'chain'],
  ['wrong', 'network'],
  ['wrong', 'amount'],
  ['wrong', 'address'],
  ['wrong', 'person'],
  ['wrong', 'recipient'],
  ['wrong', 'one'],
  ['correct', 'that', 'to'],
  ['my', 'bad'],
  ['my', 'mistake'],
  ['i', 'mean'],
  ['i', 'meant'],
  ['or', 'rather'],
  ['make', 'that'],
  ['make', 'it'],
  ['hmm', 'better'],
  ['actually', 'make'],
  ['correction'],
  ['oops'],
  ['nope'],
  ['typo'],
]
/** These are fillers unless a pause stands before them, or two like things around. */
const WEAK: readonly (readonly string[])[] = [
  ['actually'],
  ['sorry'],
  ['wait'],
  ['no'],
  ['nah'],
  ['rather'],
  ['hmm'],
  ['er'],
  ['err'],
  ['eh'],
  ['better'],
  ['wrong'],
  ['hang', 'on'],
  ['hold', 'on'],
  ['hold', 'up'],
  ['edit'],
  ['fix'],
  ['ugh'],
  ['erm'],
  ['argh'],
  ['lol', 'no'],
]
/** What leads from the marker to what is right. */
const LEADS =
  /^(?:um|uh|hmm|er|it's|it|should|be|say|do|use|i|i'd|want|need|prefer|like|would|let's|please|only|just|more)$/
/** What takes everything back, when nothing follows. */
const DROPS =
  /^(?:(?:no|oh|actually|wait|hmm|sorry|ok|please|just|on second thoughts?) )*(?:never ?mind|nvm|forget (?:it|that|about it)|scratch (?:that|it)|cancel(?: (?:that|it|all of that|everything))?|don't do (?:that|it)|do not do (?:that|it)|don't|stop)(?: (?:please|pls|thanks|all of it|all that))*$/
/** Pauses and interjections in front of the marker, which go with it. */
const BEFORE = /^(?:,|-|…|\.|\(|no|wait|oh|um|uh|hmm|ah|sorry)$/
const ENDS =
  /^(?:,|;|\)|-|to|for|into|on|from|with|instead|and|then|please|pls|at|via|in)$/

/** What a correction did to the words. */
export type Corrected =
  | {
      readonly type: 'kept'
      readonly items: readonly Item[]
      /** A correction that nothing could be made of: it has to be asked for. */
      readonly unclear?: Item
    }
  /** Everything said was taken back. */
  | { readonly type: 'dropped' }

/** Who wavers more often than that is asked. */
const MOST_MARKERS = 12
/** One sentence is not corrected more often than that. */
const MOST_ROUNDS = 4
// Nobody needs more to call an order off; a longer tail is not read for it.
const MOST_DROPPING = 14

/**
 * Puts a correction in the place of what it corrects: `swap 1 eth for usdc, no
 * wait make that 2 eth` says 2 ETH. Where it cannot be told what is corrected,
 * the correction is handed on, so that nothing is done on half a change of mind.
 */
export function foldCorrections(items: readonly Item[]): Corrected {
  let words = items
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = foldOne(words)
    if (next === undefined) return { type: 'kept', items: words }
    if (next.type === 'dropped' || next.unclear !== undefined) return next
    words = next.items
  }
  return { type: 'kept', items: words }
}

function foldOne(items: readonly Item[]): Corrected | undefined {
  let unclear: Item | undefined
  let markers = 0
  for (let at = 1; at < items.length && markers < MOST_MARKERS; at += 1) {
    const marker = readMarker(items, at)
    if (marker === undefined) continue
    markers += 1
    if (dropsAll(items.slice(at, at + MOST_DROPPING + 1)))
      return { type: 'dropped' }
    const cut = trimEnd(items, at)
    const replaced =
      replaceAll(items, cut, marker.next) ??
      readPostfix(items, at, marker.next) ??
      startAnew(items, at, cut)
    if (replaced !== undefined) return { type: 'kept', items: replaced }
    if (marker.sure) unclear ??= items[at]
  }
  return unclear === undefined ? undefined : { type: 'kept', items, unclear }
}

/** Puts the phrases behind the marker in the place of their like before it. */
function replaceAll(
  items: readonly Item[],
  cut: number,
  from: number,
): readonly Item[] | undefined {
  let before = items.slice(0, cut)
  let next = from
  let count = 0
  while (count < 4) {
    const start = skipVerb(items, next, before)
    const said = readPhrase(items, start)
    if (said === undefined) break
    const behind = items[said.to]
    const ends =
      behind === undefined ||
      behind.type === 'break' ||
      ENDS.test(textOf(behind)) ||
      readPhrase(items, said.to) !== undefined
    const target = ends ? findTarget(before, said) : undefined
    if (target === undefined) break
    before = [
      ...before.slice(0, target.from),
      ...items.slice(target.saidFrom, target.saidTo),
      ...before.slice(target.to),
    ]
    next = said.to
    count += 1
    if (/^[,;)]$/.test(textOf(behind))) {
      next += 1
      break
    }
  }
  if (count === 0) return undefined
  if (textOf(items[next]) === 'instead') next += 1
  if (/^[,)]$/.test(textOf(items[next]))) next += 1
  return [...before, ...items.slice(next)]
}

const TAKES_BACK =
  /^(?:never ?mind|nvm|(?:forget|scratch|strike|cancel|ignore|drop) (?:it|that|this|about (?:it|that))|don't do (?:that|it))(?= |$)/
/** How far behind `never mind` the order that holds may begin. */
const MOST_LEADS = 8

/** `swap 1 eth to usdc. forget that, bridge it to base`: the last order holds. */
function startAnew(
  items: readonly Item[],
  at: number,
  cut: number,
): readonly Item[] | undefined {
  for (let start = at; start < at + 4; start += 1) {
    const said = items
      .slice(start, start + 3)
      .map((item) => textOf(item) || '§')
      .join(' ')
    const back = TAKES_BACK.exec(said)?.[0]
    if (back === undefined) continue
    const from = start + back.split(' ').length
    const verb = items.findIndex(
      (item, index) =>
        index >= from &&
        index < from + MOST_LEADS &&
        item.type === 'word' &&
        item.senses.verb !== undefined &&
        item.senses.verbForm === 'base',
    )
    if (verb < 0) return undefined
    // Of several orders it cannot be told which is taken back, and `it` would
    // stand for nothing without what it stood for.
    const orders = items
      .slice(0, cut)
      .filter((item) => item.type === 'word' && item.senses.verb !== undefined)
    const refers = items
      .slice(verb, verb + 6)
      .some((item) => /^(?:it|them|that|this|instead of)$/.test(textOf(item)))
    return orders.length > 1 || refers ? undefined : items.slice(from)
  }
  return undefined
}

/** What of an order is being put right: `the amount should be 25`. */
const ATTRIBUTE =
  /^(?:(?:the|my|its) )?(?:recipient|receiver|address|amount|chain|network|token|venue|destination|protocol|platform|name|person|wallet|number|size)(?: (?:should be|should have been|should read|should say|is actually|was supposed to be|is supposed to be|was meant to be|needs to be|has to be|must be)| (?:is|was|:))(?= |$)/
const SHOULD = /(?:should|actually|supposed|meant|needs|has|must)/

function readAttribute(
  items: readonly Item[],
  at: number,
): { next: number; should: boolean } | undefined {
  const said = items
    .slice(at, at + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const found = ATTRIBUTE.exec(said)?.[0]
  return found === undefined
    ? undefined
    : { next: at + found.split(' ').length, should: SHOULD.test(found) }
}

/** `… to usdc - dai, i mean`: the marker stands behind what is right. */
function readPostfix(
  items: readonly Item[],
  at: number,
  next: number,
): Item[] | undefined {
  const behind = items[next]
  if (behind !== undefined && behind.type !== 'break') return undefined
  const end = trimEnd(items, at)
  for (let start = end - 1; start > 0 && start >= end - 3; start -= 1) {
    if (!BEFORE.test(textOf(items[start - 1]))) continue
    const said = readPhrase(items, start)
    if (said?.to !== end) continue
    const before = items.slice(0, trimEnd(items, start))
    const target = findTarget(before, said)
    if (target !== undefined)
      return [
        ...before.slice(0, target.from),
        ...items.slice(target.saidFrom, target.saidTo),
        ...before.slice(target.to),
        ...items.slice(next),
      ]
  }
  return undefined
}

/** `actually, send 2 eth`, `send it to al.eth`: the same verb once more. */
function skipVerb(
  items: readonly Item[],
  from: number,
  before: readonly Item[],
): number {
  const item = items[from]
  if (item?.type !== 'word' || item.senses.verb === undefined) return from
  const same = before.some(
    (each) => each.type === 'word' && each.senses.verb === item.senses.verb,
  )
  if (!same) return from
  return /^(?:it|them|that)$/.test(textOf(items[from + 1]))
    ? from + 2
    : from + 1
}

function dropsAll(tail: readonly Item[]): boolean {
  // Longer than that takes nothing back, and many would not stay linear.
  if (tail.length > MOST_DROPPING) return false
  return DROPS.test(
    tail
      .map((item) => textOf(item))
      .filter((text) => text !== '' && text !== ',')
      .join(' '),
  )
}

/** Drops the comma or full stop in front of the marker. */
function trimEnd(items: readonly Item[], at: number): number {
  let cut = at
  while (
    cut > 0 &&
    (BEFORE.test(textOf(items[cut - 1])) || items[cut - 1]?.type === 'break')
  )
    cut -= 1
  return cut
}

function readMarker(
  items: readonly Item[],
  at: number,
): { next: number; sure: boolean } | undefined {
  const starts = (words: readonly string[], from: number) =>
    words.every((word, offset) => textOf(items[from + offset]) === word)
  const before = items[at - 1]
  let pause = at - 1
  while (
    pause > Math.max(0, at - 4) &&
    /^(?:oh|ah|um|uh|no|ok|hmm|well)$/.test(textOf(items[pause]))
  )
    pause -= 1
  const paused = [before, items[pause]].some(
    (item) => item?.type === 'break' || /^(?:,|-|…|\.|\()$/.test(textOf(item)),
  )
  const strong = STRONG.find((words) => starts(words, at))
  const weak = WEAK.find((words) => starts(words, at))
  const drops = paused && dropsAll(items.slice(at, at + MOST_DROPPING + 1))
  const attribute = readAttribute(items, at)
  if (attribute?.should && paused) return { next: attribute.next, sure: true }
  // `send 10 usdc to bob.eth *20`: as people mend what they typed.
  const starred =
    textOf(before) !== '' &&
    textOf(items[at]) === '*' &&
    items[at]?.spaced === true &&
    items[at + 1]?.spaced === false &&
    closes(items, readPhrase(items, at + 1)?.to)
  if (starred) return { next: at + 1, sure: true }
  if (strong === undefined && weak === undefined && !drops) return undefined
  let next = at + (strong ?? weak ?? ['']).length
  // `no wait, make that`, `actually no, i meant`: one after the other.
  const last = next + 10
  for (let more = true; more && next < last; ) {
    more = false
    while (
      next < last &&
      (/^[,:…-]$/.test(textOf(items[next])) || items[next]?.type === 'break')
    )
      next += 1
    // `wait, not tom.eth, tim.eth`: what it is not was said before.
    if (textOf(items[next]) === 'not') {
      const denied = readPhrase(items, next + 1)
      const tie = denied === undefined ? '' : textOf(items[denied.to])
      if (denied !== undefined && /^(?:,|but|-|…)$/.test(tie)) {
        next = denied.to + 1
        more = true
        continue
      }
    }
    const what = readAttribute(items, next)
    if (what !== undefined) {
      next = what.next
      continue
    }
    const again = [...STRONG, ...WEAK].find((words) => starts(words, next))
    if (again !== undefined) {
      next += again.length
      more = true
    } else if (LEADS.test(textOf(items[next]))) {
      next += 1
      more = true
    }
  }
  if (strong === undefined && !paused && !drops) {
    // `2 eth no 3 eth`: two of a kind, with the word between them.
    const said = readPhrase(items, next)
    const like =
      said !== undefined &&
      [1, 2, 3].some((length) => {
        const other = readPhrase(items, at - length)
        return other?.to === at && other.kind === said.kind
      })
    if (!like && textOf(items[at]) !== 'actually') return undefined
    if (/^(?:i|i'd|we|you|can|to)$/.test(textOf(before))) return undefined
  }
  // `sorry to ask`, `wait a second`, `make it quick` correct nothing.
  const sure =
    (strong !== undefined && !/^make$/.test(strong[0] ?? '')) ||
    (paused &&
      /^(?:no|nah|wait|actually|sorry|wrong|edit|fix|hang|hold)$/.test(
        textOf(items[at]),
      ))
  // `tomorrow, no, on friday`: what it is about is not read here.
  const denies =
    paused &&
    textOf(items[at]) === 'no' &&
    items[at + 1] !== undefined &&
    !/^(?:rush|hurry|more|less|later|slippage|need|problem|worries|fees?|limit|matter|stress|leverage|cap|higher|lower|greater|fewer|idea|one)$/.test(
      textOf(items[at + 1]),
    )
  return { next, sure: denies || (sure && mentions(items, next)) }
}

/** Nothing more is said from here on. */
function closes(items: readonly Item[], at: number | undefined): boolean {
  return (
    at !== undefined &&
    (items[at] === undefined || items[at]?.type === 'break') &&
    items.length - at <= 1
  )
}

/** Something that could be right stands close behind the marker. */
function mentions(items: readonly Item[], from: number): boolean {
  for (let at = from; at < from + 4; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return false
    if (/^(?:number|quantity|name|address)$/.test(item.type)) return true
    if (
      item.type === 'word' &&
      item.senses.verb === undefined &&
      ((item.senses.token !== undefined && !item.senses.tokenWeak) ||
        item.senses.chain !== undefined ||
        (item.senses.venue !== undefined && !item.senses.venueWeak))
    )
      return true
  }
  return false
}

type Target = {
  readonly from: number
  readonly to: number
  /** What of the correction goes there. */
  readonly saidFrom: number
  readonly saidTo: number
}

/** The last phrase of the same kind that stands before the correction. */
function findTarget(before: readonly Item[], said: Phrase): Target | undefined {
  let found: Target | undefined
  let same: Target | undefined
  for (let at = 0; at < before.length; at += 1) {
    const phrase = readPhrase(before, at)
    if (phrase === undefined || phrase.to > before.length) continue
    at = phrase.to - 1
    // `from optimism` corrects `from arbitrum`, and not where it goes.
    if (
      said.cue !== '' &&
      said.cue !== phrase.cue &&
      !(isOnto(said.cue) && isOnto(phrase.cue))
    )
      continue
    const range = rangeIn(phrase, said)
    if (range === undefined) continue
    const target = { ...range, ...wordsOf(said) }
    found = target
    if (
      said.kind !== 'money' ||
      said.cue !== '' ||
      (phrase.token !== undefined && phrase.token === said.token)
    )
      same = target
  }
  return same ?? found
}

function wordsOf(said: Phrase): { saidFrom: number; saidTo: number } {
  return {
    saidFrom: said.from,
    // `half of it`: how much, of what was named before.
    saidTo: said.kind === 'share' ? said.amountTo : said.to,
  }
}

/** What of a phrase a correction of another kind replaces. */
function rangeIn(
  phrase: Phrase,
  said: Phrase,
): { from: number; to: number } | undefined {
  const whole = { from: phrase.from, to: phrase.to }
  const amount = { from: phrase.from, to: phrase.amountTo }
  switch (said.kind) {
    case 'amount':
    case 'share':
      return phrase.kind === 'money' ||
        phrase.kind === 'amount' ||
        phrase.kind === 'share'
        ? amount
        : undefined
    case 'money':
      // `lend 500, no, 400 usdc`: the token came with the second number.
      return phrase.kind === 'money' ||
        phrase.kind === 'amount' ||
        phrase.kind === 'share'
        ? whole
        : undefined
    case 'token':
      if (phrase.kind === 'token') return whole
      // `approve … for uniswap, no, for 1inch`
      if (phrase.kind === 'place' && said.place) return whole
      // `send 50 usdc, sorry, dai`: how much stays.
      return phrase.kind === 'money'
        ? { from: phrase.tokenFrom, to: phrase.to }
        : undefined
    case 'place':
      return phrase.kind === 'place' ||
        (phrase.kind === 'token' && phrase.place)
        ? whole
        : undefined
    default:
      return phrase.kind === said.kind ? whole : undefined
  }
}

function isOnto(cue: string): boolean {
  return /^(?:to|into|for)$/.test(cue)
}
