import { units } from '../lexicon/lexicon.js'
import { toBps } from '../numbers/readDecimal.js'
import { type Item, type Quantity, textOf } from '../text/Item.js'
import type { Problem } from '../text/Problem.js'

const CURRENCY = new Map<string, string>()
for (const [code, names] of Object.entries(units.fiat))
  for (const name of names) CURRENCY.set(name, code)

const SHARES: readonly [RegExp, number][] = [
  [/^(?:a |one )?half(?: of)?(?= |$)/, 5000],
  [/^(?:a |one )?(?:quarter|fourth)(?: of)?(?= |$)/, 2500],
  [/^(?:a |one )third(?: of)?(?= |$)/, 3333],
  [/^(?:2|two) thirds(?: of)?(?= |$)/, 6666],
  [/^(?:3|three) (?:quarters|fourths)(?: of)?(?= |$)/, 7500],
  [/^(?:a |one )fifth(?: of)?(?= |$)/, 2000],
  [/^(?:a |one )tenth(?: of)?(?= |$)/, 1000],
  [/^(?:a |one )eighth(?: of)?(?= |$)/, 1250],
]
/** Fractions of one coin that a decimal says exactly. */
const COUNTABLE: ReadonlyMap<number, string> = new Map([
  [5000, '0.5'],
  [2500, '0.25'],
  [2000, '0.2'],
  [1250, '0.125'],
  [1000, '0.1'],
])
const ALL =
  /^(?:absolutely everything|everything|all of|all|(?:the |my )?(?:max|maximum)(?: amount)?(?: of)?|(?:the |my |our )?(?:entire|whole|complete|total|full)(?: (?:balance|amount|bag|stack|holdings|stash|position))?(?: of)?|every last(?: bit of)?|every bit of|the lot|100 (?:%|percent)(?: of)?|as much(?: as possible)?(?: of)?|maxed out|(?:whatever|what|any)(?= (?:\S+ )?(?:i|we) (?:have|own|hold|got)(?= |$)))(?= |$)/
const OWNED =
  /^(?:what|whatever|everything|all) (?:i|we) (?:have|own|hold|got|hold)(?: left)?(?: (?:in|of))?(?= |$)/
const REMAINDER =
  /^(?:the rest|rest|(?:the |my |any |all )?(?:the )?(?:remaining|remainder|leftover|leftovers|left over)|what's left|what is left|whatever's left|whatever is left|whatever remains|what remains|(?:the |my )?other half|the other 1)(?: amount| balance| half| tokens| funds)?(?: of)?(?= |$)/
/** What is asked where somebody said `some` or `a few`. */
export const VAGUE_AMOUNT = 'How much exactly?'

const VAGUE =
  /^(?:some|a few|several|a little bit|a little|a bit|a lot|lots|a bunch|a ton|plenty|a small amount|enough|a portion|part|a chunk|most|a handful|a fraction|a piece|a sliver|any amount)(?: of)?(?= |$)/

/** Joins shares, percentages and money of the street into one item each. */
export function readQuantities(items: readonly Item[]): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const found =
      item.type === 'word' || item.type === 'number' || item.type === 'symbol'
        ? readOne(items, index)
        : undefined
    if (found === undefined) {
      read.push(item)
      index += 1
      continue
    }
    read.push({
      start: item.start,
      end: items[found.last ?? found.next - 1]?.end ?? item.end,
      spaced: item.spaced,
      type: 'quantity',
      quantity: found.quantity,
    })
    index = found.next
  }
  return read
}

type Found = { quantity: Quantity; next: number; last?: number }

