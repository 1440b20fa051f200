import { type Item, textOf } from '../../text/Item.js'
import { verbatim } from '../../text/tagItems.js'
import { POOL_NOUN } from './cues.js'
import { countWords, lookahead } from './lookahead.js'
import { inherit, place, type Walk } from './Walk.js'

const NAMED_POOL =
  /^(?:[234]pool|3crv|tripool|tricrypto\d?|tricryptousdc|crypto[23]|steth-?ng|fraxbp|crvusd-?ng)$/
const SELF =
  /^(?:(?:my|our)(?: (?:own|main|personal))?(?: (?:wallet|account|address|self|eoa))|myself|me|mine|wallet)(?= |$)/
/** Takes turns of phrase that name a thing or tie the next one. */
export function takeIdiom(walk: Walk, item: Item): boolean {
  const { items, sense, normalised, parts } = walk
  const { start, end } = item
  const word = textOf(item)

  // `into stables`: one of them has to be named.
  if (
    /^(?:stables|stablecoins?|a stable)$/.test(word) &&
    /^(?:to|for|in|as)$/.test(walk.cue) &&
    sense !== 'ask'
  ) {
    parts.push({
      type: 'problem',
      start,
      end,
      slot: 'buy.token',
      problem: {
        reason: 'Which stablecoin?',
        options: ['USDC', 'USDT', 'DAI'],
      },
    })
    walk.cue = ''
    walk.index += 1
    return true
  }
  const said = lookahead(items, walk.index, 8)
  // `from compound v2 to v3`: which market is meant has no form.
  if (walk.cue === 'to' && /^v\d$/.test(word)) {
    parts.push({
      type: 'problem',
      start: item.start,
      end: item.end,
      slot: 'venue',
      problem: { reason: 'Into which protocol should it go?' },
    })
    walk.cue = ''
    walk.index += 1
    return true
  }
  // `curve 3pool`, `tricrypto`: pools with a name of their own.
  if (
    NAMED_POOL.test(word) ||
    (/^(?:tri|two|three)$/.test(word) &&
      /^- (?:pool|crypto)(?= |$)/.test(lookahead(items, walk.index + 1, 2)))
  ) {
    const length = NAMED_POOL.test(word) ? 1 : 3
    const last = items[walk.index + length - 1] ?? item
    place(walk, {
      type: 'pool',
      start,
      end: last.end,
      ...inherit(walk),
      pool: verbatim(normalised, { start, end: last.end }),
      tokens: [],
    })
    walk.index += length
    while (POOL_NOUN.test(textOf(items[walk.index]))) walk.index += 1
    return true
  }
  // `the token with address 0x…`
  const named =
    /^(?:with|at|having|contract|address)(?: (?:the|its|contract|token))* ?(?:address|contract)?(?= |$)/.exec(
      said,
    )
  if (named !== null && /address|contract/.test(named[0])) {
    const behind = walk.index + countWords(named[0])
    if (items[behind]?.type === 'address' || textOf(items[behind]) === ':') {
      walk.index = behind
      return true
    }
  }
  // `redeem 10 weth and get eth`, `use 500 usdc to buy eth`
  if (
    item.type === 'word' &&
    /^(?:get|receive|getting|receiving)$/.test(word)
  ) {
    walk.cue = 'to'
    walk.joined = false
    walk.index += 1
    return true
  }
  if (
    item.type === 'word' &&
    /^(?:use|take|taking|spend|spending|pay|paying|paid)$/.test(word)
  ) {
    walk.cue = 'with'
    walk.joined = false
    const behind = textOf(items[walk.index + 1])
    walk.index += /^(?:in|with|using|by)$/.test(behind)
      ? 2
      : // `take it from my eth`
        behind === 'it' && /^(?:from|out)$/.test(textOf(items[walk.index + 2]))
        ? textOf(items[walk.index + 3]) === 'of'
          ? 4
          : 3
        : 1
    return true
  }
  if (word === 'out' && textOf(items[walk.index + 1]) === 'of') {
    walk.cue = 'from'
    walk.index += 2
    return true
  }
  if (/^in (?:exchange|return) (?:for|of)(?= |$)/.test(said)) {
    walk.cue = 'for'
    walk.joined = false
    walk.index += 3
    return true
  }
  if (
    /^(?:i have|i've got|i own|i hold|i've|i currently have|we have)(?= |$)/.test(
      said,
    )
  ) {
    walk.index += 2
    return true
  }
  if (sense !== 'send' && SELF.test(said) && !/^(?:me|mine)$/.test(word)) {
    const match = SELF.exec(said)?.[0] ?? ''
    walk.index += match.split(' ').length
    walk.cue = ''
    return true
  }
  if (sense === 'send' && walk.cue === 'to') {
    const match = SELF.exec(said)
    if (match !== null) {
      const length = match[0].split(' ').length
      walk.index += length
      walk.cue = ''
      return true
    }
  }
  return false
}
