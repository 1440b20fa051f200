import { type Item, textOf } from '../../text/Item.js'
import { CONNECTORS } from '../borders/hasConnector.js'

/** `get 2 eth staked on lido`: the verb that counts stands behind its object. */
export function hasParticiple(items: readonly Item[], at: number): boolean {
  for (let ahead = at + 1; ahead < at + 8; ahead += 1) {
    const item = items[ahead]
    if (item === undefined || item.type === 'break') return false
    if (
      CONNECTORS.test(textOf(item)) ||
      /^(?:i|we|it|that)$/.test(textOf(item))
    )
      return false
    if (item.type === 'word' && item.senses.verbForm === 'past')
      return (
        (ahead > at + 1 || /^gets?$/.test(textOf(items[at]))) &&
        // `my staked eth`, `the borrowed dai`: a thing that was.
        !(
          items[ahead + 1]?.type === 'word' &&
          (items[ahead + 1] as { senses: { token?: string } }).senses.token !==
            undefined
        )
      )
  }
  return false
}
