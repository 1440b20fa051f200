// One file because it is one grammar: subject, comparator, value and unit read
// each other's words.
import type { Condition } from '@behest/spec'
import { commonWords } from '../lexicon/lexicon.js'
import {
  type Item,
  type Problem,
  type Range,
  type SaidCondition,
  textOf,
} from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'

type Comparator = Condition['comparator']

const FLIPPED: Readonly<Record<Comparator, Comparator>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '<',
}

const STARTERS: readonly { words: string[]; flips?: true; soft?: true }[] = [
  { words: ['if', 'and', 'only', 'if'] },
  { words: ['but', 'only', 'if'] },
  { words: ['but', 'only', 'when'] },
  { words: ['as', 'soon', 'as'] },
  { words: ['at', 'a', 'price', 'of'], soft: true },
  { words: ['at', 'a', 'price'], soft: true },
  { words: ['condition', ':'] },
  { words: ['trigger', ':'] },
  { words: ['on', 'condition', 'of'] },
  { words: ['subject', 'to'], soft: true },
  { words: ['every', 'time'] },
  { words: ['each', 'time'] },
  { words: ['any', 'time'] },
  { words: ['anytime'] },
  { words: ['as', 'long', 'as'] },
  { words: ['on', 'the', 'condition', 'that'] },
  { words: ['on', 'condition', 'that'] },
  { words: ['only', 'if'] },
  { words: ['only', 'when'] },
  { words: ['only', 'once'] },
  { words: ['only', 'after'], soft: true },
  { words: ['in', 'case'] },
  { words: ['provided', 'that'] },
  { words: ['given', 'that'] },
  { words: ['assuming', 'that'] },
  { words: ['assuming'] },
  { words: ['provided'] },
  { words: ['the', 'moment'], soft: true },
  { words: ['the', 'second'], soft: true },
  { words: ['the', 'minute'], soft: true },
  { words: ['the', 'instant'], soft: true },
  { words: ['wait', 'until'] },
  { words: ['wait', 'till'] },
  { words: ['wait', 'til'] },
  { words: ['wait', 'for'], soft: true },
  { words: ['waiting', 'until'] },
  { words: ['hold', 'off', 'until'] },
  { words: ['not', 'until'] },
  { words: ['when', 'ever'] },
  { words: ['whenever'] },
  { words: ['when'] },
  { words: ['wen'] },
  { words: ['if'] },
  { words: ['once'], soft: true },
  { words: ['should'], soft: true },
  { words: ['unless'], flips: true },
  { words: ['until'], flips: true, soft: true },
  { words: ['till'], flips: true, soft: true },
  { words: ['til'], flips: true, soft: true },
  { words: ['while'], soft: true },
  { words: ['after'], soft: true },
  { words: ['with'], soft: true },
  { words: ['at'], soft: true },
  { words: ['where'], soft: true },
]

const MOVES_DOWN =
  '(?:drops?|dropped|dropping|falls?|fell|falling|dips?|dipped|sinks?|slides?|slips?|crashes|crash|dumps?|tanks?|plunges?|declines?|decreases?|retraces?|corrects?|comes? down|goes down|go down|gets down|is down|pulls back|lowers|loses)'
const MOVES_UP =
  '(?:rises?|rose|rising|climbs?|climbed|jumps?|pumps?|moons?|spikes?|grows?|increases?|gains?|goes up|go up|gets up|is up|recovers|rallies|surges?|shoots up|skyrockets|appreciates|bounces)'
const LEAD =
  "(?:(?:is|are|was|'s|gets?|goes|go|going|moves?|trades?|trading|stays?|remains?|sits?|hovers?|becomes?|turns?|comes?|has|have|been|will|would|be|currently|back|still|again|ever|first|finally|down|up|dropped|drops?|drop|falls?|fall|fell|dips?|dip|sinks?|slides?|slips?|crash(?:es)?|dumps?|tanks?|plunges?|rises?|rise|climbs?|climb|jumps?|pumps?|moons?|spikes?|grows?|shoots?|break(?:s|ing)?|cross(?:es|ed)?|value|price|costs?|equals?|sitting|holding|worth|lower|higher|hits|somewhere|anything|anywhere|to|at|valued|priced|reaches) ){0,6}?"

