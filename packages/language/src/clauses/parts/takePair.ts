import { type Item, textOf } from '../../text/Item.js'
import { DETERMINERS, POOL_NOUN } from './cues.js'
import { readPair } from './readPair.js'
import { toMention } from './toMention.js'
import { inherit, place, type Walk } from './Walk.js'

/** `the eth-usdc pool`, `swap eth/usdc`: a pool, or from one into the other. */
export function takePair(walk: Walk, item: Item): boolean {
  const { items, sense, normalised, parts } = walk
  const { start } = item

  let pairAt = walk.index
  while (DETERMINERS.test(textOf(items[pairAt])) && pairAt < walk.index + 3)
    pairAt += 1
  const pair = readPair(items, pairAt, normalised, sense)
  if (pair !== undefined) {
    let next = pair.next
    const noun = POOL_NOUN.test(textOf(items[next]))
    while (
      /^(?:\d|fee|tier|liquidity|stable|volatile|weighted)$/.test(
        textOf(items[next]),
      ) ||
      POOL_NOUN.test(textOf(items[next]))
    )
      next += 1
    if (
      noun ||
      !/^(?:swap|sell|buy|long|short|close|bridge|send|open)$/.test(sense)
    ) {
      place(walk, {
        type: 'pool',
        start: items[pairAt]?.start ?? start,
        end: pair.end,
        ...inherit(walk),
        pool: pair.text,
        tokens: pair.tokens,
      })
      walk.index = next
      return true
    }
    if (/^(?:long|short|close|open)$/.test(sense)) {
      const first = items[pairAt]
      if (first?.type === 'word' && first.senses.token !== undefined) {
        place(walk, {
          type: 'money',
          start: first.start,
          end: first.end,
          ...inherit(walk),
          token: toMention(first, normalised, true),
        })
        walk.index = next
        return true
      }
    }
    // `buy eth/usd`: the dollar only says what the price is in.
    if (
      /^(?:usd|usdt|perp)$/.test(textOf(items[pair.next - 1])) &&
      /^(?:buy|sell)$/.test(sense)
    ) {
      const only = items[pairAt]
      if (only?.type === 'word') {
        const before = parts.at(-1)
        const token = toMention(only, normalised, true)
        if (
          before?.type === 'money' &&
          before.token === undefined &&
          before.amount !== undefined
        )
          parts[parts.length - 1] = { ...before, token, end: only.end }
        else
          place(walk, {
            type: 'money',
            start: only.start,
            end: only.end,
            ...inherit(walk),
            token,
          })
        walk.cue = ''
        walk.index = pair.next
        return true
      }
    }
    // `swap eth/usdc` and `eth-usdc` in a trade: from one into the other.
    const last = items[pair.next - 1]
    const first = items[pairAt]
    if (first?.type === 'word' && last?.type === 'word') {
      place(walk, {
        type: 'money',
        start: first.start,
        end: first.end,
        ...inherit(walk),
        token: toMention(first, normalised, true),
      })
      place(walk, {
        type: 'money',
        start: last.start,
        end: last.end,
        cue: 'to',
        token: toMention(last, normalised, true),
      })
      walk.index = next
      return true
    }
  }
  return false
}
