import { commonWords } from '../lexicon/lexicon.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { type Item, textOf } from '../text/Item.js'

/**
 * Turns the words of a sentence into features for the action classifier. Names
 * and numbers become their kind, so that what was learnt of one token holds for
 * every other; everyday words keep their letters.
 */
export function readFeatures(items: readonly Item[]): string[] {
  const few = items
    .slice(0, MOST_WORDS)
    .map(toWord)
    .filter((word) => word !== '')
  const features = new Set<string>(['^'])
  for (const [at, kind] of items.slice(0, MOST_WORDS).map(toKind).entries())
    if (kind !== undefined) {
      features.add(kind)
      const before = items[at - 1]
      features.add(`${before === undefined ? '^' : toWord(before)} ${kind}`)
    }
  for (const [at, word] of few.entries()) {
    features.add(word)
    features.add(`${few[at - 1] ?? '^'} ${word}`)
    if (word.startsWith('<') || word.length < 4) continue
    const letters = `_${word.slice(0, 20)}_`
    for (let from = 0; from + 4 <= letters.length; from += 1)
      features.add(`~${letters.slice(from, from + 4)}`)
  }
  return [...features]
}

/** A longer sentence says no more about its action. */
const MOST_WORDS = 60

/** A word of everyday life, or one that nobody knows, whatever its letters. */
function toKind(item: Item): string | undefined {
  if (
    item.type !== 'word' ||
    Object.keys(item.senses).length > 0 ||
    commonWords.has(item.text)
  )
    return undefined
  return isFamiliar(item.text) ? '<e>' : '<u>'
}

function toWord(item: Item): string {
  switch (item.type) {
    case 'number':
    case 'quantity':
      return '<n>'
    case 'address':
    case 'hex':
    case 'name':
      return '<p>'
    case 'break':
    case 'quote':
      return ''
    case 'word': {
      const { verb, token, tokenWeak, chain, chainWeak, venue, venueWeak } =
        item.senses
      if (verb === undefined) {
        if (token !== undefined && !tokenWeak) return '<t>'
        if (chain !== undefined && !chainWeak) return '<c>'
        if (venue !== undefined && !venueWeak) return '<v>'
      }
      return item.text
    }
    default:
      return textOf(item)
  }
}
