// One file because each form is a few words, and they are tried in one walk.
import { getSenses, getVenueKind } from '../lexicon/lexicon.js'
import { type Item, textOf } from '../text/Item.js'

type Word = Extract<Item, { type: 'word' }>
/** What stands in the place of the items up to `next`. */
type Fold = { readonly items: readonly Item[]; readonly next: number }

/** `long eth, no, short eth 3x`: another verb for the same things counts alone. */
export function foldChange(items: readonly Item[]): readonly Item[] {
  const first = items[0]
  const at = items.findIndex(
    (item, index) =>
      index > 1 &&
      index < 8 &&
      /^(?:no|nope|wait|actually|sorry|oops|scratch)$/.test(textOf(item)),
  )
  if (!isVerb(first) || at < 0) return items
  let next = at
  while (
    /^(?:no|nope|wait|actually|sorry|oops|scratch|that|i|meant|mean|make|it|,|-|…)$/.test(
      textOf(items[next]),
    )
  )
    next += 1
  const other = items[next]
  if (!isVerb(other) || other.text === first.text) return items
  // What was said of the first order has to come again in the second.
  const named = items.slice(1, at).filter((item) => item.type === 'word')
  const later = items.slice(next + 1)
  return named.every(
    (item) =>
      !(isToken(item) || isVenue(item)) ||
      later.some((each) => textOf(each) === item.text),
  ) &&
    items.slice(1, at).every((item) => item.type !== 'break') &&
    !items.slice(1, at).some((item) => isCount(item) || isParty(item))
    ? items.slice(next)
    : items
}

/**
 * Puts plain words in the place of forms that say the same in another manner:
 * `supply(asset=DAI, amount=5)`, `camelot is fine`, `use my usdt for that`,
 * `cancel the allowance`. No argument is added or lost: each keeps its span.
 */
export function foldForms(said: readonly Item[]): Item[] {
  const items = foldWant(foldOwed(dropRepeats(said)))
  const kept: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const fold = readForm(items, index, kept)
    if (fold === undefined) {
      kept.push(item)
      index += 1
      continue
    }
    kept.push(...fold.items)
    index = fold.next
  }
  return kept
}

function readForm(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const item = items[index]
  if (item?.type === 'number') return readTurned(items, index)
  if (item?.type !== 'word') return undefined
  return (
    readCall(items, index) ??
    readPhrase(items, index) ??
    readHolding(items, index) ??
    readRevoke(items, index) ??
    readGift(items, index) ??
    readMake(items, index) ??
    readWhere(items, index, kept) ??
    readFunds(items, index, kept) ??
    readPledge(items, index)
  )
}

/** How far back a form looks for the order that it belongs to. */
const NEAR = 60

/** A word of ours in the place of one that was said. */
function word(text: string, at: Item, end = at.end): Word {
  return {
    type: 'word',
    text,
    senses: getSenses(text) ?? {},
    start: at.start,
    end,
    spaced: at.spaced,
  }
}

const isToken = (item: Item | undefined): item is Word =>
  item?.type === 'word' &&
  item.senses.token !== undefined &&
  !item.senses.tokenWeak
const isVenue = (item: Item | undefined): item is Word =>
  item?.type === 'word' && item.senses.venue !== undefined
const isVerb = (item: Item | undefined): item is Word =>
  item?.type === 'word' && item.senses.verb !== undefined
const isParty = (item: Item | undefined): boolean =>
  item?.type === 'name' || item?.type === 'address'
const isCount = (item: Item | undefined): boolean =>
  item?.type === 'number' || item?.type === 'quantity'
const endsHere = (item: Item | undefined): boolean =>
  item === undefined ||
  item.type === 'break' ||
  /^(?:[,;).]|and|then|please|pls|thanks)$/.test(textOf(item))
