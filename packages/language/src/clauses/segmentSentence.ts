import { type Item, type Range, textOf } from '../text/Item.js'
import { cutSmallTalk } from './borders/cutSmallTalk.js'
import { findBorder } from './borders/findBorder.js'
import { carriesAcross } from './heads/carriesAcross.js'
import type { Head } from './heads/Head.js'
import { isDoubtful } from './heads/isDoubtful.js'
import { readHead } from './heads/readHead.js'
import { readImplied } from './heads/readImplied.js'
import { readPassive } from './heads/readPassive.js'
import { readUse } from './heads/readUse.js'
import { readWish } from './heads/readWish.js'

/** The words of one clause around its verb. */
export type RawClause = {
  readonly sense: string
  readonly verb: Range
  readonly verbText: string
  /** Everything said about it, without the verb. */
  readonly items: readonly Item[]
  readonly sentence: number
  readonly joined: boolean
  readonly negated: boolean
  /** The verb could be a plain word: a noun, or part of what stands around it. */
  readonly doubtful: boolean
}

export function segmentSentence(
  items: readonly Item[],
  sentence: number,
  unread: ReadonlySet<number>,
): RawClause[] {
  const heads: Head[] = []
  for (let at = 0; at < items.length; at += 1) {
    if (unread.has(items[at]?.start ?? -1)) continue
    const head =
      readHead(items, at, heads) ??
      readImplied(items, at, heads) ??
      readPassive(items, at, heads)
    if (head !== undefined) heads.push(head)
  }
  if (heads.length === 0) {
    const wish = readWish(items) ?? readUse(items)
    if (wish === undefined) return []
    heads.push(wish)
  }
  const borders: { from: number; to: number; joined: boolean }[] = []
  let from = cutSmallTalk(items, heads[0]?.at ?? 0)
  let joined = false
  for (const [index, head] of heads.entries()) {
    const next = heads[index + 1]
    const border =
      next === undefined
        ? { end: items.length, next: items.length, joined: false }
        : findBorder(items, head.at + 1, next.at)
    borders.push({ from, to: border.end, joined })
    joined = border.joined
    from = border.next
  }
  // `get reth by staking 20 eth`: the end and the means are one order.
  for (let index = heads.length - 1; index > 0; index -= 1) {
    const head = heads[index]
    const before = heads[index - 1]
    if (
      head !== undefined &&
      before !== undefined &&
      textOf(items[head.at - 1]) === 'by' &&
      /^(?:get|earn|buy)$/.test(before.sense)
    ) {
      const border = borders[index - 1]
      const own = borders[index]
      if (border === undefined || own === undefined) continue
      own.joined = border.joined
      own.from = head.at
      heads.splice(index - 1, 1)
      borders.splice(index - 1, 1)
    }
  }
  let clauses = heads.map((head, index): RawClause => {
    const border = borders[index]
    const verb = items[head.at]
    return {
      sense: carriesAcross(
        items.slice(head.at + 1, border?.to ?? items.length),
        head,
      )
        ? 'bridge'
        : head.sense,
      verb: { start: verb?.start ?? 0, end: verb?.end ?? 0 },
      verbText: head.text,
      items: [
        ...items
          .slice(border?.from ?? 0, head.at)
          // `arrange for 5 dai to be sent`: small words that tie nothing here.
          .filter(
            (item) =>
              !(
                head.passive &&
                /^(?:for|that|to|be|get|gets|have|see)$/.test(textOf(item))
              ),
          ),
        // What is said before the verb gives no cue to what is said behind it.
        {
          type: 'break' as const,
          strength: 'sentence' as const,
          start: verb?.start ?? 0,
          end: verb?.end ?? 0,
          spaced: true,
        },
        ...dropOrder(items.slice(head.at + 1, border?.to ?? items.length)),
      ],
      sentence,
      joined: border?.joined ?? false,
      negated: head.negated,
      doubtful: isDoubtful(items, head.at, heads[index - 1]),
    }
  })
  // `lend it after swapping 1 eth`, `before lending it, swap 1 eth`
  for (const [index, head] of heads.entries()) {
    const clause = clauses[index]
    if (clause === undefined) continue
    if (head.flipped === 'after' && index > 0)
      clauses = [
        ...clauses.slice(0, index - 1),
        clause,
        clauses[index - 1] ?? clause,
        ...clauses.slice(index + 1),
      ]
    if (head.flipped === 'before' && index === 0 && clauses.length === 2)
      clauses = [clauses[1] ?? clause, clause]
  }
  return clauses
}

/** `sell order for 2 eth`: the words between the verb and its object. */
function dropOrder(items: readonly Item[]): readonly Item[] {
  if (!/^orders?$/.test(textOf(items[0]))) return items
  return items.slice(/^(?:for|of)$/.test(textOf(items[1])) ? 2 : 1)
}
