import type { Condition } from '@behest/spec'
import { type Item, type SaidCondition, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import type { Comparator } from './operators.js'
import { readSubject, type Subject } from './readSubject.js'
import type { Value } from './readValue.js'

const STABLES = /^(?:usdc|usdt|dai|usds|usdc\.e|busd|frax|gho|lusd)$/

export function toCondition(
  items: readonly Item[],
  index: number,
  operatorAt: number,
  value: Value,
  comparator: Comparator,
  normalised: NormalisedText,
  inherited: Subject | undefined,
): { conditions: SaidCondition[]; next: number; subject: Subject } {
  let subject = readSubject(items, index, operatorAt, normalised, value.unit)
  if (!subject.known && inherited !== undefined) subject = inherited
  let said = subject.subject
  let { next } = value
  // `below 20 gwei gas`, `above 3000 usd price`
  if (/^(?:gas|price|apy|apr|yield)$/.test(textOf(items[next]))) next += 1
  let { unit } = value
  let { token } = said
  if (said.kind === 'balance' && value.token !== undefined) {
    token ??= { symbol: value.token }
    unit = 'token'
  }
  const against = quotedIn(items.slice(index, operatorAt))
  if (unit === '' && said.kind === 'price' && against !== undefined)
    unit = STABLES.test(against.toLowerCase()) ? 'usd' : against
  if (unit === '') unit = DEFAULT_UNITS[said.kind]
  else if (
    unit === 'token' &&
    said.kind !== 'balance' &&
    value.token !== undefined
  )
    unit = STABLES.test(value.token.toLowerCase()) ? 'usd' : value.token
  if (token !== undefined) said = { ...said, token }
  return {
    subject: { ...subject, subject: said },
    next,
    conditions: [
      {
        start: items[index]?.start ?? 0,
        end: items[next - 1]?.end ?? 0,
        condition: { subject: said, comparator, value: value.value, unit },
        ...(subject.bare ? { bare: true as const } : {}),
        ...(subject.there ? { there: true as const } : {}),
        ...(subject.venueAt === undefined ? {} : { venueAt: subject.venueAt }),
        ...(value.problem === undefined &&
        isOutput(items.slice(index, value.next))
          ? {
              problem: {
                reason:
                  'A least amount to receive cannot be fixed; a limit on the slippage or a price can. Which price is the limit?',
              },
            }
          : value.problem === undefined
            ? isEither(items.slice(index, operatorAt))
              ? {
                  problem: {
                    reason:
                      'That names several tokens. Which one is meant, at which price?',
                  },
                }
              : {}
            : { problem: value.problem }),
      },
    ],
  }
}

/** `eth/btc > 0.05`: the price of the one, counted in the other. */
function quotedIn(range: readonly Item[]): string | undefined {
  const at = range.findIndex(
    (item, index) => textOf(item) === '/' && index > 0 && !item.spaced,
  )
  const other = range[at + 1]
  return at > 0 && other?.type === 'word' ? other.senses.token : undefined
}

/** `only if i get at least 3000`: what a trade gives, and no price. */
function isOutput(range: readonly Item[]): boolean {
  return range.some(
    (item, at) =>
      /^(?:get|receive|obtain|output)$/.test(textOf(item)) &&
      /^(?:i|we|you|i'll|output|amount|the|can|will|would|at)$/.test(
        textOf(range[at - 1] ?? range[at + 1]),
      ),
  )
}

/** `if link or uni drops below 5`: two subjects for one comparison. */
function isEither(range: readonly Item[]): boolean {
  const named = new Set(
    range.flatMap((item) =>
      item.type === 'word' &&
      item.senses.token !== undefined &&
      !item.senses.tokenWeak
        ? [item.senses.token]
        : [],
    ),
  )
  return (
    named.size > 1 &&
    range.some((item) => /^(?:or|and|either|both|&)$/.test(textOf(item)))
  )
}

const DEFAULT_UNITS: Readonly<Record<Condition['subject']['kind'], string>> = {
  price: 'usd',
  gas: 'gwei',
  balance: 'token',
  apy: 'percent',
  health: 'ratio',
  marketCap: 'usd',
  other: 'ratio',
}