function readOne(items: readonly Item[], index: number): Found | undefined {
  const item = items[index]
  if (item === undefined) return undefined
  const rest = readRest(items, index)
  if (rest !== undefined) return rest
  const next = items[index + 1]
  if (item.type === 'symbol' || CURRENCY.has(textOf(item))) {
    const negative = item.type === 'symbol' && item.text === '-'
    const at = negative ? index + 1 : index
    const code = CURRENCY.get(textOf(items[at]))
    const number = items[at + 1]
    const sign = textOf(items[at])
    // `¥` is yen and yuan: only the locale could tell.
    const doubtful = sign === '¥'
    if ((code !== undefined || doubtful) && number?.type === 'number') {
      if (
        !/^[$€£¥₹₩]$|^us\$$/.test(sign) &&
        !(item.type === 'word' && /^[a-z]{3}$/.test(sign))
      )
        return undefined
      if (negative)
        return {
          quantity: problem('An amount cannot be negative.'),
          next: at + 2,
        }
      // `$50 usdc`: the token is worth a dollar, and both were said.
      return {
        quantity: doubtful
          ? problem('¥ can be yen or yuan. Which one?', ['JPY', 'CNY'])
          : fiat(number, code ?? 'USD'),
        next: at + 2,
      }
    }
    return undefined
  }
  if (item.type === 'number') {
    const unit = textOf(next)
    if (/^(?:%|percent|pct|percents)$/.test(unit)) {
      let end = index + 2
      if (textOf(items[end]) === 'of') end += 1
      // `50% of its value in usdc`: measured in something else.
      const worth =
        /^(?:its|their|the|that|my collateral's) (?:\S+ )?(?:value|worth)(?= |$)/.exec(
          lookahead(items, end, 4),
        )
      if (worth !== null)
        return {
          quantity: problem(
            'A part of the value of something else has no fixed size. How much exactly?',
          ),
          next:
            end +
            countWords(worth[0]) +
            (/^(?:in|of|as)$/.test(textOf(items[end + countWords(worth[0])]))
              ? 1
              : 0),
        }
      const bps = item.problem ? undefined : toBps(item.decimal)
      return {
        quantity:
          item.problem !== undefined
            ? { kind: 'problem', problem: item.problem }
            : bps === undefined
              ? problem('That share is finer than 0.01 %.')
              : bps > 10_000
                ? problem('A share cannot be over 100 %.')
                : bps === 0
                  ? problem('The amount is zero.')
                  : { kind: 'share', bps },
        next: end,
        last: index + 1,
      }
    }
    const part = SHARES.find(([pattern]) =>
      pattern.test(`${item.decimal} ${lookahead(items, index + 1, 2)}`),
    )
    if (part !== undefined && /^(?:thirds|quarters|fourths)$/.test(unit)) {
      const of = textOf(items[index + 2]) === 'of'
      return {
        quantity: { kind: 'share', bps: part[1] },
        next: index + (of ? 3 : 2),
        last: index + 1,
      }
    }
    // `1/4 of my eth`
    if (/^\d+ [/⁄] \d+$/.test(item.text) && /^(?:of|my|the)$/.test(unit)) {
      const [above = '0', below = '1'] = item.text.split(/ [/⁄] /)
      const bps = Math.floor((Number(above) * 10_000) / Number(below))
      return {
        quantity:
          bps > 0 && bps <= 10_000
            ? { kind: 'share', bps }
            : problem('That share is not between 0 and 1.'),
        next: unit === 'of' ? index + 2 : index + 1,
        last: index,
      }
    }
    // `½ of`, read from one letter.
    if (
      unit === 'of' &&
      /^0\.\d{1,4}$/.test(item.decimal) &&
      /[⁄]/.test(item.text)
    ) {
      return {
        quantity: { kind: 'share', bps: Number(item.decimal) * 10_000 },
        next: index + 2,
        last: index,
      }
    }
    const code = CURRENCY.get(unit)
    if (
      code !== undefined &&
      !(
        next?.type === 'word' &&
        next.senses.token !== undefined &&
        unit.length > 3
      )
    )
      return { quantity: fiat(item, code), next: index + 2 }
    return undefined
  }
  const said = lookahead(items, index, 6)
  // `half an eth` counts coins, `half my eth` shares them out.
  if (/^half an? /.test(said)) {
    const behind = items[index + 2]
    if (behind?.type === 'word' && behind.senses.token !== undefined)
      return { quantity: { kind: 'number', decimal: '0.5' }, next: index + 2 }
  }
  if (/^(?:a )?quarter of an? /.test(said)) {
    const skip = said.startsWith('a ') ? 4 : 3
    const behind = items[index + skip]
    if (behind?.type === 'word' && behind.senses.token !== undefined)
      return {
        quantity: { kind: 'number', decimal: '0.25' },
        next: index + skip,
      }
  }
  const remainder = REMAINDER.exec(said)
  if (remainder !== null) {
    const length = countWords(remainder[0])
    if (
      /^(?:rest|remaining|remainder|leftover)$/.test(remainder[0]) &&
      /^(?:a|to)$/.test(textOf(items[index - 1]))
    )
      return undefined
    // `the remaining 40%`: the same thing, counted.
    const counted =
      items[index + length]?.type === 'number' &&
      /^(?:%|percent|pct)$/.test(textOf(items[index + length + 1]))
        ? textOf(items[index + length + 2]) === 'of'
          ? 3
          : 2
        : 0
    return {
      quantity: { kind: 'remainder' },
      next: index + length + counted,
    }
  }
  for (const [pattern, bps] of SHARES) {
    const match = pattern.exec(said)
    if (match === null) continue
    const length = countWords(match[0])
    const next2 = textOf(items[index + length])
    // `a quarter eth` counts coins; `half usdc` could be either, and is asked.
    const counted = items[index + length]
    if (
      !match[0].endsWith(' of') &&
      counted?.type === 'word' &&
      counted.senses.token !== undefined &&
      !counted.senses.tokenWeak
    )
      return {
        quantity:
          /^(?:a|one) /.test(match[0]) && COUNTABLE.has(bps)
            ? { kind: 'number', decimal: COUNTABLE.get(bps) as string }
            : problem(
                `Is that ${match[0]} of what you have, or of one coin? How much exactly?`,
              ),
        next: index + length,
      }
    // `half an hour` was read before; `half price` is no amount.
    if (/^(?:price|hour|year|time|life|an|a)$/.test(next2)) return undefined
    // `half of what i have in eth`
    const owned = match[0].endsWith(' of')
      ? (OWNED.exec(lookahead(items, index + length, 6))?.[0] ?? '')
      : ''
    return {
      quantity: { kind: 'share', bps },
      next: index + length + (owned === '' ? 0 : countWords(owned)),
      last: index + length - 1 - (match[0].endsWith(' of') ? 1 : 0),
    }
  }
  const all = ALL.exec(said)
  if (all !== null) {
    const length = countWords(all[0])
    const behind = textOf(items[index + length])
    if (
      /^(?:in|set|at|good|right|about|clear|over|around|together|the time|the way|time|slippage|leverage|is|are|else|price|lock|locked|done|protocols?|supply|positions?|my positions|gas|value)$/.test(
        behind,
      ) &&
      !/^(?:over|in)$/.test(behind)
    )
      if (!/^(?:positions?)$/.test(behind)) return undefined
    if (
      /^(?:after|above|of|at|for|not)$/.test(textOf(items[index - 1])) &&
      all[0] === 'all' &&
      !/^(?:my|the|of)$/.test(behind) &&
      items[index + length]?.type !== 'word'
    )
      return undefined
    let end = index + length
    while (/^(?:of)$/.test(textOf(items[end]))) end += 1
    return {
      quantity: { kind: 'share', bps: 10_000 },
      next: end,
      last: index + length - 1 - (all[0].endsWith(' of') ? 1 : 0),
    }
  }
  const vague = VAGUE.exec(said)
  if (vague !== null) {
    const length = countWords(vague[0])
    const behind = items[index + length]
    // `some reason`, `a bit later`: only before a token is it an amount.
    if (
      behind?.type === 'word' &&
      (behind.senses.token !== undefined ||
        (/^(?:my|the)$/.test(behind.text) && vague[0].endsWith('of')))
    )
      return {
        quantity: problem(VAGUE_AMOUNT),
        next: index + length,
      }
  }
  return undefined
}

