import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { countWords, lookahead } from './conditions/lookahead.js'
import { readAll } from './conditions/readAll.js'
import { readBareCondition } from './conditions/readBareCondition.js'
import { readVague } from './conditions/readVague.js'
import { matchStarter } from './conditions/starters.js'

/** Words of a condition that ask for no number: they only order the steps. */
const DONE =
  /^(?:(?:it|that|this|they|everything|all|the|they're|it's|that's|you|i|we|both|those|swap|bridge|deposit|transaction|tx|funds?|tokens?|trade|transfer|money|previous|first|step|steps|one|my|usdc|eth) ){0,5}(?:(?:is|are|has|have|been|gets?|get|got|'ve|you've|i've|goes|got) ){0,3}(?:done|complete|completed|completes|finished|finishes|settled|settles|confirmed|confirms|arrived|arrives|arrive|received|bridged|swapped|landed|lands|ready|through|succeeds|successful|in|there|available|clears|cleared|executed|mined|over|unlocked|unstaked|withdrawn|bought|sold|deposited|claimed|borrowed|converted|acquired|over there)(?= |$)/

const POLITE =
  /^(?:possible|you can|u can|needed|necessary|you could|you don't mind|that's ok|that's okay|that is ok|you please|you get a chance|you get a sec|you get a second|you get a minute|you get a moment|you have a sec|you have a second|you have a minute|you have a moment|you're ready|you are ready|you're free|it suits you|you have time|you want|able|so|not|available|ok|you're able|applicable|required|i may|i may ask|convenient|feasible|allowed|it's possible|it is possible|it's not too much trouble|and when)(?= |$)/

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
