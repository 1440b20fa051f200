import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isToken, isVerb, word } from './words.js'

const HANDS = /^(?:put|yeet|yolo|add)$/

/** `drop 5 dai in bob.eth's wallet`, `throw 30 usdc at PEPE` */
export function readGift(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const verb = items[index]
  if (!isVerb(verb) || !HANDS.test(verb.senses.verb ?? '')) return undefined
  for (let at = index + 1; at < index + 10; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break' || isVerb(item))
      return undefined
    const goal = items[at + 1]
    const named = /^(?:the|my)$/.test(textOf(goal)) ? items[at + 2] : goal
    if (
      /^(?:in|into|at|on|to|inside)$/.test(textOf(item)) &&
      goal !== undefined &&
      named !== undefined
    ) {
      if (named.type === 'name') {
        let next = at + (named === goal ? 2 : 3)
        while (/^(?:'s|s|wallet|account|address)$/.test(textOf(items[next])))
          next += 1
        return {
          items: [
            word('send', verb),
            ...items.slice(index + 1, at),
            word('to', item),
            named,
          ],
          next,
        }
      }
      if (textOf(item) === 'at' && isToken(named) && verb.senses.verb !== 'put')
        return {
          items: [
            verb,
            ...items.slice(index + 1, at),
            word('into', item),
            named,
          ],
          next: at + (named === goal ? 2 : 3),
        }
    }
  }
  return undefined
}
