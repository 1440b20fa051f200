import { type Item, textOf } from '../../text/Item.js'
import type { Head } from './Head.js'

/** `get 150 usdt over to avalanche`, `take 30 dai from gnosis to ethereum` */
export function carriesAcross(items: readonly Item[], head: Head): boolean {
  if (
    !/^(?:withdraw|get|take|move|put|send|buy)$/.test(head.sense) ||
    !/^(?:take|pull|get|move|bring|send|put|push|shift|transfer|carry|need|want|haul)(?: |$)/.test(
      head.text,
    ) ||
    items.some((item) => /^(?:name|address|hex)$/.test(item.type))
  )
    return false
  const isChain = (item: Item | undefined): boolean =>
    item?.type === 'word' &&
    item.senses.chain !== undefined &&
    // `to eth` is a token; `to ethereum` is where it goes.
    !/^(?:eth|ether|bnb|avax|matic|pol|ftm|s|celo)$/.test(item.text)
  const tied = (cues: RegExp) =>
    items.some((item, at) => cues.test(textOf(item)) && isChain(items[at + 1]))
  const onto = tied(/^(?:to|onto|into|→)$/)
  if (!onto) return false
  return (
    tied(/^(?:from|off|of)$/) ||
    items.some((item) => /^(?:over|across)$/.test(textOf(item)))
  )
}
