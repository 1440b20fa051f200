import { type Item, type SaidCondition, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { FLIPPED } from './operators.js'
import { readOne } from './readOne.js'
import type { Subject } from './readSubject.js'
import { STARTERS } from './starters.js'

export function readAll(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  flips: boolean,
  soft: boolean,
): { conditions: SaidCondition[]; next: number } | undefined {
  const conditions: SaidCondition[] = []
  let next = index
  let join: 'and' | 'or' | undefined
  let subject: Subject | undefined
  while (conditions.length < 10) {
    const found = readOne(items, next, normalised, subject, soft)
    if (found === undefined) break
    for (const one of found.conditions) {
      const comparator = flips
        ? FLIPPED[one.condition.comparator]
        : one.condition.comparator
      const linked = conditions.length === 0 ? undefined : (join ?? 'and')
      // Turned round, `a or b` becomes `not a and not b`.
      const joined =
        linked === undefined
          ? undefined
          : flips
            ? linked === 'or'
              ? 'and'
              : 'or'
            : linked
      conditions.push({
        ...one,
        condition: {
          ...one.condition,
          comparator,
          ...(joined === undefined ? {} : { join: joined }),
        },
      })
    }
    subject = found.subject
    next = found.next
    let at = next
    if (textOf(items[at]) === ',') at += 1
    const word = textOf(items[at])
    if (!/^(?:and|or|&|but|plus)$/.test(word)) break
    at += 1
    for (const { words } of STARTERS)
      if (
        words.length <= 3 &&
        words.every((each, offset) => textOf(items[at + offset]) === each) &&
        /^(?:if|when|once|only|also|while)$/.test(words[0] ?? '')
      ) {
        at += words.length
        break
      }
    if (readOne(items, at, normalised, subject, soft) === undefined) break
    join = word === 'or' ? 'or' : 'and'
    next = at
  }
  return conditions.length === 0 ? undefined : { conditions, next }
}