const OPERATORS: readonly [Comparator, RegExp][] = [
  [
    '<=',
    new RegExp(
      `^${LEAD}(?:at most|no more than|not more than|no higher than|not higher than|no greater than|not exceeding|not above|not over|isn't above|isn't over|less than or equals?(?: to)?|lower than or equal to|smaller than or equal to|below or equal(?: to)?|below or at|at or below|at or under|under or equal to|< =|= <|<=|≤|max(?:imum)?(?: of)?|up to)(?= |$)`,
    ),
  ],
  [
    '>=',
    new RegExp(
      `^${LEAD}(?:at least|no less than|not less than|no lower than|not lower than|not below|not under|isn't below|isn't under|greater than or equals?(?: to)?|more than or equal to|higher than or equal to|larger than or equal to|above or equal(?: to)?|above or at|at or above|at or over|over or equal to|> =|= >|>=|≥|minimum(?: of)?|min(?: of)?)(?= |$)`,
    ),
  ],
  [
    '<',
    new RegExp(
      `^${LEAD}(?:below|bellow|belows|under|beneath|underneath|less than|less then|lower than|lower then|smaller than|cheaper than|fewer than|<|south of|sub|falls through)(?= |$)`,
    ),
  ],
  [
    '>',
    new RegExp(
      `^${LEAD}(?:above|abov|over|greater than|more than|more then|higher than|higher then|larger than|bigger than|exceeds?|exceed|exceeded|surpass(?:es)?|past|tops|beyond|>|north of|breaks|breaks through|better than)(?= |$)`,
    ),
  ],
  [
    '<=',
    new RegExp(
      `^(?:(?:has|have|will|ever|price|value) ){0,2}${MOVES_DOWN}(?: back)?(?: down)? (?:to|at|as low as)(?= |$)`,
    ),
  ],
  [
    '>=',
    new RegExp(
      `^(?:(?:has|have|will|ever|price|value) ){0,2}${MOVES_UP}(?: back)?(?: up)? (?:to|at)(?= |$)`,
    ),
  ],
  [
    '==',
    new RegExp(
      `^${LEAD}(?:equals?(?: to)?|is equal to|is exactly|is at|is worth|is|are|at|=|==|= =|hits?|reach(?:es)?|reached|touch(?:es)?|gets to|get to|goes to|go to|exactly|costs?|cross(?:es)?|crossed|taps|trades at|becomes|was|:)(?= |$)`,
    ),
  ],
]
const RELATIVE = new RegExp(
  `^(?:(?:has|have|will|ever|price|value|goes|is) ){0,2}(?:${MOVES_DOWN}|${MOVES_UP}|down|up|moves?|changes?)(?: (?:by|another|more than|at least|over|a further|about|roughly)){0,2}(?= |$)`,
)
const OR_LESS =
  /^or (?:less|lower|below|under|cheaper|fewer|smaller|better)(?= |$)(?! [$€£¥\d])/
const OR_MORE =
  /^or (?:more|higher|above|over|greater|bigger|up)(?= |$)(?! [$€£¥\d])/
const STABLES = /^(?:usdc|usdt|dai|usds|usdc\.e|busd|frax|gho|lusd)$/

/** Words of a condition that ask for no number: they only order the steps. */
const DONE =
  /^(?:(?:it|that|this|they|everything|all|the|they're|it's|that's|you|i|we|both|those|swap|bridge|deposit|transaction|tx|funds?|tokens?|trade|transfer|money|previous|first|step|steps|one|my|usdc|eth) ){0,5}(?:(?:is|are|has|have|been|gets?|get|got|'ve|you've|i've|goes|got) ){0,3}(?:done|complete|completed|completes|finished|finishes|settled|settles|confirmed|confirms|arrived|arrives|arrive|received|bridged|swapped|landed|lands|ready|through|succeeds|successful|in|there|available|clears|cleared|executed|mined|over|unlocked|unstaked|withdrawn|bought|sold|deposited|claimed|borrowed|converted|acquired|over there)(?= |$)/
