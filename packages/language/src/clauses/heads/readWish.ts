import { type Item, textOf } from '../../text/Item.js'
import type { Head } from './Head.js'

/** `i need 500 usdc`, `i want 1 eth, pay with dai`: a wish for a token. */
export function readWish(items: readonly Item[]): Head | undefined {
  const elsewhere =
    items.filter(
      (item) => item.type === 'word' && item.senses.chain !== undefined,
    ).length >= 2 &&
    items.some((item) => /^(?:its|it's|they're|it)$/.test(textOf(item)))
  for (let at = 0; at + 2 < items.length; at += 1) {
    const own = /^(?:my|the)$/.test(textOf(items[at + 1])) ? 1 : 0
    const just = /^(?:exactly|just|about|only|precisely)$/.test(
      textOf(items[at + 1]),
    )
      ? 1
      : 0
    const amount = items[at + 1 + own + just]
    const token = items[at + 2 + own + just]
    // `i need my 5 usdc on base, it's on arbitrum`: what is elsewhere comes over.
    if (
      elsewhere &&
      /^(?:want|need)$/.test(textOf(items[at])) &&
      (amount?.type === 'number' || amount?.type === 'quantity')
    )
      return { at, sense: 'bridge', text: 'bring', negated: false }
    if (own > 0) continue
    if (
      /^(?:want|need)$/.test(textOf(items[at])) &&
      (/^(?:i|we|me)$/.test(textOf(items[at - 1])) || at === 0) &&
      (amount?.type === 'number' ||
        (amount?.type === 'quantity' && amount.quantity.kind === 'fiat')) &&
      token?.type === 'word' &&
      (token.senses.token !== undefined || token.text === 'of')
    )
      return { at, sense: 'buy', text: 'want', negated: false }
  }
  return undefined
}
