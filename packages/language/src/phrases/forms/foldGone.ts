import { getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { isParty, isToken, opensHere, word } from './words.js'

const SUBJECT =
  /^(?:(?:it|them|those|that|this)|(?:all|half|the rest|rest|most) of (?:it|them|that|this)|everything|the rest|rest|the (?:remainder|proceeds|result|results|output|outcome|returns|yield)|proceeds|(?:everything|whatever|anything|all|what|all of what|all that|everything that)(?: i| we| you)? (?:get|gets|got|receive|received|buy|bought|end up with|comes out|came out|comes back|is left|remains|i'm left with)(?: back| out)?(?: (?:from|of|for) (?:it|that|this))?) $/
const GOES =
  /^(?:(?:should|must|shall|will|needs? to|has to|have to|is to|can) )?(?:goes|go|gets? sent|be sent|get transferred|lands?|arrives?|ends? up|moves?)(?: (?:straight|directly|right|all|over|back|out))*(?: (?:to|into|in|at|with|on|onto))? $/
const MOST_SUBJECT = 9
const MOST_GOES = 6

/**
 * `swap 50 uni to eth and everything i get goes to bob.eth`: what came out is the
 * subject, and nothing that is traded once more.
 */
export function foldGone(items: readonly Item[]): readonly Item[] {
  const said: Item[] = []
  let index = 0
  while (index < items.length) {
    const gone = readGone(items, index)
    if (gone === undefined) {
      said.push(items[index] as Item)
      index += 1
      continue
    }
    said.push(...gone.items)
    index = gone.next
  }
  return said
}

function readGone(items: readonly Item[], index: number) {
  const before = items[index - 1]
  if (!opensHere(before) && !/^(?:and|then|so|&|-)$/.test(textOf(before)))
    return undefined
  const first = items[index]
  if (first?.type !== 'word') return undefined
  const subject = readSubject(items, index)
  if (subject === undefined) return undefined
  for (
    let goal = subject + 1;
    goal <= Math.min(subject + MOST_GOES, items.length - 1);
    goal += 1
  ) {
    const target = items[goal]
    const isPlace =
      target?.type === 'word' &&
      target.senses.venue !== undefined &&
      /^(?:lending|staking)$/.test(getVenueKind(target.senses.venue) ?? '')
    if (!isParty(target) && !isPlace) continue
    if (target === undefined || !GOES.test(textAll(items, subject, goal)))
      return undefined
    return {
      items: [
        word(isPlace ? 'put' : 'send', first, first.start),
        ...items.slice(index, subject),
        word(isPlace ? 'into' : 'to', target, target.start),
        target,
      ],
      next: goal + 1,
    }
  }
  return undefined
}

/** Where the subject that begins here ends: the longest that one of them is. */
function readSubject(
  items: readonly Item[],
  index: number,
): number | undefined {
  if (textOf(items[index]) === 'the' && isToken(items[index + 1]))
    return index + 2
  for (let end = index + MOST_SUBJECT; end > index; end -= 1)
    if (end <= items.length && SUBJECT.test(textAll(items, index, end)))
      return end
  return undefined
}

function textAll(items: readonly Item[], from: number, to: number): string {
  return items
    .slice(from, to)
    .map((item) => `${textOf(item) || '§'} `)
    .join('')
}
