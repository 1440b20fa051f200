import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isVenue, isVerb, type Word, word } from './words.js'

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
export function readCall(
  items: readonly Item[],
  index: number,
): Fold | undefined {
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
