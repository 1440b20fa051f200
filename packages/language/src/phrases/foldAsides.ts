import type { Said } from '../clauses/Part.js'
import { type Item, textOf } from '../text/Item.js'

/** What was said besides the orders themselves. */
export type Asides = {
  readonly items: readonly Item[]
  /** `everything on arbitrum`: the chain of all that names none of its own. */
  readonly scope?: Said<string>
}

const REASON = /^(?:because|cuz|cos|coz|bc)$/
/** Who a purpose is about: `so that it earns`, `so i can sleep`. */
const SUBJECT = /^(?:it|they|i|we|my|the|that)$/
const WHOLE =
  /^(?:everything|both|all of (?:it|this|that|them)|all (?:steps?|of the above|this|that|3|4|5)|all|each(?: of them)?|the whole thing|(?:both|all|every|each)(?: the| these)? (?:payments?|transfers?|swaps?|trades?|orders?|sends?|deposits?|withdrawals?|legs?|transactions?|txs)) (?:on|in|via) $/

/**
 * Takes out what orders nothing: reasons, purposes and the labels of steps.
 * What a person says of the place of everything is kept beside the items.
 */
export function foldAsides(said: readonly Item[]): Asides {
  const items = dropPoliteness(said)
  const kept: Item[] = []
  let scope: Said<string> | undefined
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    // `eth < 2000 ? buy …`: a condition, and no question.
    if (item.type === 'break' && isCompared(items, index)) {
      kept.push({
        type: 'symbol',
        text: ':',
        start: item.start,
        end: item.end,
        spaced: item.spaced,
      })
      index += 1
      continue
    }
    const label = readLabel(items, index)
    if (label !== undefined) {
      kept.push({
        type: 'break',
        strength: 'line',
        start: item.start,
        end: item.start,
        spaced: item.spaced,
      })
      index = label
      continue
    }
    const remark = readRemark(items, index)
    if (remark !== undefined) {
      index = remark
      continue
    }
    const place = readWhereabouts(items, index)
    if (place !== undefined && scope === undefined) {
      scope = place.scope
      index = place.next
      continue
    }
    const whole = readScope(items, index)
    if (whole !== undefined && scope === undefined) {
      scope = whole.scope
      index = whole.next
      continue
    }
    // `do 8 things: …` counts what follows, and no money.
    if (
      item.type === 'number' &&
      /^(?:things|steps|actions|tasks|operations|transactions|txs|moves|orders|trades|instructions|jobs)$/.test(
        textOf(items[index + 1]),
      )
    ) {
      index += 2
      continue
    }
    const head = readHeading(items, index)
    if (head !== undefined) {
      index = head
      continue
    }
    const end = readReason(items, index)
    if (end !== undefined) {
      index = end
      continue
    }
    kept.push(item)
    index += 1
  }
  return scope === undefined ? { items: kept } : { items: kept, scope }
}

