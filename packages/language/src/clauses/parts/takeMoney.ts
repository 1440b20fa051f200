import { textOf } from '../../text/Item.js'
import { verbatim } from '../../text/tagItems.js'
import { POOL_NOUN } from './cues.js'
import { readMoney } from './readMoney.js'
import { inherit, place, type Walk } from './Walk.js'

/** Takes an amount, a token, or both. */
export function takeMoney(walk: Walk): boolean {
  const { items, sense, normalised, parts } = walk

  const money = readMoney({
    items,
    index: walk.index,
    cue: inherit(walk).cue,
    sense,
    normalised,
    parts,
  })
  if (money !== undefined) {
    if (money.chain !== undefined) parts.push(money.chain)
    // `the usdc vault`, `a weth gauge`
    const noun = textOf(items[money.next])
    if (
      POOL_NOUN.test(noun) &&
      money.part.amount === undefined &&
      money.part.token?.symbol !== undefined &&
      !/^(?:ask)$/.test(sense)
    ) {
      const before = parts.at(-1)
      const same =
        /^markets?$/.test(noun) &&
        parts.some(
          (part) =>
            part.type === 'money' &&
            part.token?.symbol === money.part.token?.symbol,
        )
      if (!same)
        place(walk, {
          type: 'pool',
          start: money.part.token.start,
          end: money.part.token.end,
          ...inherit(walk),
          pool: verbatim(normalised, money.part.token),
          tokens: [money.part.token.symbol],
        })
      void before
      walk.index = money.next + 1
      walk.cue = ''
      return true
    }
    const behind = parts.at(-1)
    const last = parts.findLast((part) => part.type === 'money')
    // `… on arbitrum and 1 eth for usdc on base`: what a place was tied by
    // ties no money.
    const tie =
      walk.cue === '' &&
      walk.joined &&
      (behind?.type === 'chain' || behind?.type === 'venue')
        ? last === undefined
          ? { cue: '' as const }
          : {
              cue: money.part.amount === undefined ? last.cue : ('' as const),
              joined: true as const,
            }
        : inherit(walk)
    place(walk, { ...money.part, ...tie })
    walk.index = money.next
    return true
  }
  return false
}
