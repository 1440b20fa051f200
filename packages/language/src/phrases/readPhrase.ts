import { type Item, textOf } from '../text/Item.js'

/** One phrase that can stand for another: `2 eth`, `to dai`, `alice.eth`. */
export type Phrase = {
  readonly kind:
    | 'amount'
    | 'share'
    | 'money'
    | 'token'
    | 'party'
    | 'place'
    | 'leverage'
  readonly from: number
  readonly to: number
  /** The word that ties it, which does not belong to it. */
  readonly cue: string
  /** Where how much ends, and where the name begins. */
  readonly amountTo: number
  readonly tokenFrom: number
  readonly token?: string
  /** A token that is a place as well. */
  readonly place?: boolean
}

const CUE = /^(?:to|for|into|on|from|with|using|via|in|at|through)$/
const SHARE =
  /^(?:all|half|everything|max|maximum|quarter|third|none|most|whole|entire)$/

/** Reads one phrase with the word that ties it, or nothing. */
export function readPhrase(
  items: readonly Item[],
  start: number,
): Phrase | undefined {
  let at = start
  let cue = ''
  if (CUE.test(textOf(items[at]))) {
    cue = textOf(items[at])
    at += 1
  }
  const from = at
  while (at < from + 3 && /^(?:the|my|a|an)$/.test(textOf(items[at]))) at += 1
  const item = items[at]
  if (item === undefined) return undefined
  const phrase = (
    kind: Phrase['kind'],
    to: number,
    more: Partial<Phrase> = {},
  ): Phrase => ({
    kind,
    from,
    to,
    cue,
    amountTo: to,
    tokenFrom: from,
    ...more,
  })
  if (item.type === 'address' || item.type === 'name')
    return phrase('party', at + 1)
  const sign = /^[$€£]$/.test(textOf(item))
  const number = sign ? items[at + 1] : item
  if (number?.type === 'number')
    return readCounted(items, at, sign ? at + 2 : at + 1, phrase)
  if (SHARE.test(textOf(item))) {
    const amountTo = at + 1
    let to = amountTo
    while (to < at + 5 && /^(?:of|my|the|it)$/.test(textOf(items[to]))) to += 1
    return isToken(items[to])
      ? phrase('money', to + 1, {
          amountTo,
          tokenFrom: to,
          ...named(items[to]),
        })
      : phrase('share', to, { amountTo })
  }
  if (item.type !== 'word') return undefined
  const { chain, venue, token } = item.senses
  const place = chain !== undefined || venue !== undefined
  if (place && (token === undefined || /^(?:on|from|via|in)$/.test(cue)))
    return phrase('place', at + 1)
  return isToken(item)
    ? phrase('token', at + 1, { place, ...named(item) })
    : undefined
}

function readCounted(
  items: readonly Item[],
  at: number,
  end: number,
  phrase: (kind: Phrase['kind'], to: number, more?: Partial<Phrase>) => Phrase,
): Phrase {
  let to = end
  if (textOf(items[to]) === 'x' && items[to]?.spaced === false)
    return phrase('leverage', to + 1)
  let amountTo = to
  if (/^(?:%|percent|pct)$/.test(textOf(items[to]))) {
    to += 1
    amountTo = to
    while (to < at + 5 && /^(?:of|my|the|it)$/.test(textOf(items[to]))) to += 1
    return isToken(items[to])
      ? phrase('money', to + 1, {
          amountTo,
          tokenFrom: to,
          ...named(items[to]),
        })
      : phrase('share', to, { amountTo })
  }
  if (/^(?:of|in|worth)$/.test(textOf(items[to])) && isToken(items[to + 1]))
    to += 1
  return isToken(items[to])
    ? phrase('money', to + 1, { amountTo, tokenFrom: to, ...named(items[to]) })
    : phrase('amount', end)
}

function isToken(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    item.senses.token !== undefined &&
    item.senses.verb === undefined &&
    !item.senses.tokenWeak
  )
}

function named(item: Item | undefined): { token?: string } {
  return item?.type === 'word' && item.senses.token !== undefined
    ? { token: item.senses.token }
    : {}
}