const opensHere = (item: Item | undefined): boolean =>
  item === undefined || item.type === 'break' || /^[,;:(]$/.test(textOf(item))

/** Words that say another way what one word says. */
const SAME: readonly (readonly [readonly string[], string])[] = [
  [['in', 'exchange', 'for'], 'for'],
  [['in', 'return', 'for'], 'for'],
  [['in', 'trade', 'for'], 'for'],
  [['outta'], 'from'],
  [['out', 'from'], 'from'],
]

function readPhrase(items: readonly Item[], index: number): Fold | undefined {
  const first = items[index]
  if (first === undefined) return undefined
  // `for a total of 24 times`, `x 20 times`: only how often.
  const total = ['for', 'a', 'total', 'of'].every(
    (each, offset) => textOf(items[index + offset]) === each,
  )
  const skip = total ? 4 : textOf(items[index]) === 'x' && first.spaced ? 1 : 0
  if (
    skip > 0 &&
    items[index + skip]?.type === 'number' &&
    /^(?:times|rounds|occurrences|iterations|runs)$/.test(
      textOf(items[index + skip + 1]),
    )
  )
    return { items: [], next: index + skip }
  for (const [words, same] of SAME)
    if (words.every((each, offset) => textOf(items[index + offset]) === each)) {
      const last = items[index + words.length - 1]
      return {
        items: [word(same, first, last?.end)],
        next: index + words.length,
      }
    }
  return undefined
}

const KEYS: readonly (readonly [string, RegExp])[] = [
  ['amount', /^(?:amount|amt|qty|quantity|size|value|amountin|amount_in)$/],
  [
    'thing',
    /^(?:token|asset|coin|currency|sell|from|tokenin|token_in|fromtoken|from_token|input|tokenfrom)$/,
  ],
  [
    'goal',
    /^(?:to|buy|tokenout|token_out|totoken|to_token|output|tokento|recipient|receiver|dest|destination|tochain|to_chain|dst)$/,
  ],
  ['source', /^(?:fromchain|from_chain|src|source)$/],
  [
    'place',
    /^(?:chain|network|venue|protocol|dex|via|on|platform|market|pool)$/,
  ],
]

/** `swap(tokenIn=WETH, amount=0.33, tokenOut=USDC)`, as a program would say it. */
function readCall(items: readonly Item[], index: number): Fold | undefined {
  const verb = items[index]
  if (!isVerb(verb) || textOf(items[index + 1]) !== '(') return undefined
  const found: Record<string, Item[]> = {}
  let at = index + 2
  while (textOf(items[at]) !== ')') {
    if (at > index + 40) return undefined
    const key = textOf(items[at])
    const role = KEYS.find(([, pattern]) => pattern.test(key))?.[0]
    if (role === undefined || !/^[=:]$/.test(textOf(items[at + 1])))
      return undefined
    at += 2
    const value: Item[] = []
    while (!/^[,)]$/.test(textOf(items[at]))) {
      const item = items[at]
      if (item === undefined || item.type === 'break' || value.length > 4)
        return undefined
      if (!/^["']$/.test(textOf(item))) value.push(item)
      at += 1
    }
    const first = value[0]
    if (first === undefined) return undefined
    const cue =
      role === 'goal'
        ? 'to'
        : role === 'source'
          ? 'from'
          : role === 'place'
            ? 'on'
            : undefined
    const before = found[role] ?? []
    found[role] = [
      ...before,
      ...(cue === undefined ? [] : [word(cue, first, first.start)]),
      ...value,
    ]
    if (textOf(items[at]) === ',') at += 1
  }
  // `… on Aave, Optimism` behind the call: one place after the other.
  const tail: Item[] = []
  let next = at + 1
  while (
    tail.length < 6 &&
    (/^(?:on|via|using|,)$/.test(textOf(items[next])) ||
      (items[next]?.type === 'word' &&
        (isVenue(items[next]) ||
          (items[next] as Word).senses.chain !== undefined)))
  ) {
    const item = items[next] as Item
    tail.push(textOf(item) === ',' ? word('on', item) : item)
    next += 1
  }
  return {
    items: [
      verb,
      ...['amount', 'thing', 'goal', 'source', 'place'].flatMap(
        (role) => found[role] ?? [],
      ),
      ...tail,
    ],
    next,
  }
}

/** `sell sell sell!! 9 aave`: said again for the sake of it. */
function dropRepeats(items: readonly Item[]): readonly Item[] {
  const first = items[0]
  if (!isVerb(first) || textOf(items[1]) !== first.text) return items
  let at = 1
  while (textOf(items[at]) === first.text || textOf(items[at]) === ',') at += 1
  while (items[at]?.type === 'break') at += 1
  return isCount(items[at]) || isToken(items[at])
    ? [first, ...items.slice(at)]
    : items
}

/** `i owe bob.eth 35 dai so pay him`: what is owed is what is paid. */
function foldOwed(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item) => /^(?:owe|owes)$/.test(textOf(item)))
  const owe = items[at]
  if (owe === undefined || at > 4 || textOf(items[at - 1]) !== 'i') return items
  const pays = items.findIndex(
    (item, index) =>
      index > at &&
      /^(?:pay|send|reimburse|settle)$/.test(textOf(item)) &&
      /^(?:him|her|them|it|up|that)$/.test(textOf(items[index + 1])),
  )
  const said = items.slice(at + 1, pays)
  if (pays < 0 || !said.some(isParty) || !said.some(isCount)) return items
  let end = pays
  while (
    end > at &&
    /^(?:so|,|please|pls|just|and|;|then|now|can|could|you|go)$/.test(
      textOf(items[end - 1]),
    )
  )
    end -= 1
  if (items[end - 1]?.type === 'break') end -= 1
  return [
    word('pay', owe),
    ...items.slice(at + 1, end),
    ...items.slice(pays + 2),
  ]
}

