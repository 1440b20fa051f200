import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isParty, isToken, isVenue, word } from './words.js'

const RIGHT =
  /^(?:allowance|allowances|approval|approvals|permission|permissions)$/
const LONGEST = 8

/**
 * `cancel the usdc allowance`, `get rid of the approval`, `take away 0x…'s
 * permission`: who has the right, and on what, may stand in front of it.
 */
export function readRevoke(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index] as Item
  const stopped = readStopped(items, index)
  if (stopped !== undefined) return stopped
  const said = items
    .slice(index, index + 3)
    .map((item) => textOf(item))
    .join(' ')
  const verb =
    /^(?:(?:cancel|kill|undo|delete|nix|remove|drop|zero)(?= |$)|get rid of(?= |$)|(?:take away|take back|do away with)(?= |$))/.exec(
      said,
    )?.[0]
  if (verb === undefined) return undefined
  // The lexicon may hold all the words as one.
  const from = index + (textOf(first) === verb ? 1 : verb.split(' ').length)
  const last = items[from - 1] as Item
  for (let at = from; at < from + LONGEST; at += 1) {
    const item = items[at]
    if (RIGHT.test(textOf(item)))
      return { items: [word('revoke', first, last.end)], next: from }
    if (
      !isToken(item) &&
      !isVenue(item) &&
      !isParty(item) &&
      !/^(?:the|my|that|all|this|old|spending|token|'|s|'s)$/.test(textOf(item))
    )
      return undefined
  }
  return undefined
}

/** `stop letting uniswap spend my usdc` */
function readStopped(items: readonly Item[], index: number): Fold | undefined {
  const first = items[index] as Item
  if (
    textOf(first) !== 'stop' ||
    !/^(?:letting|allowing|permitting)$/.test(textOf(items[index + 1]))
  )
    return undefined
  const spender = items[index + 2]
  if (spender === undefined || !(isVenue(spender) || isParty(spender)))
    return undefined
  let at = index + 3
  while (
    /^(?:to|from|spend|spending|use|using|touch|touching|move|moving|take|taking|access|accessing|any|of|my|the|our)$/.test(
      textOf(items[at]),
    )
  )
    at += 1
  const token = items[at]
  return isToken(token)
    ? {
        items: [
          word('revoke', first),
          token,
          word('for', spender, spender.start),
          spender,
        ],
        next: at + 1,
      }
    : undefined
}
