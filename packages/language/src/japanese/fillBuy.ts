import type { DraftStep } from '../bind/DraftStep.js'
import type { Item } from '../text/Item.js'

/** `売ってUSDCにして`: what the sale before is to become. */
export function fillBuy(drafts: DraftStep[], items: readonly Item[]): boolean {
  const last = drafts.at(-1)
  const token = items.find(
    (item) => item.type === 'word' && item.senses.token !== undefined,
  )
  const plain = items.filter((item) => item.type !== 'break').length
  if (
    last?.action !== 'swap' ||
    last.legs.buy?.token !== undefined ||
    token?.type !== 'word' ||
    plain > 2
  )
    return false
  const bought = {
    start: token.start,
    end: token.end,
    symbol: token.senses.token as string,
    known: true,
  }
  // `ETH半分とLINK全部売ってUSDCに`: all that the one verb sold.
  for (
    let at = drafts.length - 1, draft: DraftStep | undefined = last;
    draft?.action === 'swap' &&
    draft.clause === last.clause &&
    draft.legs.buy?.token === undefined;
    at -= 1, draft = drafts[at]
  )
    drafts[at] = {
      ...draft,
      legs: { ...draft.legs, buy: { ...draft.legs.buy, token: bought } },
    }
  return true
}
