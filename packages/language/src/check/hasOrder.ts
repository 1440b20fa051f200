import { segmentClauses } from '../clauses/segmentClauses.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { type Item, textOf } from '../text/Item.js'

/** `if … sell, otherwise buy`: a choice that the schema cannot hold. */
export function hasElse(items: readonly Item[]): boolean {
  return items.some(
    (item, at) =>
      textOf(item) === 'otherwise' ||
      (textOf(item) === 'else' &&
        at > 0 &&
        items
          .slice(0, at)
          .some((before) => /^(?:if|when|unless)$/.test(textOf(before)))),
  )
}

export function hasOrder(items: readonly Item[]): boolean {
  return segmentClauses(readQuantities(items)).clauses.length > 0
}

/** `bored ape #1234`, `token id 7804`, `nft` */
export function isAboutNfts(items: readonly Item[]): boolean {
  return items.some((item, at) => {
    const word = textOf(item)
    const next = items[at + 1]
    return (
      /^(?:nft|nfts)$/.test(word) ||
      (word === '#' &&
        next?.type === 'number' &&
        !next.spaced &&
        // `as discussed in #482`
        !/^(?:in|issue|ticket|pr|see|per|from|re|under|task)$/.test(
          textOf(items[at - 1]),
        )) ||
      (word === 'token' &&
        /^(?:id|number)$/.test(textOf(next)) &&
        items[at + 2]?.type === 'number')
    )
  })
}
