import { type Item, textOf } from '../../text/Item.js'
import { lookahead } from './lookahead.js'
import { readExclusion } from './readExclusion.js'
import { I_GET } from './readPronoun.js'
import type { Walk } from './Walk.js'

/** Takes what is left out, and how to choose: neither is an argument. */
export function takeExcluded(walk: Walk, item: Item): boolean {
  const { items, sense, parts } = walk
  const word = textOf(item)

  // `to usdc, not wbtc`, `instead of dai`, `without uniswap`: left out.
  const left = readExclusion(items, walk.index)
  if (left !== undefined && sense !== 'ask') {
    const excluded = items[left]
    if (
      excluded?.type === 'word' &&
      (excluded.senses.venue !== undefined ||
        excluded.senses.chain !== undefined) &&
      (excluded.senses.token === undefined || left > walk.index + 1)
    )
      parts.push({
        type: 'problem',
        start: excluded.start,
        end: excluded.end,
        slot: excluded.senses.venue === undefined ? 'chain' : 'venue',
        problem: { reason: 'What it should be instead has to be said.' },
      })
    else if (
      /^(?:except|excluding|besides|but|apart|aside)$/.test(word) &&
      excluded?.type === 'word' &&
      excluded.senses.token !== undefined
    )
      parts.push({
        type: 'problem',
        start: excluded.start,
        end: excluded.end,
        slot: 'token',
        problem: { reason: 'Which tokens exactly?' },
      })
    walk.index = left
    while (
      walk.index < items.length &&
      !/^(?:and|,|but|for|to|with|on|from|via|in)$/.test(
        textOf(items[walk.index]),
      ) &&
      !/^(?:time|conditions|slippage|leverage|break)$/.test(
        items[walk.index]?.type ?? '',
      )
    )
      walk.index += 1
    return true
  }
  // `where it earns most`: how to choose is no argument.
  if (
    sense !== 'ask' &&
    /^(?:where|wherever|whichever|whatever)$/.test(word) &&
    I_GET.exec(lookahead(items, walk.index + 1, 6)) === null
  ) {
    while (
      walk.index < items.length &&
      !/^(?:time|conditions|slippage|leverage)$/.test(
        items[walk.index]?.type ?? '',
      )
    )
      walk.index += 1
    return true
  }
  return false
}
