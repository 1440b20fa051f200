import { type Item, textOf } from '../../text/Item.js'
import type { Money } from '../Part.js'
import { readPronoun } from './readPronoun.js'
import { inherit, place, type Walk } from './Walk.js'

/** `it`, `both`, `half of it`: what a step before gave. */
export function takePronoun(walk: Walk, item: Item): boolean {
  const { items, sense, parts } = walk
  const { end } = item
  const word = textOf(item)

  const pronoun = readPronoun(items, walk.index, sense)
  // `is it possible to …`, `make it so that …`: it stands for nothing.
  if (
    pronoun?.pronoun === 'it' &&
    !walk.behindVerb &&
    walk.cue === '' &&
    word === 'it' &&
    /^(?:is|was|can|does|would|could|will|be|make|made|think|find|if)$/.test(
      textOf(items[walk.index - 1]),
    )
  ) {
    walk.index = pronoun.next
    return true
  }
  if (pronoun !== undefined) {
    const before = parts.at(-1)
    // `sell 5 eth and get dai for it`: what was sold already.
    if (
      walk.cue === 'for' &&
      before?.type === 'money' &&
      before.cue === 'to' &&
      parts.some((part) => part.type === 'money' && part.cue === '')
    ) {
      walk.cue = ''
      walk.index = pronoun.next
      return true
    }
    // `1 eth of that`: a count of its own, out of what was given.
    if (
      before?.type === 'money' &&
      before.amount?.value.kind === 'number' &&
      before.token !== undefined &&
      walk.cue === 'of'
    ) {
      walk.cue = ''
      walk.index = pronoun.next
      return true
    }
    // `half of it`: how much of what was given.
    if (
      before?.type === 'money' &&
      before.amount !== undefined &&
      before.token === undefined &&
      before.pronoun === undefined &&
      /^(?:|of)$/.test(walk.cue) &&
      !walk.joined &&
      /^(?:of|it|them|that|this)$/.test(textOf(items[walk.index - 1]) || word)
    ) {
      const merged: Money = {
        ...before,
        pronoun: pronoun.pronoun,
        end: items[pronoun.next - 1]?.end ?? end,
      }
      parts[parts.length - 1] = merged
      walk.cue = ''
      walk.index = pronoun.next
      return true
    }
    // Japanese moves how much in front of it: the words may stand the other way.
    const said = items.slice(walk.index, pronoun.next)
    const from = Math.min(...said.map((each) => each.start))
    const last = Math.max(...said.map((each) => each.end))
    place(walk, {
      type: 'money',
      start: from,
      end: last,
      ...inherit(walk),
      pronoun: pronoun.pronoun,
      ...(item.type === 'quantity' && item.quantity.kind === 'share'
        ? { whole: { start: from, end: last, value: item.quantity } }
        : {}),
    })
    walk.index = pronoun.next
    return true
  }
  return false
}