/** `i have 90 dai, i want it to become usdt`: what it is turned into. */
function foldWant(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex(
    (item, index) =>
      /^(?:have|got|hold)$/.test(textOf(item)) &&
      /^(?:i|i've|we)$/.test(textOf(items[index - 1])) &&
      items[index + 1]?.type === 'number' &&
      isToken(items[index + 2]),
  )
  const have = items[at]
  if (have === undefined) return items
  const want = items.findIndex(
    (item, index) =>
      index > at + 2 &&
      /^(?:want|need|like|wish)$/.test(textOf(item)) &&
      /^(?:it|them|that|this)$/.test(textOf(items[index + 1])),
  )
  if (want < 0 || want > at + 14) return items
  let to = want + 2
  while (
    /^(?:to|be|become|as|in|into|turned|all|changed)$/.test(textOf(items[to]))
  )
    to += 1
  const goal = items[to]
  const gap = items.slice(at + 3, want)
  if (
    to === want + 2 ||
    !isToken(goal) ||
    gap.some((item) => isVerb(item) || isCount(item) || item.type === 'address')
  )
    return items
  const cue = items[to - 1] as Item
  return [
    ...items.slice(0, Math.max(0, at - 1)),
    word('convert', have),
    ...items.slice(at + 1, at + 3),
    word('to', cue),
    ...items.slice(to),
  ]
}

/** `don't do it before gas is under 9 gwei, but then: …`: when it may be done. */
function readHolding(items: readonly Item[], index: number): Fold | undefined {
  const first = items[index] as Item
  if (/^(?:but|and)$/.test(textOf(first))) {
    // `…, but then: …`
    return textOf(items[index + 1]) === 'then' &&
      /^[:,]$/.test(textOf(items[index + 2]))
      ? { items: [word('then', first)], next: index + 3 }
      : undefined
  }
  const words = items
    .slice(index, index + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const held =
    /^(?:don't|dont|do not|never) (?:do|execute|run|fire|touch|start|make|move) (?:it|this|that|anything) (?:before|until|till|unless)(?= )/.exec(
      words,
    )?.[0]
  if (held === undefined || !opensHere(items[index - 1])) return undefined
  return {
    items: [word('when', first)],
    next: index + held.split(' ').length,
  }
}

/** `cancel the usdc allowance`, `kill my dai approval` */
function readRevoke(items: readonly Item[], index: number): Fold | undefined {
  const first = items[index] as Item
  if (!/^(?:cancel|kill|undo|delete|nix|remove|drop|zero)$/.test(textOf(first)))
    return undefined
  for (let at = index + 1; at < index + 5; at += 1) {
    const item = items[at]
    if (/^(?:allowance|allowances|approval|approvals)$/.test(textOf(item)))
      return { items: [word('revoke', first)], next: index + 1 }
    if (
      !isToken(item) &&
      !/^(?:the|my|that|all|this|old|spending|token)$/.test(textOf(item))
    )
      return undefined
  }
  return undefined
}

const HANDS = /^(?:put|yeet|yolo|add)$/

/** `drop 5 dai in bob.eth's wallet`, `throw 30 usdc at PEPE` */
function readGift(items: readonly Item[], index: number): Fold | undefined {
  const verb = items[index]
  if (!isVerb(verb) || !HANDS.test(verb.senses.verb ?? '')) return undefined
  for (let at = index + 1; at < index + 10; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break' || isVerb(item))
      return undefined
    const goal = items[at + 1]
    const named = /^(?:the|my)$/.test(textOf(goal)) ? items[at + 2] : goal
    if (
      /^(?:in|into|at|on|to|inside)$/.test(textOf(item)) &&
      goal !== undefined &&
      named !== undefined
    ) {
      if (named.type === 'name') {
        let next = at + (named === goal ? 2 : 3)
        while (/^(?:'s|s|wallet|account|address)$/.test(textOf(items[next])))
          next += 1
        return {
          items: [
            word('send', verb),
            ...items.slice(index + 1, at),
            word('to', item),
            named,
          ],
          next,
        }
      }
      if (textOf(item) === 'at' && isToken(named) && verb.senses.verb !== 'put')
        return {
          items: [
            verb,
            ...items.slice(index + 1, at),
            word('into', item),
            named,
          ],
          next: at + (named === goal ? 2 : 3),
        }
    }
  }
  return undefined
}

/** `make my 3 weth into usdc`: another word for a trade. */
function readMake(items: readonly Item[], index: number): Fold | undefined {
  const verb = items[index] as Item
  if (!/^(?:make|making)$/.test(textOf(verb))) return undefined
  // `so please make that exchange on ethereum`: the trade that was told of.
  if (
    /^(?:that|this|the)$/.test(textOf(items[index + 1])) &&
    /^(?:exchange|swap|trade|conversion|switch)$/.test(
      textOf(items[index + 2]),
    ) &&
    items
      .slice(Math.max(0, index - NEAR), index)
      .some((item) => isCount(item)) &&
    !items.slice(index + 3, index + NEAR).some((item) => isCount(item))
  ) {
    return { items: [], next: index + 3 }
  }
  let counted = false
  for (let at = index + 1; at < index + 8; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return undefined
    if (isCount(item) || /^(?:all|half)$/.test(textOf(item))) counted = true
    if (/^(?:into|to)$/.test(textOf(item)))
      return counted && isToken(items[at - 1]) && isToken(items[at + 1])
        ? { items: [word('convert', verb)], next: index + 1 }
        : undefined
    if (isVerb(item)) return undefined
  }
  return undefined
}

/** `30 usdc turned into dai`, `6,000 dai be held as usdc` */
function readTurned(items: readonly Item[], index: number): Fold | undefined {
  const amount = items[index] as Item
  const token = items[index + 1]
  if (!isToken(token)) return undefined
  let at = index + 2
  while (/^(?:should|must|to|needs|be|is|all)$/.test(textOf(items[at]))) at += 1
  const be = at > index + 2
  const how = `${textOf(items[at])} ${textOf(items[at + 1])}`
  if (
    !/^(?:turned|changed|converted|made|flipped) (?:into|to)$/.test(how) &&
    !(be && /^(?:held|kept|sitting) (?:as|in)$/.test(how))
  )
    return undefined
  const goal = items[at + 2]
  if (!isToken(goal) && goal?.type !== 'address') return undefined
  // A verb of its own says what is to be done with it.
  if (
    items
      .slice(Math.max(0, index - NEAR), index)
      .some(
        (item) =>
          isVerb(item) && !/^(?:earn|get)$/.test(item.senses.verb ?? ''),
      )
  )
    return undefined
  const verb = items[at] as Item
  const cue = items[at + 1] as Item
  let next = at + 3
  if (textOf(items[next]) === 'instead') next += 1
  return {
    items: [
      word('then', amount, amount.start),
      word('convert', verb),
      amount,
      token,
      word('to', cue),
      goal,
    ],
    next,
  }
}

/** `camelot is fine`, `; use lido`, `i think uniswap is the place`: where. */
function readWhere(
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

/** `use the usdt for that`, `take it out of my usdc`: what it is paid with. */
function readFunds(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const first = items[index] as Item
  if (
    !opensHere(items[index - 1]) ||
    index === 0 ||
    !/^(?:use|spend|pay|take|fund|get)/.test(textOf(first))
  )
    return undefined
  const wants = kept
    .slice(-NEAR)
    .some(
      (item) =>
        (isVerb(item) && /^(?:buy|get)$/.test(item.senses.verb ?? '')) ||
        /^(?:need|want)$/.test(textOf(item)),
    )
  if (!wants) return undefined
  const words = items
    .slice(index, index + 6)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const lead =
    /^(?:use|spend|pay with|pay using|(?:take|pay|fund|get) (?:it|that|them) (?:from|out of|with|using|in))(?: (?:the|my|some|some of my))*(?= )/.exec(
      words,
    )?.[0]
  if (lead === undefined) return undefined
  const at = index + lead.split(' ').length
  const token = items[at]
  if (!isToken(token) || token.senses.verb !== undefined) return undefined
  let next = at + 1
  if (
    /^(?:for|to)$/.test(textOf(items[next])) &&
    /^(?:that|it|this|pay|the)$/.test(textOf(items[next + 1]))
  ) {
    next += 2
    if (/^(?:purchase|payment|trade)$/.test(textOf(items[next]))) next += 1
  }
  if (!endsHere(items[next])) return undefined
  while (kept.at(-1)?.type === 'break' || textOf(kept.at(-1)) === ',')
    kept.pop()
  return { items: [word('with', first), token], next }
}

/** `borrow 3,300 usdc, put up 2 wsteth`: what backs the loan. */
function readPledge(items: readonly Item[], index: number): Fold | undefined {
  const first = items[index] as Item
  const said = textOf(first)
  const length =
    /^(?:pledge|pledging|posting|put up|putting up|backed by)$/.test(said)
      ? 1
      : /^(?:put|putting|backed|post)$/.test(said) &&
          /^(?:up|by)$/.test(textOf(items[index + 1]))
        ? 2
        : 0
  if (length === 0 || !isCount(items[index + length])) return undefined
  const borrows = items
    .slice(Math.max(0, index - NEAR), index)
    .findLast((item) => isVerb(item))
  const loan = items
    .slice(Math.max(0, index - NEAR), index)
    .some((item) => textOf(item) === 'loan')
  return (isVerb(borrows) && borrows.senses.verb === 'borrow') || loan
    ? { items: [word('against', first)], next: index + length }
    : undefined
}
