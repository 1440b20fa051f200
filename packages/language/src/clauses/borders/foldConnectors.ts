import { type Item, textOf } from '../../text/Item.js'

const JOINTS: readonly (readonly string[])[] = [
  ['after', 'that'],
  ['after', 'this'],
  ['after', 'which'],
  ['once', 'that'],
  ['followed', 'by'],
  ['as', 'well', 'as'],
  ['and', 'also'],
  ['from', 'there'],
  ['when', 'done'],
  ['after', 'it'],
  ['and', 'after', 'that'],
  ['and', 'after', 'this'],
  ['and', 'once', 'that'],
  ['and', 'after'],
  ['along', 'with'],
  ['in', 'the', 'end'],
  ['at', 'the', 'end'],
  ['at', 'last'],
  ['next', 'up'],
  ['at', 'the', 'same', 'time'],
  ['on', 'top', 'of', 'that'],
  ['with', 'that', 'done'],
]

/** Puts one word in the place of `after that`, `followed by` and their like. */
export function foldConnectors(items: readonly Item[]): Item[] {
  const folded: Item[] = []
  let at = 0
  while (at < items.length) {
    const first = items[at]
    if (first === undefined) break
    const joint =
      first.type === 'word'
        ? JOINTS.find((words) =>
            words.every((word, offset) => textOf(items[at + offset]) === word),
          )
        : undefined
    const last = joint === undefined ? undefined : items[at + joint.length - 1]
    const behind = joint === undefined ? undefined : items[at + joint.length]
    // `after that usdc arrives` names a thing.
    const noun =
      behind?.type === 'word' &&
      behind.senses.token !== undefined &&
      behind.senses.verb === undefined &&
      joint?.at(-1) === 'that'
    if (joint === undefined || last === undefined || noun) {
      folded.push(first)
      at += 1
      continue
    }
    folded.push({
      type: 'word',
      start: first.start,
      end: last.end,
      spaced: first.spaced,
      text:
        joint[0] === 'as' || joint[0] === 'and' || joint[0] === 'along'
          ? 'and'
          : 'then',
      senses: {},
    })
    at += joint.length
  }
  return folded
}
