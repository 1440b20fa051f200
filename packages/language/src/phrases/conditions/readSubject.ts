import type { Condition } from '@behest/spec'
import { commonWords } from '../../lexicon/lexicon.js'
import { type Item, type Range, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { verbatim } from '../../text/tagItems.js'

export type Subject = {
  readonly subject: Condition['subject']
  readonly bare?: true
  /** `its apy`, `the health factor there`: at the place of the step itself. */
  readonly there?: true
  readonly venueAt?: Range
  readonly known: boolean
}

export const GAS = /^(?:gas|gwei|fees?|basefee)$/

const OTHER =
  /^(?:tvl|volume|fdv|dominance|funding|liquidity|utilization|utilisation|ltv|rsi|supply|impact|peg|spread|premium|discount|ratio|floor|hashrate|index|drawdown|debt|pnl|profit|loss)$/

export function readSubject(
  items: readonly Item[],
  from: number,
  to: number,
  normalised: NormalisedText,
  unit: string,
): Subject {
  const range = items.slice(from, to)
  const words = range.map((item) => textOf(item))
  const first = range[0]
  const last = range.at(-1)
  const text =
    first === undefined || last === undefined
      ? ''
      : verbatim(normalised, { start: first.start, end: last.end }).trim()
  const about = range.some((item) =>
    /^(?:apy|apr|yield|yields|rate|rates)$/.test(textOf(item)),
  )
  const named = findVenue(range, about)
  const venue = named?.senses.venue
  const token = findToken(
    venue === undefined
      ? range
      : range.filter(
          (item) => item.type !== 'word' || item.senses.venue !== venue,
        ),
  )
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word))
  const kind =
    has(GAS) || unit === 'gwei'
      ? 'gas'
      : has(/^(?:health|hf|healthfactor)$/)
        ? 'health'
        : has(/^(?:mcap|marketcap|mc)$/) ||
            (has(/^market$/) && has(/^(?:cap|caps)$/)) ||
            has(/^capitali[sz]ation$/)
          ? 'marketCap'
          : has(/^(?:apy|apr|yield|yields|rate|rates|interest)$/) ||
              (unit === 'percent' &&
                has(/^(?:pays|yields|earns|gives|returns|offers|makes)$/))
            ? 'apy'
            : has(
                  /^(?:balance|balances|have|hold|holding|holdings|own|wallet|account)$/,
                )
              ? 'balance'
              : has(OTHER)
                ? 'other'
                : 'price'
  const known =
    kind !== 'price' ||
    token !== undefined ||
    has(/^(?:price|prices|worth|cost|it|value|market)$/)
  return {
    known,
    subject: {
      kind,
      ...(token === undefined || kind === 'gas'
        ? {}
        : { token: { symbol: token } }),
      ...(venue === undefined ? {} : { venue }),
      text,
    },
    ...(token === undefined && (kind === 'price' || kind === 'marketCap')
      ? { bare: true as const }
      : {}),
    ...(venue === undefined &&
    (kind === 'apy' || kind === 'health') &&
    has(/^(?:there|its|their|it)$/)
      ? { there: true as const }
      : {}),
    ...(named === undefined
      ? {}
      : { venueAt: { start: named.start, end: named.end } }),
  }
}

function findToken(range: readonly Item[]): string | undefined {
  for (const strong of [true, false])
    for (const item of range)
      if (
        item.type === 'word' &&
        item.senses.token !== undefined &&
        item.text !== 's' &&
        !(item.senses.tokenWeak && commonWords.has(item.text)) &&
        (!strong || (item.senses.venue === undefined && !item.senses.tokenWeak))
      )
        return item.senses.token
  // An unknown word right before the comparator: `when foo hits $2`.
  const last = range.at(-1)
  if (range.length > 0 && range.length <= 4 && last?.type === 'word') {
    for (let at = range.length - 1; at >= 0; at -= 1) {
      const item = range[at]
      if (item?.type !== 'word') break
      if (/^(?:price|'s|s|market|cap|value|is)$/.test(item.text)) continue
      if (item.cashtag) return item.text
      break
    }
  }
  return undefined
}

function findVenue(
  range: readonly Item[],
  about: boolean,
): Extract<Item, { type: 'word' }> | undefined {
  const tokens = range.filter(
    (item) => item.type === 'word' && item.senses.token !== undefined,
  )
  for (const item of range) {
    if (item.type !== 'word') continue
    const { venue, venueWeak, token } = item.senses
    if (venue === undefined) continue
    if (venueWeak) {
      // `my spark loan`, `the health of my spark position`
      const noun = range[range.indexOf(item) + 1]
      if (/^(?:loans?|positions?|debts?|deposits?|account)$/.test(textOf(noun)))
        return item
      // `the health on spark`, `the compound usdc apy`
      const cue = range[range.indexOf(item) - 1]
      if (
        token === undefined &&
        (/^(?:on|at|in|from)$/.test(textOf(cue)) ||
          (about && noun?.type === 'word' && noun.senses.token !== undefined))
      )
        return item
      continue
    }
    // `the aave usdc apy`: the protocol's, and the token's.
    if (token === undefined || (about && tokens.length > 1)) return item
    const placed = range.some(
      (other) =>
        /^(?:on|at|in|from)$/.test(textOf(other)) && other.end <= item.start,
    )
    if (placed || (about && tokens.length === 1)) return item
  }
  return undefined
}
