import { type Item, textOf } from '../../text/Item.js'
import {
  type Fold,
  isCount,
  isToken,
  isVerb,
  opensHere,
  word,
} from './words.js'

const PLACED =
  /^(?:place|set|put|put in|submit|create|open|make|enter|do|add)(?: me)? (?:a |an )?(?:new )?(?:limit|market) (sell|buy|swap)(?: order)?(?: (?:for|of|on|to (?:sell|buy|swap)))?(?= )/
const STOP = /^(?:stop loss|stop - loss|sl|stop) : (?:sell|swap|dump)(?= )/

/** `place a limit sell for 1 eth`, `stop loss: sell …`: the verb in a noun. */
export function readOrderNoun(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    !/^(?:place|set|put|put in|submit|create|open|make|enter|do|add|stop|stop loss|sl)$/.test(
      textOf(first),
    )
  )
    return undefined
  const words = items.slice(index, index + 9).map((item) => textOf(item) || '§')
  const said = words.join(' ')
  const stop = opensHere(items[index - 1]) ? STOP.exec(said)?.[0] : undefined
  if (stop !== undefined) {
    const next = index + countItems(words, stop)
    const verb = items[next - 1]
    return isVerb(verb)
      ? { items: [{ ...verb, text: 'stop loss on' }], next }
      : undefined
  }
  const placed = PLACED.exec(said)
  if (placed === null) return undefined
  const next = index + countItems(words, placed[0])
  const object = items[next]
  return isCount(object) ||
    isToken(object) ||
    /^(?:my|all|half|\$)$/.test(textOf(object))
    ? { items: [word(placed[1] ?? '', first)], next }
    : undefined
}

/** How many items make up the beginning of a joined text. */
function countItems(words: readonly string[], said: string): number {
  let length = -1
  let count = 0
  while (length < said.length && count < words.length) {
    length += (words[count] as string).length + 1
    count += 1
  }
  return count
}
