import { type Item, textOf } from '../../text/Item.js'
import { isVerb, opensHere, word } from './words.js'

const COUNT =
  /^(?:[2-9]|10|two|three|four|five|six|seven|eight|nine|ten|a few|several|some|both)$/
const LEAD =
  /^(?:do|make|execute|perform|run|carry out|process|submit|place|handle|send|pay|swap|settle|there are|i need|i want|i have|i've got|here are)$/
/** What a list is made of, and the verb that its items share, if any. */
const KINDS: readonly (readonly [RegExp, string | undefined])[] = [
  [
    /^(?:payments?|transfers?|invoices?|bills?|payouts?|salaries|refunds?|tips?|gifts?|sends?|donations?)$/,
    'send',
  ],
  [/^(?:swaps?|trades?|exchanges?|conversions?)$/, 'swap'],
  [/^(?:bridges?)$/, 'bridge'],
  [
    /^(?:things?|steps?|actions?|orders?|tasks?|jobs?|transactions?|txs?|operations?|moves?|requests?|instructions?|items?|parts?)$/,
    undefined,
  ],
]

/**
 * `pay three invoices: …`, `make 2 payments: …`, `do these two things: …`: how
 * many follow is no amount. The heading goes; the verb that it shares stays.
 */
export function foldCount(items: readonly Item[]): readonly Item[] {
  for (const [at, item] of items.entries()) {
    const mark = textOf(item)
    const isMark =
      mark === ':' || (mark === '-' && item.spaced && items[at + 1]?.spaced)
    if (!isMark || items[at + 1] === undefined) continue
    let end = at - 1
    while (
      /^(?:please|pls|plz|for me|me|now|today|in order)$/.test(
        textOf(items[end]),
      )
    )
      end -= 1
    const noun = items[end]
    const kind = KINDS.find(([pattern]) => pattern.test(textOf(noun)))
    if (noun === undefined || kind === undefined) continue
    let from = end
    let counted = false
    while (isFiller(items[from - 1])) {
      from -= 1
      counted ||= isCounted(items[from])
    }
    if (!counted) continue
    const lead = items[from - 1]
    const isLed = lead !== undefined && LEAD.test(textOf(lead))
    if (isLed) from -= 1
    if (!opensHere(items[from - 1]) && !isPolite(items[from - 1])) continue
    const behind = items[at + 1]
    const verb = isVerb(behind)
      ? []
      : isLed &&
          isVerb(lead) &&
          !/^(?:do|make|execute|run)$/.test(lead.text) &&
          kind[1] !== 'swap'
        ? [lead]
        : kind[1] === undefined
          ? []
          : [word(kind[1], noun)]
    return [...items.slice(0, from), ...verb, ...items.slice(at + 1)]
  }
  return items
}

const isCounted = (item: Item | undefined): boolean =>
  item !== undefined &&
  (item.type === 'number'
    ? COUNT.test(item.decimal)
    : item.type === 'word' && COUNT.test(item.text))

const isFiller = (item: Item | undefined): boolean =>
  isCounted(item) ||
  /^(?:these|those|the|my|following|of|new|small|separate|quick|different|more)$/.test(
    textOf(item),
  )

const isPolite = (item: Item | undefined): boolean =>
  /^(?:please|pls|plz|to|you|kindly|then|and|hi|hey|hello)$/.test(textOf(item))