const POLITE =
  /^(?:(?:hi|hey|hello|ok|so|please|well) )*(?:it would be (?:so |really |very )?(?:great|nice|good|lovely|awesome|cool|appreciated|ideal|wonderful|helpful) (?:if|to|when|for you to) |i would (?:really )?(?:appreciate it|be grateful|be glad|be happy|love it) if |i'd (?:really )?(?:appreciate it|be grateful|be glad|be happy|love it) if |i (?:was|am) wondering (?:if|whether) |i wonder (?:if|whether) |(?:is there )?any (?:chance|way) (?:that )?|please be informed that |kindly be informed that |be informed that |(?:please |kindly )?note that )/

/** `it would be great if …`, `@bot …`: what leads to an order. */
function dropPoliteness(items: readonly Item[]): readonly Item[] {
  const words = items
    .slice(0, 12)
    .map((item) =>
      item.type === 'word' ? item.text.replaceAll(' ', '_') : '§',
    )
    .join(' ')
  const polite = POLITE.exec(`${words} `)?.[0]
  let from = polite === undefined ? 0 : polite.trim().split(' ').length
  // `@behest swap …`: who is spoken to.
  const first = items[from]
  const next = items[from + 1]
  if (
    first?.type === 'name' &&
    first.text.startsWith('@') &&
    ((next?.type === 'word' && next.senses.verb !== undefined) ||
      /^(?:please|pls|can|could|,|:)$/.test(textOf(next)))
  )
    from += 1
  if (from === 0) return items
  const [you, verb] = [items[from], items[from + 1]]
  // `… if you bridged`: politely in the past, and meant now.
  if (
    polite !== undefined &&
    /^(?:you|u|we)$/.test(textOf(you)) &&
    verb?.type === 'word' &&
    verb.senses.verbForm === 'past'
  )
    return [
      { ...verb, senses: { ...verb.senses, verbForm: 'base' } },
      ...items.slice(from + 2),
    ]
  return items.slice(from)
}

/** `(this is not a drill)`: nothing in it that an order could take. */
function readRemark(items: readonly Item[], index: number): number | undefined {
  if (textOf(items[index]) !== '(') return undefined
  for (let at = index + 1; at < index + 14; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return undefined
    if (textOf(item) === ')') return at > index + 1 ? at + 1 : undefined
    if (item.type !== 'word' && item.type !== 'symbol') return undefined
    if (/^[$€£%#]$/.test(textOf(item))) return undefined
    if (
      item.type === 'word' &&
      (Object.keys(item.senses).length > 0 ||
        /^(?:if|when|unless|until|all|half|not|max|slippage|daily|weekly|monthly|every|tomorrow|today|only|the|rest|it|both|each|evenly)$/.test(
          item.text,
        )) &&
      !/^(?:it|the|not|only|this)$/.test(item.text)
    )
      return undefined
  }
  return undefined
}

/** `i'm on polygon: …`, `my eth is on arbitrum. …`: where all of it happens. */
function readWhereabouts(
  items: readonly Item[],
  index: number,
): { scope: Said<string>; next: number } | undefined {
  const before = items[index - 1]
  if (before !== undefined && before.type !== 'break') return undefined
  let at = index
  if (/^(?:i'm|im|we're)$/.test(textOf(items[at]))) at += 1
  else if (
    /^(?:i|we)$/.test(textOf(items[at])) &&
    /^(?:am|are)$/.test(textOf(items[at + 1]))
  )
    at += 2
  else if (textOf(items[at]) === 'my') {
    const thing = items[at + 1]
    if (
      !(
        thing?.type === 'word' &&
        (thing.senses.token !== undefined ||
          /^(?:funds|tokens|money|coins|wallet|assets)$/.test(thing.text))
      ) ||
      !/^(?:is|are|sits|sit|lives|live)$/.test(textOf(items[at + 2]))
    )
      return undefined
    at += 3
  } else return undefined
  while (
    /^(?:currently|all|now|here)$/.test(textOf(items[at])) &&
    at < index + 6
  )
    at += 1
  const place = items[at + 1]
  if (
    !/^(?:on|in)$/.test(textOf(items[at])) ||
    place?.type !== 'word' ||
    place.senses.chain === undefined
  )
    return undefined
  const behind = items[at + 2]
  const ends =
    behind?.type === 'break' ||
    textOf(behind) === ':' ||
    (textOf(items[index]) !== 'my' && /^(?:,|and|so)$/.test(textOf(behind)))
  return ends
    ? {
        scope: {
          start: place.start,
          end: place.end,
          value: place.senses.chain,
        },
        next: at + 3,
      }
    : undefined
}

/** Nothing but a comparison stands between the last break and this one. */
function isCompared(items: readonly Item[], end: number): boolean {
  let from = end
  while (from > 0 && items[from - 1]?.type !== 'break' && end - from < 9)
    from -= 1
  const said = items.slice(from, end)
  const behind = items[end + 1]
  return (
    said.length >= 3 &&
    said.length <= 8 &&
    said.at(-1)?.type !== 'symbol' &&
    said.some((item) => item.type === 'number') &&
    said.some((item) =>
      /^(?:<|>|≤|≥|below|above|under|over)$/.test(textOf(item)),
    ) &&
    !said.some(
      (item) =>
        (item.type === 'word' && item.senses.verb !== undefined) ||
        /^(?:is|are|will|did|does|what|why|how|if|when|was)$/.test(
          textOf(item),
        ),
    ) &&
    // `gas below 14 gwei? ok then repay …`
    [behind, items[end + 2], items[end + 3]].some(
      (item, at, ahead) =>
        item?.type === 'word' &&
        item.senses.verb !== undefined &&
        ahead
          .slice(0, at)
          .every((each) =>
            /^(?:ok|okay|then|yes|so|,|just)$/.test(textOf(each)),
          ),
    )
  )
}

/** Words that begin a phrase of the order itself. */
const BEGINS =
  /^(?:if|when|once|whenever|unless|until|after|before|to|on|for|via|every|each|chain|network|venue|protocol|slippage|amount|token|recipient|receiver|address|destination|leverage|collateral|what|how|which|who|where|is|are|do|does|price|balance|quote|apy|gas|hourly|daily|weekly|biweekly|monthly|nightly)$/

/** `degen mode: …`, `from the ticket: …`: a heading, with nothing to do in it. */
function readHeading(
  items: readonly Item[],
  index: number,
  isOpen = items[index - 1] === undefined || items[index - 1]?.type === 'break',
): number | undefined {
  if (!isOpen) return undefined
  // `what i need: …`
  if (
    textOf(items[index]) === 'what' &&
    /^(?:i|we)$/.test(textOf(items[index + 1])) &&
    /^(?:need|want|wish)$/.test(textOf(items[index + 2])) &&
    /^[:\-–]$/.test(textOf(items[index + 3]))
  )
    return index + 4
  // `buy the dip: …`
  if (
    textOf(items[index]) === 'buy' &&
    textOf(items[index + 1]) === 'the' &&
    /^(?:dip|rumou?r|fear)$/.test(textOf(items[index + 2])) &&
    /^[:\-–,]$/.test(textOf(items[index + 3]))
  )
    return index + 4
  const filed = readFiled(items, index)
  if (filed !== undefined) return filed
  if (BEGINS.test(textOf(items[index]))) return undefined
  // `take profit: …`, `exit plan - …`, `split job: …`: the name of what follows.
  if (
    /^(?:take|stop|split|exit|entry|limit|buy|sell|swap|trade|payroll)$/.test(
      textOf(items[index]),
    ) &&
    /^(?:profits?|loss|job|plan|task|strategy|routine|run)$/.test(
      textOf(items[index + 1]),
    ) &&
    /^[:\-–]$/.test(textOf(items[index + 2])) &&
    items[index + 3]?.spaced === true
  )
    return index + 3
  for (let at = index; at < index + 9; at += 1) {
    const item = items[at]
    if (item === undefined) return undefined
    if (item.type === 'symbol' && item.text === ':')
      return at > index && items[at + 1]?.spaced === true ? at + 1 : undefined
    if (item.type !== 'word' && item.type !== 'symbol') return undefined
    if (
      item.type === 'word' &&
      (item.senses.verb !== undefined ||
        item.senses.chain !== undefined ||
        // `degen mode: …` names no token; `usdc: …` does.
        (item.senses.token !== undefined &&
          !item.senses.tokenWeak &&
          (at > index || textOf(items[at + 1]) === ':')))
    )
      return undefined
  }
  return undefined
}

const FILES =
  /^(?:ticket|invoice|case|issue|ref|reference|po|request|req|memo|jira|payment|batch|order|bill|receipt|note|mail|email)$/
const FILE_MARKS = /^(?:#|no|nr|num|number|[-.:])$/

/** `ticket 4471 - treasury: …`, `invoice #88: …`: the number counts no money. */
function readFiled(items: readonly Item[], index: number): number | undefined {
  let at = index
  if (/^(?:re|fwd|fw|subject|regarding)$/.test(textOf(items[at]))) {
    at += 1
    if (textOf(items[at]) === ':') at += 1
  }
  if (!FILES.test(textOf(items[at]))) return undefined
  at += 1
  while (at < index + 6 && FILE_MARKS.test(textOf(items[at]))) at += 1
  if (items[at]?.type !== 'number') return undefined
  at += 1
  if (!/^[-–—:]$/.test(textOf(items[at]))) return undefined
  return items[at + 1]?.spaced === true
    ? (readHeading(items, at + 1, true) ?? at + 1)
    : undefined
}

/** `step 1: …`, `step two - …`: the number counts no money. */
function readLabel(items: readonly Item[], index: number): number | undefined {
  if (textOf(items[index]) !== 'step' || items[index + 1]?.type !== 'number')
    return undefined
  const mark = items[index + 2]
  const colon = /^[:)\-–.]$/.test(textOf(mark)) || mark?.type === 'break'
  return colon ? index + 3 : index + 2
}

/** `everything on arbitrum`, `both on base please`, behind what was ordered. */
function readScope(
  items: readonly Item[],
  index: number,
): { scope: Said<string>; next: number } | undefined {
  if (index === 0) return undefined
  for (let length = 2; length <= 5; length += 1) {
    const words = items.slice(index, index + length)
    const place = items[index + length]
    if (
      place?.type !== 'word' ||
      place.senses.chain === undefined ||
      !WHOLE.test(`${words.map((word) => textOf(word)).join(' ')} `)
    )
      continue
    let next = index + length + 1
    while (
      /^(?:network|chain|mainnet|obviously|please|pls|plz|only|ofc|thanks|of|course|btw)$/.test(
        textOf(items[next]),
      ) &&
      next < index + length + 4
    )
      next += 1
    const behind = items[next]
    // `send all on base to bob` goes on; what closes the sentence is a scope.
    if (
      behind !== undefined &&
      behind.type !== 'break' &&
      !/^(?:,|and|then|\))$/.test(textOf(behind))
    )
      return undefined
    return {
      scope: {
        start: place.start,
        end: place.end,
        value: place.senses.chain,
      },
      next,
    }
  }
  return undefined
}

/** Where a reason or a purpose ends, if one begins here. */
function readReason(items: readonly Item[], index: number): number | undefined {
  if (index === 0) return undefined
  const word = textOf(items[index])
  // `… before it crashes`: a worry, and no order of steps.
  const worry =
    word === 'before' &&
    /^(?:(?:it|they|things|everything|prices?|eth|btc|the market|the price|the dip) (?:all )?(?:crash(?:es)?|dumps?|drops?|tanks?|moons?|pumps?|rises?|falls?|goes?|gets?|moves?|runs?|explodes?|dies?|is|are|too)|(?:too|it's) )/.test(
      `${textOf(items[index + 1])} ${textOf(items[index + 2])} ${textOf(items[index + 3])} `,
    )
  const reason = REASON.test(word) || worry
  if (!reason && word !== 'so') return undefined
  const subject = textOf(items[index + 1])
  if (!reason && !SUBJECT.test(subject)) return undefined
  // `so that's 5 dai each` tells how much.
  let at = index + 1
  while (at < items.length && at < index + 24) {
    const item = items[at]
    if (item === undefined || item.type === 'break') break
    const text = textOf(item)
    if (/^(?:,|;|then|\))$/.test(text)) break
    if (
      item.type === 'word' &&
      (text === 'and' || text === 'but') &&
      items[at + 1]?.type === 'word' &&
      (items[at + 1] as { senses?: { verb?: string } }).senses?.verb !==
        undefined
    )
      break
    // A number in it could be an argument: it stays and is asked about.
    if (
      !reason &&
      /^(?:number|quantity|address|name|conditions)$/.test(item.type)
    )
      return undefined
    at += 1
  }
  return at
}
