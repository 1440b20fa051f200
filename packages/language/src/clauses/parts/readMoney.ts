import { commonWords } from '../../lexicon/lexicon.js'
import { isFamiliar } from '../../lexicon/repairWord.js'
import {
  type Item,
  type Quantity,
  type Range,
  textOf,
} from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { verbatim } from '../../text/tagItems.js'
import type { Cue, Mention, Money, Part, Said } from '../Part.js'
import {
  CUES,
  DEFINITE,
  DETERMINERS,
  MOST_DETERMINERS,
  POOL_NOUN,
  TRADE,
  TRAILING,
} from './cues.js'
import { isPhraseEnd } from './isPhraseEnd.js'
import { isTokenHere } from './isTokenHere.js'
import { countWords, lookahead } from './lookahead.js'
import { readKeep } from './readKeep.js'
import { readParty } from './readParty.js'
import { I_GET } from './readPronoun.js'
import { isLoud, toMention } from './toMention.js'
import { toQuantity } from './toQuantity.js'

export function readMoney(options: {
  readonly items: readonly Item[]
  readonly index: number
  readonly cue: Cue
  readonly sense: string
  readonly normalised: NormalisedText
  readonly parts: readonly Part[]
}):
  | { part: Money; next: number; chain?: Extract<Part, { type: 'chain' }> }
  | undefined {
  const { items, index, cue, sense, normalised } = options
  let at = index
  let possessive = false
  let owner: Range | undefined
  let trailing = false
  let definite = false
  const skip = () => {
    while (
      at < index + MOST_DETERMINERS &&
      DETERMINERS.test(textOf(items[at])) &&
      !(items[at]?.type === 'word' && isTokenHere(items[at] as Item, items, at))
    ) {
      const word = textOf(items[at])
      if (word === 'my' || word === 'our') {
        possessive = true
        const said = items[at]
        if (said !== undefined) owner = { start: said.start, end: said.end }
      }
      if (DEFINITE.test(word)) definite = true
      at += 1
    }
  }
  skip()
  const first = items[at]
  if (first === undefined) return undefined
  let amount: Said<Quantity> | undefined
  let chain: Extract<Part, { type: 'chain' }> | undefined
  let worth: Mention | undefined
  if (first.type === 'quantity' || first.type === 'number') {
    amount = {
      start: first.start,
      end: first.end,
      value: first.type === 'number' ? toQuantity(first) : first.quantity,
    }
    at += 1
    for (;;) {
      const word = textOf(items[at])
      if (
        /^(?:worth|in|units?|value|tokens?|coins?|amount|from|out)$/.test(word)
      ) {
        // `$50 in eth`, `100 units of dai`; `50 % in aave` is a place.
        if (/^(?:in|from|out)$/.test(word)) {
          if (!(word === 'in' && amount.value.kind === 'fiat')) break
          const behind = items[at + 1]
          if (!(behind?.type === 'word' && behind.senses.token !== undefined))
            break
        }
        at += 1
      } else if (
        /^(?:i have|i own|i hold|i've got|i got|we have)$/.test(
          `${word} ${textOf(items[at + 1])}`,
        ) &&
        /^(?:in|of)$/.test(textOf(items[at + 2]))
      )
        at += 3
      else if (DETERMINERS.test(word)) {
        const before = at
        skip()
        if (at === before) break
      } else break
    }
  }
  // A chain between the amount and its token: `100 arbitrum usdc`.
  const between = items[at]
  const behind = items[at + 1]
  if (
    between?.type === 'word' &&
    between.senses.chain !== undefined &&
    between.senses.token === undefined &&
    behind?.type === 'word' &&
    behind.senses.token !== undefined
  ) {
    chain = {
      type: 'chain',
      start: between.start,
      end: between.end,
      cue: 'on',
      id: between.senses.chain,
    }
    at += 1
  }
  let token: Mention | undefined
  const named = items[at]
  const strong = amount !== undefined
  if (named?.type === 'word') {
    const { senses } = named
    const hasToken =
      senses.token !== undefined &&
      (!senses.tokenWeak ||
        strong ||
        // `buy degen with 5 usdc`: the object of a purchase.
        (cue === '' &&
          /^(?:buy|sell|swap)$/.test(sense) &&
          items[index - 1]?.type === 'break' &&
          /^(?:with|for|using|to|into)$/.test(textOf(items[at + 1])) &&
          !isFamiliar(named.text)) ||
        (cue !== '' &&
          /^(?:to|for|with|from)$/.test(cue) &&
          TRADE.test(sense) &&
          (!commonWords.has(named.text) || isPhraseEnd(items[at + 1]))))
    if (hasToken) {
      token = toMention(named, normalised, true)
      at += 1
    } else if (named.cashtag) {
      token = toMention(named, normalised, true)
      at += 1
    } else if (
      strong &&
      senses.verb === undefined &&
      senses.chain === undefined &&
      senses.venue === undefined &&
      !commonWords.has(named.text) &&
      CUES[named.text] === undefined &&
      amount !== undefined &&
      (!isFamiliar(named.text) ||
        isLoud(verbatim(normalised, named)) ||
        // `swap 20 sat for usdc`: nothing else can stand there.
        (TRADE.test(sense) && isPhraseEnd(items[at + 1])))
    ) {
      token = toMention(named, normalised, false)
      at += 1
    } else if (named.lookalike !== undefined && (strong || cue !== '')) {
      token = toMention(named, normalised, false)
      at += 1
    }
  } else if (named?.type === 'address' && strong && sense !== 'send') {
    const party = readParty(named)
    token = {
      start: named.start,
      end: named.end,
      address: named.text,
      known: true,
      ...(party.problem === undefined ? {} : { problem: party.problem }),
    }
    at += 1
  }
  if (amount === undefined && token === undefined) return undefined
  let each = false
  // `1 eth worth of usdc`: the amount is in one token, the thing another.
  if (
    token !== undefined &&
    textOf(items[at]) === 'worth' &&
    textOf(items[at + 1]) === 'of'
  ) {
    const other = items[at + 2]
    if (other?.type === 'word' && other.senses.token !== undefined) {
      worth = token
      token = toMention(other, normalised, true)
      at += 3
    }
  }
  // `eth/usd`, `btc-perp`: the market of a token, not a second one.
  if (
    token !== undefined &&
    /^[-/]$/.test(textOf(items[at])) &&
    items[at]?.spaced === false &&
    /^(?:usd|perp|perps)$/.test(textOf(items[at + 1]))
  )
    at += 2
  for (;;) {
    const word = textOf(items[at])
    if (word === 'each' || word === 'apiece') {
      each = true
      at += 1
    } else if (
      TRAILING.test(word) &&
      !POOL_NOUN.test(word) &&
      // `take out a 500 usdc loan` is no withdrawal.
      !(sense === 'withdraw' && /^loans?$/.test(word))
    )
      at += 1
    else if (
      word === 'of' &&
      /^(?:collateral|debt|mine|liquidity)$/.test(textOf(items[at + 1]))
    )
      at += 2
    else if (
      /^i (?:have|own|hold|possess|got)$/.test(
        `${word} ${textOf(items[at + 1])}`,
      )
    )
      at += 2
    else if (token !== undefined && /^(?:i|we|it|that|which)$/.test(word)) {
      // `all the eth it gives me`: what the step before gave.
      const relative = I_GET.exec(lookahead(items, at, 8))
      if (relative === null) break
      definite = true
      at += countWords(relative[0])
    } else break
  }
  // `usdc 500`: the amount behind its token.
  const number = items[at]
  if (
    amount === undefined &&
    token !== undefined &&
    number?.type === 'number'
  ) {
    const after = items[at + 1]
    if (
      !(
        after?.type === 'word' &&
        (after.senses.token !== undefined ||
          /^(?:x|times|days?|weeks?|usd|gwei|percent)$/.test(after.text))
      ) &&
      !/^[%$]$/.test(textOf(after))
    ) {
      amount = {
        start: number.start,
        end: number.end,
        value: toQuantity(number),
      }
      trailing = true
      at += 1
    }
  }
  // `all my eth but 0.1`, `all eth, keep 0.1 eth`
  if (amount?.value.kind === 'share' && amount.value.bps === 10_000) {
    const rest = readKeep(items, at, token)
    if (rest !== undefined) {
      amount = {
        start: amount.start,
        end: rest.end,
        value: { kind: 'rest', keep: { decimal: rest.decimal } },
      }
      at = rest.next
    }
  }
  const range: { start: number; end: number } = {
    start: Math.min(
      amount?.start ?? Number.MAX_SAFE_INTEGER,
      token?.start ?? Number.MAX_SAFE_INTEGER,
    ),
    end: Math.max(amount?.end ?? 0, token?.end ?? 0),
  }
  return {
    next: at,
    ...(chain === undefined ? {} : { chain }),
    part: {
      type: 'money',
      cue,
      ...range,
      ...(amount === undefined ? {} : { amount }),
      ...(token === undefined ? {} : { token }),
      ...(each ? { each: true as const } : {}),
      ...(trailing ? { trailing: true as const } : {}),
      ...(possessive ? { possessive: true as const } : {}),
      ...(owner === undefined ? {} : { owner }),
      ...(definite ? { definite: true as const } : {}),
      ...(worth === undefined ? {} : { worth }),
    },
  }
}
