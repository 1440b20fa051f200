import type { Item } from '../text/Item.js'

/** Where the object ends and the goal begins: `0.3ETHほど USDCに`. */
export function endOfObject(content: readonly Item[], sense: string): number {
  if (!/^(?:swap|sell)$/.test(sense)) return 0
  const isToken = (item: Item | undefined) =>
    item?.type === 'word' && item.senses.token !== undefined
  for (let at = 0; at + 1 < content.length; at += 1) {
    if (!isToken(content[at])) continue
    const before = content[at - 1]
    const next = content[at + 1]
    const counted = before?.type === 'number' || before?.type === 'quantity'
    if (counted && isToken(next)) return at + 1
    if (!isToken(content[at + 2])) continue
    if (
      (next?.type === 'quantity' && next.quantity.kind === 'share') ||
      (/^(?:worth|each)$/.test(textAt(content, at + 1)) && counted)
    )
      return at + 2
  }
  return 0
}

/** The last noun phrase carries the particle; what stands before it does not. */
export function splitLast(
  content: readonly Item[],
  sense: string,
  particle: string,
): { before: Item[]; last: Item[] } {
  const items = content.filter(
    (item) =>
      !(item.type === 'name' && sense !== 'send' && !/[.@]/.test(item.text)),
  )
  const last = items.at(-1)
  if (last === undefined) return { before: [], last: [] }
  const isPlace = (item: Item | undefined) =>
    item?.type === 'word' &&
    (item.senses.venue !== undefined || item.senses.chain !== undefined) &&
    (item.senses.token === undefined ||
      (/^(?:に|へ|から|で|まで)$/.test(particle) &&
        sense !== 'swap' &&
        sense !== 'buy' &&
        sense !== 'sell'))
  if (
    isPlace(last) ||
    last.type === 'name' ||
    last.type === 'address' ||
    last.type === 'hex'
  ) {
    const before = items.slice(0, -1)
    return { before: reorder(before), last: [last] }
  }
  // `Arbitrum USDCを`: a place in front of its token stays by itself.
  let from = 0
  for (const [at, item] of items.entries())
    if (
      isPlace(item) &&
      at < items.length - 1 &&
      !/^(?:pool|vault|chain|network|position|rewards|loan|debt)$/.test(
        textAt(items, at + 1),
      ) &&
      !/^[-/]$/.test(textAt(items, at + 1)) &&
      !/^[-/]$/.test(textAt(items, at - 1))
    )
      from = at + 1
  return {
    before: reorder(items.slice(0, from)),
    last: reorder(items.slice(from)),
  }
}

function textAt(items: readonly Item[], at: number): string {
  const item = items[at]
  return item !== undefined && 'text' in item ? item.text : ''
}

/** `ETH半分`, `USDC 100`: the amount goes in front of its token. */
export function reorder(items: readonly Item[]): Item[] {
  const out = [...items]
  for (let at = 0; at + 1 < out.length; at += 1) {
    const token = out[at]
    const amount = out[at + 1]
    if (
      token?.type === 'word' &&
      token.senses.token !== undefined &&
      (amount?.type === 'quantity' || amount?.type === 'number') &&
      out[at - 1]?.type !== 'number' &&
      out[at - 1]?.type !== 'quantity'
    ) {
      const unit = /^(?:%|percent|dollars|jpy|euro)$/.test(textAt(out, at + 2))
        ? 2
        : 1
      const next = out[at + 1 + unit]
      // `ETH 5倍`: so many times, and not so many.
      if (textAt(out, at + 2) === 'x') continue
      if (next?.type === 'word' && next.senses.token !== undefined) continue
      const moved = out.splice(at + 1, unit)
      out.splice(at, 0, ...moved)
      at += unit
    }
  }
  return out
}
