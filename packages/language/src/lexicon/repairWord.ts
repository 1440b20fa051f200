import { daleChall } from 'dale-chall'
import { createTable } from '../text/createTable.js'
import { commonWords, getPhrases, getSenses, listWords } from './lexicon.js'

/** Function words that decide how a sentence is read, with their usual slips. */
const FUNCTION_WORDS = [
  'when',
  'then',
  'into',
  'from',
  'with',
  'using',
  'every',
  'tomorrow',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
  'slippage',
  'leverage',
  'below',
  'above',
  'under',
  'until',
  'unless',
  'half',
  'quarter',
  'everything',
  'percent',
  'after',
  'against',
  'worth',
  'price',
  'balance',
  'collateral',
  'hour',
  'minute',
  'week',
  'month',
  'daily',
  'weekly',
  'please',
]
const SLIPS: Readonly<Record<string, string>> = createTable({
  teh: 'the',
  adn: 'and',
  nad: 'and',
  abd: 'and',
  anf: 'and',
  tehn: 'then',
  thn: 'then',
  fro: 'for',
  frm: 'from',
  ot: 'to',
  wiht: 'with',
  wth: 'with',
  w: 'with',
  bal: 'balance',
  hlaf: 'half',
  haf: 'half',
  ave: 'aave',
  aav: 'aave',
  avee: 'aave',
  lidoo: 'lido',
  bse: 'base',
  bas: 'base',
  arbi: 'arbitrum',
  hafl: 'half',
  al: 'all',
  evrything: 'everything',
  wen: 'when',
  snd: 'send',
  sed: 'send',
  sned: 'send',
  byu: 'buy',
  swp: 'swap',
  sawp: 'swap',
  swa: 'swap',
  brige: 'bridge',
  brdige: 'bridge',
  eth2: 'eth',
  '2': '2',
})
/** The tokens that people mean; a slip is never mended into a rarer one. */
const CORE_TOKENS =
  'usdc usdt weth wbtc dai eth btc link aave arb matic steth wsteth reth cbeth frax pepe shib doge bitcoin ethereum ether tether'.split(
    ' ',
  )

/** What every reader knows is no slip, whatever it is close to. */
const familiar = new Set(daleChall)

/** Tells whether a word, in any form, is everyday English. */
export function isFamiliar(word: string): boolean {
  if (familiar.has(word) || commonWords.has(word)) return true
  for (const ending of ['s', 'es', 'd', 'ed', 'ing', 'er', 'ly', 'r', 'y']) {
    if (!word.endsWith(ending)) continue
    const stem = word.slice(0, -ending.length)
    if (stem.length < 3) continue
    if (familiar.has(stem) || familiar.has(`${stem}e`)) return true
    if (stem.at(-1) === stem.at(-2) && familiar.has(stem.slice(0, -1)))
      return true
  }
  return false
}

type Index = Map<string, string[]>
let index: Index | undefined
let farIndex: Index | undefined

/**
 * Mends a misspelt word of our own vocabulary: verbs, chains, venues and
 * function words at distance one, from seven letters on at distance two.
 * Two equally near words of different meaning mend nothing.
 */
export function repairWord(word: string): string | undefined {
  const slip = SLIPS[word]
  if (slip !== undefined) return slip
  if (word.length < 4 || word.length > 20 || !/^[a-z]+$/.test(word))
    return undefined
  if (isFamiliar(word)) return undefined
  // `lendd`, `swapp`: the last key twice.
  const single = word.slice(0, -1)
  if (
    word.length > 4 &&
    word.at(-1) === word.at(-2) &&
    getSenses(single)?.verb !== undefined
  )
    return single
  index ??= buildIndex(knownWords(4), 1)
  const near = pick(word, index, 1)
  if (near !== undefined || word.length < 7) return near
  farIndex ??= buildIndex(knownWords(7), 2)
  return pick(word, farIndex, 2)
}

/**
 * Mends a misspelt token, and only where no other known symbol is as near:
 * `usdcc`, `uscd`, `eht`. One key further and money would change its kind.
 */
export function repairToken(word: string): string | undefined {
  if (word.length < 3 || word.length > 12 || commonWords.has(word))
    return undefined
  const found = CORE_TOKENS.filter((token) => isCheapSlip(word, token))
  return found.length === 1 ? found[0] : undefined
}