const POLITE =
  /^(?:possible|you can|u can|needed|necessary|you could|you don't mind|that's ok|that's okay|that is ok|you please|you get a chance|you have time|you want|able|so|not|available|ok|you're able|applicable|required|i may|i may ask|convenient|feasible|allowed|it's possible|it is possible|it's not too much trouble|and when)(?= |$)/

/** Reads every condition of the sentence and puts one item in its place. */
export function readConditions(
  items: readonly Item[],
  normalised: NormalisedText,
): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const starter = matchStarter(items, index)
    if (starter === undefined) {
      const bare = readBareCondition(items, index, normalised)
      if (bare !== undefined) {
        read.push(bare.item)
        index = bare.next
        continue
      }
      read.push(item)
      index += 1
      continue
    }
    const after = index + starter.length
    const said = lookahead(items, after, 10)
    const polite = POLITE.exec(said)
    if (!starter.soft && polite !== null) {
      index = after + countWords(polite[0])
      continue
    }
    const done = starter.flips ? null : DONE.exec(said)
    const counts =
      done !== null &&
      /^(?:[$€£¥\d]|a |about |at )/.test(
        lookahead(items, after + countWords(done[0]), 2),
      )
    if (done !== null && !counts && items[after]?.type === 'word') {
      const end = after + countWords(done[0])
      // `once it's done, lend it`: an order of steps, nothing more.
      read.push({
        start: item.start,
        end: items[end - 1]?.end ?? item.end,
        spaced: item.spaced,
        type: 'word',
        text: 'then',
        senses: {},
      })
      index = end
      continue
    }
    // `don't swap until gas is low` and `wait until` do not turn it round.
    const held =
      starter.flips === true &&
      read.some((before) =>
        /^(?:don't|dont|not|never|wait)$/.test(textOf(before)),
      )
    const found = readAll(
      items,
      after,
      normalised,
      starter.flips === true && !held,
      starter.soft === true,
    )
    if (found === undefined) {
      if (starter.soft || textOf(item) === 'as') {
        read.push(item)
        index += 1
        continue
      }
      const vague = readVague(items, index, after, normalised)
      if (vague === undefined) {
        read.push(item)
        index += 1
        continue
      }
      read.push(vague.item)
      index = vague.next
      continue
    }
    if (held)
      for (let at = read.length - 1; at >= 0; at -= 1)
        if (/^(?:don't|dont|never)$/.test(textOf(read[at]))) read.splice(at, 1)
    read.push({
      start: item.start,
      end: items[found.next - 1]?.end ?? item.end,
      spaced: item.spaced,
      type: 'conditions',
      conditions: found.conditions,
    })
    index = found.next
  }
  return read
}

/** `gas under 25 gwei → …`, `…, gas < 20`: a comparison that nothing opens. */
function readBareCondition(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
): { item: Item; next: number } | undefined {
  const item = items[index]
  const before = items[index - 1]
  const first = before === undefined || before.type === 'break'
  if (!first && !/^(?:,|;|\()$/.test(textOf(before))) return undefined
  if (item?.type !== 'word' || item.senses.verb !== undefined) return undefined
  // Only what can be measured stands here: gas, or the price of a token.
  const measures =
    GAS.test(item.text) ||
    (item.senses.token !== undefined && !item.senses.tokenWeak) ||
    /^(?:price|health|apy|my|the)$/.test(item.text)
  if (!measures) return undefined
  const found = readAll(items, index, normalised, false, true)
  const only = found?.conditions[0]
  if (
    found === undefined ||
    only === undefined ||
    only.condition.comparator === '==' ||
    only.bare ||
    (only.condition.subject.kind === 'price' &&
      only.condition.subject.token === undefined)
  )
    return undefined
  const behind = items[found.next]
  const mark = textOf(behind)
  const ends = first
    ? /^(?:→|:|,|then|;|\?)$/.test(mark) ||
      (/^[-=]$/.test(mark) && textOf(items[found.next + 1]) === '>')
    : behind === undefined ||
      behind.type === 'break' ||
      /^(?:,|only|please|pls|\))$/.test(mark)
  if (!ends) return undefined
  let next = found.next
  if (/^[-=]$/.test(mark)) next += 2
  else if (first && /^(?:→|:)$/.test(mark)) next += 1
  return {
    next,
    item: {
      start: item.start,
      end: items[found.next - 1]?.end ?? item.end,
      spaced: item.spaced,
      type: 'conditions',
      conditions: found.conditions,
    },
  }
}

function matchStarter(
  items: readonly Item[],
  index: number,
): { length: number; flips?: true; soft?: true } | undefined {
  for (const { words, ...rest } of STARTERS) {
    if (words.every((word, offset) => textOf(items[index + offset]) === word)) {
      const next = textOf(items[index + words.length])
      // `with` and `at` start a condition only on gas: `with gas under 20`.
      if (
        words.length === 1 &&
        (words[0] === 'with' || words[0] === 'at' || words[0] === 'where') &&
        !/^(?:gas|gwei|<|under|below)$/.test(next)
      )
        continue
      if (words[0] === 'once' && /^(?:a|per|every|daily|weekly)$/.test(next))
        continue
      if (words.length === 1 && words[0] === 'should' && next === 'i') continue
      return { length: words.length, ...rest }
    }
  }
  return undefined
}

function readAll(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  flips: boolean,
  soft: boolean,
): { conditions: SaidCondition[]; next: number } | undefined {
  const conditions: SaidCondition[] = []
  let next = index
  let join: 'and' | 'or' | undefined
  let subject: Subject | undefined
  while (conditions.length < 10) {
    const found = readOne(items, next, normalised, subject, soft)
    if (found === undefined) break
    for (const one of found.conditions) {
      const comparator = flips
        ? FLIPPED[one.condition.comparator]
        : one.condition.comparator
      const linked = conditions.length === 0 ? undefined : (join ?? 'and')
      // Turned round, `a or b` becomes `not a and not b`.
      const joined =
        linked === undefined
          ? undefined
          : flips
            ? linked === 'or'
              ? 'and'
              : 'or'
            : linked
      conditions.push({
        ...one,
        condition: {
          ...one.condition,
          comparator,
          ...(joined === undefined ? {} : { join: joined }),
        },
      })
    }
    subject = found.subject
    next = found.next
    let at = next
    if (textOf(items[at]) === ',') at += 1
    const word = textOf(items[at])
    if (!/^(?:and|or|&|but|plus)$/.test(word)) break
    at += 1
    for (const { words } of STARTERS)
      if (
        words.length <= 3 &&
        words.every((each, offset) => textOf(items[at + offset]) === each) &&
        /^(?:if|when|once|only|also|while)$/.test(words[0] ?? '')
      ) {
        at += words.length
        break
      }
    if (readOne(items, at, normalised, subject, soft) === undefined) break
    join = word === 'or' ? 'or' : 'and'
    next = at
  }
  return conditions.length === 0 ? undefined : { conditions, next }
}

type Subject = {
  readonly subject: Condition['subject']
  readonly bare?: true
  /** `its apy`, `the health factor there`: at the place of the step itself. */
  readonly there?: true
  readonly venueAt?: Range
  readonly known: boolean
}

function readOne(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  inherited: Subject | undefined,
  soft: boolean,
): { conditions: SaidCondition[]; next: number; subject: Subject } | undefined {
  const limit = Math.min(items.length, index + 14)
  for (let at = index; at < limit; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return undefined
    const word = textOf(item)
    if (word === 'then' || (word === ',' && at > index)) return undefined
    if (item.type === 'conditions' || item.type === 'address') return undefined
    if (item.type === 'number' && at > index) {
      // `if i have 100 usdc`
      const have = textOf(items[at - 1])
      if (!/^(?:have|has|hold|own|got)$/.test(have)) return undefined
      const value = readValue(items, at)
      if (value === undefined) return undefined
      return finish(items, index, at, value, '>=', normalised, inherited)
    }
    // `if i have more than 2 eth`: what one has is the subject.
    if (
      /^(?:have|has|hold|holds|own|owns|got)$/.test(word) &&
      /^(?:i|we|wallet|account|balance|safe|vault|it)$/.test(
        textOf(items[at - 1]),
      )
    )
      continue
    const said = lookahead(items, at, 12)
    const relative = RELATIVE.exec(said)
    if (relative !== null) {
      const after = at + countWords(relative[0])
      const value = readValue(items, after)
      if (value?.unit === 'percent') {
        const subject = readSubject(items, index, at, normalised, value.unit)
        if (
          subject.known === false ||
          subject.subject.kind === 'price' ||
          subject.subject.kind === 'marketCap' ||
          soft
        ) {
          const down = new RegExp(`${MOVES_DOWN}|down`).test(relative[0])
          return {
            subject,
            next: value.next,
            conditions: [
              {
                start: items[index]?.start ?? 0,
                end: items[value.next - 1]?.end ?? 0,
                condition: {
                  subject: subject.subject,
                  comparator: down ? '<=' : '>=',
                  value: value.value,
                  unit: 'percent',
                },
                ...(subject.bare ? { bare: true as const } : {}),
                problem: {
                  reason: `A move of ${value.value} % needs a price to start from. At which price should this happen?`,
                },
              },
            ],
          }
        }
      }
    }
    if (
      item.type === 'word' &&
      item.senses.verb !== undefined &&
      item.senses.verbForm === 'base' &&
      item.senses.token === undefined &&
      !isNounVerb(items, at) &&
      matchOperator(items, at) === undefined
    )
      return undefined
    const operator = matchOperator(items, at)
    if (operator === undefined) {
      const between =
        /^(?:(?:is|are|stays|remains|trades|trading) )?between(?= |$)/.exec(
          said,
        )
      if (between !== null) {
        const low = readValue(items, at + countWords(between[0]))
        if (low === undefined || textOf(items[low.next]) !== 'and')
          return undefined
        const high = readValue(items, low.next + 1)
        if (high === undefined) return undefined
        const unit = low.unit === '' ? high.unit : low.unit
        const first = finish(
          items,
          index,
          at,
          { ...low, unit, next: high.next },
          '>=',
          normalised,
          inherited,
        )
        const second = finish(
          items,
          index,
          at,
          { ...high, unit: high.unit === '' ? unit : high.unit },
          '<=',
          normalised,
          inherited,
        )
        const upper = second.conditions[0]
        return upper === undefined
          ? first
          : {
              ...first,
              conditions: [
                ...first.conditions,
                { ...upper, condition: { ...upper.condition, join: 'and' } },
              ],
            }
      }
      continue
    }
    const value = readValue(items, operator.next)
    if (value === undefined) continue
    let { comparator } = operator
    let { next } = value
    const tail = lookahead(items, next, 3)
    const less = OR_LESS.exec(tail)
    const more = OR_MORE.exec(tail)
    if (less !== null || more !== null) {
      comparator = less !== null ? '<=' : '>='
      next += 2
    }
    return finish(
      items,
      index,
      at,
      { ...value, next },
      comparator,
      normalised,
      inherited,
    )
  }
  return undefined
}

function finish(
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

/** `supply apy`, `borrow rate`, `stake`: verbs that stand as nouns. */
function isNounVerb(items: readonly Item[], at: number): boolean {
  return (
    /^(?:rate|rates|apy|apr|yield|interest|price|balance|amount|fee|fees|cap|supply|position)$/.test(
      textOf(items[at + 1]),
    ) || /^(?:total|circulating|current|max)$/.test(textOf(items[at - 1]))
  )
}

function matchOperator(
  items: readonly Item[],
  at: number,
): { comparator: Comparator; next: number } | undefined {
  const said = lookahead(items, at, 10)
  let best: { comparator: Comparator; length: number } | undefined
  for (const [comparator, pattern] of OPERATORS) {
    const match = pattern.exec(said)
    if (match !== null && (best === undefined || match[0].length > best.length))
      best = { comparator, length: match[0].length }
  }
  return best === undefined
    ? undefined
    : {
        comparator: best.comparator,
        next: at + countWords(said.slice(0, best.length)),
      }
}

type Value = {
  value: string
  unit: string
  token?: string
  next: number
  problem?: Problem
}

function readValue(items: readonly Item[], index: number): Value | undefined {
  let at = index
  while (
    /^(?:a|an|the|about|around|roughly|like|price|of|approximately|~|value|level|exactly|some|only|then|was)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  let unit = ''
  const symbol = textOf(items[at])
  if (/^[$€£¥]$/.test(symbol)) {
    unit = { $: 'usd', '€': 'eur', '£': 'gbp', '¥': 'jpy' }[symbol] ?? 'usd'
    at += 1
  }
  // `below USD 2,000`
  const code = /^(?:usd|eur|gbp|jpy|us\$)$/.exec(textOf(items[at]))?.[0]
  if (code !== undefined && items[at + 1]?.type === 'number') {
    unit = code === 'us$' ? 'usd' : code
    at += 1
  }
  const number = items[at]
  if (number?.type !== 'number') return undefined
  at += 1
  // `at 9am`, `at 15:30`: an hour.
  if (
    /^(?:am|pm|o'clock)$/.test(textOf(items[at])) ||
    (textOf(items[at]) === ':' &&
      items[at]?.spaced === false &&
      items[at + 1]?.type === 'number')
  )
    return undefined
  const next = items[at]
  const word = textOf(next)
  let token: string | undefined
  if (/^(?:%|percent|pct|percents)$/.test(word)) {
    unit = 'percent'
    at += 1
  } else if (/^(?:gwei|gweis|gwie)$/.test(word)) {
    unit = 'gwei'
    at += 1
  } else if (/^(?:usd|dollars?|bucks?|\$)$/.test(word)) {
    unit = 'usd'
    at += 1
  } else if (/^(?:eur|euros?|€)$/.test(word)) {
    unit = 'eur'
    at += 1
  } else if (word === 'x' && next?.spaced === false) at += 1
  else if (
    next?.type === 'word' &&
    next.senses.token !== undefined &&
    next.senses.verb === undefined &&
    unit === ''
  ) {
    unit = 'token'
    token = next.senses.token
    at += 1
  }
  return {
    value: number.decimal,
    unit,
    next: at,
    ...(token === undefined ? {} : { token }),
    ...(number.problem === undefined ? {} : { problem: number.problem }),
  }
}

const GAS = /^(?:gas|gwei|fees?|basefee)$/
const OTHER =
  /^(?:tvl|volume|fdv|dominance|funding|liquidity|utilization|utilisation|ltv|rsi|supply|impact|peg|spread|premium|discount|ratio|floor|hashrate|index|drawdown|debt|pnl|profit|loss)$/

function readSubject(
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
          : has(/^(?:apy|apr|yield|yields|rate|rates|interest)$/)
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

/** A condition with no number in it: what was meant has to be asked. */
function readVague(
  items: readonly Item[],
  from: number,
  after: number,
  normalised: NormalisedText,
): { item: Item; next: number } | undefined {
  const first = items[from]
  if (first === undefined) return undefined
  let at = after
  let subject = false
  while (at < items.length && at < after + 14) {
    const item = items[at]
    if (
      item === undefined ||
      item.type === 'break' ||
      textOf(item) === ',' ||
      textOf(item) === 'then'
    )
      break
    if (
      item.type === 'word' &&
      item.senses.verb !== undefined &&
      item.senses.verbForm === 'base' &&
      at > after + 1 &&
      subject &&
      !isNounVerb(items, at)
    )
      break
    if (
      item.type === 'word' &&
      (item.senses.token !== undefined ||
        /^(?:gas|fees?|price|prices|market|rates?|apy|apr|yield|it|eth|health|balance)$/.test(
          item.text,
        ))
    )
      subject = true
    at += 1
  }
  if (!subject || at === after) return undefined
  const last = items[at - 1] ?? first
  const said = verbatim(normalised, { start: first.start, end: last.end })
  return {
    next: at,
    item: {
      start: first.start,
      end: last.end,
      spaced: first.spaced,
      type: 'conditions',
      conditions: [
        {
          start: first.start,
          end: last.end,
          condition: {
            subject: { kind: 'other', text: said.slice(0, 400) },
            comparator: '==',
            value: '',
            unit: '',
          },
          problem: {
            reason: `"${said.slice(0, 120)}" names no number. When exactly should this happen?`,
          },
        },
      ],
    },
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
    words.push(textOf(item) === '' ? '§' : textOf(item).replaceAll(' ', '_'))
  }
  return words.join(' ')
}

function countWords(text: string): number {
  return text === '' ? 0 : text.trim().split(' ').length
}