/** `all but 0.1 eth`, `everything except 20 dai`: what stays behind. */
function readRest(items: readonly Item[], index: number): Found | undefined {
  const said = lookahead(items, index, 12)
  const match =
    /^(?:all|everything|all of|the entire|my entire|my whole|the max|max)(?: (?:of|my|the|it|balance|tokens))*( [^ ]+)?(?: (?:balance|tokens|i have))? ?(?:but|except|minus|less|save|apart|excluding|besides|and leave|but leave|but keep|leaving|keeping)(?: (?:for|leave|keep|from|me|behind|about|just))* (\d[\d.]*)(?= |$)/.exec(
      said,
    )
  if (match === null) return undefined
  const length = countWords(match[0])
  const number = items[index + length - 1]
  if (number?.type !== 'number' || number.problem !== undefined)
    return undefined
  let last = index + length - 1
  const token = match[1]?.trim()
  const behind = items[last + 1]
  const unit = behind?.type === 'word' && behind.senses.token !== undefined
  if (token !== undefined) {
    const named = items
      .slice(index, last)
      .find((item) => item.type === 'word' && item.senses.token !== undefined)
    if (named?.type !== 'word') return undefined
    // The kept token may be named again; another one is a contradiction.
    if (unit && behind.senses.token !== named.senses.token) return undefined
    if (unit) last += 1
    return undefined
  }
  return {
    quantity: { kind: 'rest', keep: { decimal: number.decimal } },
    next: last + 1,
  }
}

function fiat(
  number: Extract<Item, { type: 'number' }>,
  currency: string,
): Quantity {
  if (number.problem !== undefined)
    return { kind: 'problem', problem: number.problem }
  if (/^0(?:\.0*)?$/.test(number.decimal)) return problem('The amount is zero.')
  return { kind: 'fiat', decimal: number.decimal, currency }
}

function problem(reason: string, options?: Problem['options']): Quantity {
  return {
    kind: 'problem',
    problem: { reason, ...(options === undefined ? {} : { options }) },
  }
}

function lookahead(
  items: readonly Item[],
  index: number,
  count: number,
): string {
  const words: string[] = []
  for (let at = index; at < index + count; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') break
    words.push(
      item.type === 'number'
        ? item.decimal
        : textOf(item) === ''
          ? '§'
          : textOf(item).replaceAll(' ', '_'),
    )
  }
  return words.join(' ')
}

function countWords(text: string): number {
  return text.trim().split(' ').length
}
