import type { Item } from '../text/Item.js'

/** What a verb means beside these phrases: `戻` takes out, or turns into. */
export function adjustSense(
  sense: string,
  text: string,
  items: readonly Item[],
): string {
  const has = (pattern: RegExp) =>
    items.some((item) => item.type === 'word' && pattern.test(item.text))
  const toToken = items.some((item, at) => {
    const next = items[at + 1]
    return (
      item.type === 'word' &&
      item.text === 'to' &&
      next?.type === 'word' &&
      next.senses.token !== undefined &&
      next.senses.chain === undefined
    )
  })
  const toChain = items.some((item, at) => {
    const next = items[at + 1]
    return (
      item.type === 'word' &&
      item.text === 'to' &&
      next?.type === 'word' &&
      next.senses.chain !== undefined
    )
  })
  if (sense === 'bridge' && text !== 'ブリッジ') return 'move'
  if (sense === 'withdraw' && text === '戻')
    return toToken ? 'swap' : toChain ? 'bridge' : 'withdraw'
  if (
    sense === 'claim' &&
    /^(?:受け取|受取|受けと)$/.test(text) &&
    !has(/^rewards$/)
  )
    return ''
  if (sense === 'deposit' && has(/^liquidity$/)) return 'add'
  if (sense === 'get') return has(/^rewards$/) ? 'claim' : ''
  return sense
}
