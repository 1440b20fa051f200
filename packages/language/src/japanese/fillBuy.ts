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
  drafts[drafts.length - 1] = {
    ...last,
    legs: {
      ...last.legs,
      buy: {
        ...last.legs.buy,
        token: {
          start: token.start,
          end: token.end,
          symbol: token.senses.token as string,
          known: true,
        },
      },
    },
  }
  return true
}
