import { readParts } from '../clauses/readParts.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { bindClause } from './bindClause.js'
import type { DraftStep } from './DraftStep.js'

/** What is said around a wish and adds nothing to it. */
const POLITE =
  /^(?:i|i'd|i'm|we|you|u|want|wanna|would|like|need|to|please|pls|plz|can|could|me|us|let|let's|lets|now|hey|hi|hello|so|just|today|for|love|gotta|ok|okay|yo|have|trying|looking|going|gonna|some|here|thanks|thx|asap|quickly|quick|new|another|behest)$/
const THINGS =
  '(?:(?: (?:a|my|the|all|any|of|own|few|couple))*(?: (?:stuff|things?|something|tokens?|coins?|crypto|cryptos|money|funds|cash|assets?|everything|it all|it|all|bags?|holdings|savings|stables|stablecoins|portfolio|position)))'
const NOUN =
  '(?:make|do|start|set up|setup|schedule|initiate|create|place|open|perform|execute)(?: (?:a|an|my|one|the))?'
/** An order with nothing but its verb: each sense and how it is then said. */
const BARE: readonly (readonly [string, RegExp])[] = [
  ['swap', new RegExp(`^(?:swap|trade|exchange|convert|buy|sell)${THINGS}?$`)],
  [
    'swap',
    new RegExp(`^${NOUN} (?:swaps?|trade|exchange|dca|purchase|buy|sale)$`),
  ],
  [
    'swap',
    /^(?:cash out|invest)(?: (?:my|the|all))?(?: (?:money|crypto|everything|savings|stuff))?$/,
  ],
  [
    'send',
    new RegExp(
      `^(?:send|transfer)${THINGS}?(?: (?:to|over))?(?: (?:a|my))?(?: (?:friend|someone|somebody|person|wallet|mom|brother|sister|wife|dad))?$`,
    ),
  ],
  [
    'send',
    /^(?:pay|send)(?: (?:a|my|the))? (?:friend|rent|landlord|bill|bills|invoice|someone|somebody|mom|brother|sister|boss|employees?|team)$/,
  ],
  ['send', new RegExp(`^${NOUN} (?:transfer|payment|send)$`)],
  ['bridge', new RegExp(`^(?:bridge|move)${THINGS}(?: (?:over|across))?$`)],
  ['bridge', new RegExp(`^${NOUN} bridge$`)],
  ['lend', new RegExp(`^(?:lend|supply)(?: out)?${THINGS}?$`)],
  [
    'lend',
    /^(?:earn|make|generate|start earning)(?: (?:passive|a))? (?:yield|interest|passive income|income)(?: on)?(?: (?:my|the|idle))*(?: (?:money|crypto|coins|tokens|stuff|savings|assets|funds))?$/,
  ],
  ['deposit', /^(?:provide|add|supply) liquidity$/],
  ['deposit', new RegExp(`^deposit${THINGS}?$`)],
  [
    'withdraw',
    new RegExp(
      `^(?:withdraw|get|take|pull)${THINGS}(?: (?:back|out|from|there))*$`,
    ),
  ],
  [
    'borrow',
    /^(?:(?:take|take out|get|open|take out a loan|get a loan|take a loan|need|want)(?: (?:a|an|out|my|me|new|small|quick))* loan|a loan|(?:a )?loan|borrow(?: (?:against|money|something|stuff|crypto|my|everything|cash))*|take out a loan|get a loan|take a loan)$/,
  ],
  ['stake', new RegExp(`^(?:stake|restake)${THINGS}?$`)],
  ['unstake', new RegExp(`^unstake${THINGS}?$`)],
  [
    'revoke',
    /^(?:revoke|remove|cancel|kill)(?: (?:an?|my|all|the|token|old))* (?:approvals?|allowances?|permissions?)$/,
  ],
  ['revoke', /^(?:revoke|revoke everything|remove approval|remove allowance)$/],
  [
    'approve',
    /^approve(?: (?:a|the|my|something))*(?: (?:token|contract|spender))?$/,
  ],
  ['lock', new RegExp(`^lock${THINGS}?$`)],
  ['unlock', new RegExp(`^unlock${THINGS}$`)],
  ['vote', /^vote$/],
  ['long', /^(?:go long|open a long|long something)$/],
  ['short', /^(?:go short|open a short|short something)$/],
]
/** Nobody wishes for something in more words than that and names nothing. */
const MOST_WORDS = 12

/** `i want to lend my stuff`, `make a transfer`: the wish, and all of it open. */
export function readBare(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
  readonly clause: number
}): DraftStep[] {
  const { items, normalised, clause } = options
  const words = items.filter((item) => item.type !== 'break')
  if (
    words.length === 0 ||
    words.length > MOST_WORDS ||
    words.some(
      (item) =>
        item.type !== 'word' &&
        !(item.type === 'symbol' && /^[,:-]$/.test(item.text)) &&
        !(item.type === 'quantity' && item.quantity.kind === 'share'),
    )
  )
    return []
  // `take out a loan on spark`: where, and all else open.
  const places = words.flatMap((item, at) => {
    const where = words[at + 1]
    return /^(?:on|at|from|via|with|using)$/.test(textOf(item)) &&
      where?.type === 'word' &&
      (where.senses.venue !== undefined || where.senses.chain !== undefined)
      ? [item, where]
      : []
  })
  const said = words
    .filter((item) => !places.includes(item))
    .filter((item) => item.type === 'word')
    .map((item) => textOf(item))
    .filter((text, at) => !(POLITE.test(text) || (at === 0 && text === 'help')))
    .join(' ')
  const sense = BARE.find(([, pattern]) => pattern.test(said))?.[0]
  const first = words[0]
  if (sense === undefined || first === undefined) return []
  return bindClause({
    sense,
    verb: { start: first.start, end: first.end },
    verbText: '',
    parts: readParts({ items: places, sense, normalised }),
    clause,
    sentence: 0,
    joined: false,
  }).slice(0, 1)
}
