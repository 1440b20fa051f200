import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isCount, isToken, word } from './words.js'

/** `take a 500 usdc loan against 1 eth`, `i would like a loan of 200 usdc` */
export function readLoan(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  if (
    !/^(?:take|take out|get|open|need|want|like|request|grab|draw|raise|obtain)$/.test(
      textOf(first),
    )
  )
    return undefined
  let at = index + 1
  while (at < index + 4 && /^(?:out|me|a|an|my)$/.test(textOf(items[at])))
    at += 1
  const early = countLoanWords(items, at)
  if (
    early > 0 &&
    /^(?:of|for)$/.test(textOf(items[at + early])) &&
    isCount(items[at + early + 1]) &&
    isToken(items[at + early + 2])
  )
    return { items: [word('borrow', first)], next: at + early + 1 }
  if (!isCount(items[at]) || !isToken(items[at + 1])) return undefined
  const late = countLoanWords(items, at + 2)
  return late > 0
    ? {
        items: [word('borrow', first), ...items.slice(at, at + 2)],
        next: at + 2 + late,
      }
    : undefined
}

/** How many words stand for a loan here: `loan`, `credit line`, `line of credit`. */
function countLoanWords(items: readonly Item[], at: number): number {
  const said = items
    .slice(at, at + 3)
    .map((item) => textOf(item) || '§')
    .join(' ')
  const loan = /^(?:loan|advance|credit line|line of credit)(?= |$)/.exec(
    said,
  )?.[0]
  return loan === undefined ? 0 : loan.split(' ').length
}