/** Doubled letter or swapped neighbours; from six letters on also one edit. */
function isCheapSlip(word: string, token: string): boolean {
  if (word === token) return false
  if (word.length === token.length) {
    for (let at = 0; at + 1 < word.length; at += 1) {
      if (
        word.slice(0, at) +
          (word[at + 1] ?? '') +
          (word[at] ?? '') +
          word.slice(at + 2) ===
        token
      )
        return true
    }
  }
  if (word.length === token.length + 1) {
    for (let at = 1; at < word.length; at += 1) {
      if (
        word[at] === word[at - 1] &&
        word.slice(0, at) + word.slice(at + 1) === token
      )
        return true
    }
  }
  return token.length >= 6 && distance(word, token, 1) <= 1
}

function knownWords(shortest: number): string[] {
  const words = new Set<string>(FUNCTION_WORDS)
  for (const kind of ['verb', 'chain', 'venue'] as const)
    for (const word of listWords(kind)) words.add(word)
  return [...words].filter(
    (word) =>
      word.length >= shortest &&
      /^[a-z]+$/.test(word) &&
      // What is over is no order, and nothing worth mending into.
      getSenses(word)?.verbForm !== 'past',
  )
}

function buildIndex(words: readonly string[], depth: 1 | 2): Index {
  const built: Index = new Map()
  for (const word of words) {
    for (const key of deletions(word, depth)) {
      const list = built.get(key)
      if (list === undefined) built.set(key, [word])
      else list.push(word)
    }
  }
  return built
}

function deletions(word: string, depth: 1 | 2): Set<string> {
  const all = new Set([word])
  for (let at = 0; at < word.length; at += 1) {
    const shorter = word.slice(0, at) + word.slice(at + 1)
    all.add(shorter)
    if (depth === 2)
      for (let next = at; next < shorter.length; next += 1)
        all.add(shorter.slice(0, next) + shorter.slice(next + 1))
  }
  return all
}

function pick(word: string, from: Index, depth: 1 | 2): string | undefined {
  let best: string | undefined
  let bestDistance = depth + 1
  let tie = false
  const seen = new Set<string>()
  for (const key of deletions(word, depth)) {
    for (const candidate of from.get(key) ?? []) {
      if (seen.has(candidate)) continue
      seen.add(candidate)
      // A slip hardly ever hits the first letter: `arrange` is no `exchange`.
      if (candidate[0] !== word[0] && candidate[0] !== word[1]) continue
      const far = distance(word, candidate, depth)
      if (far < bestDistance) {
        best = candidate
        bestDistance = far
        tie = false
      } else if (far === bestDistance && !isSame(best, candidate)) {
        // A letter left out or doubled is likelier than another in its place.
        const easier = isSubsequence(word, candidate)
        const easy = best !== undefined && isSubsequence(word, best)
        if (easier && !easy) {
          best = candidate
          tie = false
        } else if (easier === easy) tie = true
      }
    }
  }
  return bestDistance <= depth && !tie ? best : undefined
}

/** Tells whether the shorter of two words is the longer with letters left out. */
function isSubsequence(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  if (short.length === long.length) return false
  let at = 0
  for (const letter of long) if (letter === short[at]) at += 1
  return at === short.length
}

function isSame(one: string | undefined, other: string): boolean {
  if (one === undefined) return false
  const a = getSenses(one)
  const b = getSenses(other)
  return (
    a !== undefined &&
    b !== undefined &&
    a.verb === b.verb &&
    a.chain === b.chain &&
    a.venue === b.venue
  )
}

/** Edit distance with swaps of neighbours, cut off above `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      let value = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + cost,
      )
      if (
        row > 1 &&
        column > 1 &&
        a[row - 1] === b[column - 2] &&
        a[row - 2] === b[column - 1]
      )
        value = Math.min(value, (before[column - 2] ?? 0) + 1)
      current.push(value)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? most + 1
}

/** Whether a word stands in the lexicon or in everyday English. */
export function isKnownWord(word: string): boolean {
  return (
    commonWords.has(word) ||
    getSenses(word) !== undefined ||
    getPhrases(word).length > 0
  )
}
