import { readFileSync } from 'node:fs'
import { createTable, withoutPrototype } from '../text/createTable.js'
import { normaliseText } from '../text/normaliseText.js'
import { tokenise } from '../text/tokenise.js'

/** What a word or a run of words may stand for. */
export type Senses = {
  /** Sense of a verb, such as `swap` or `sell`. */
  readonly verb?: string
  readonly verbForm?: 'base' | 'gerund' | 'past'
  /** Canonical symbol of a token. */
  readonly token?: string
  /** A token only where a token must stand: the word is common English. */
  readonly tokenWeak?: true
  readonly chain?: string
  readonly venue?: string
  /** A venue only behind a cue: the word is common English. */
  readonly venueWeak?: true
}

/** What a venue is for. */
export type VenueKind =
  | 'lending'
  | 'dex'
  | 'bridge'
  | 'staking'
  | 'yield'
  | 'perps'

type Entry = { readonly words: readonly string[]; readonly senses: Senses }

const readData = (name: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8'),
    withoutPrototype,
  )

const tokenData = readData('tokens') as {
  tokens: { symbol: string; aliases?: string[] }[]
  weak: string[]
}
const chainData = readData('chains') as {
  chains: { id: string; aliases: string[] }[]
}
const venueData = readData('venues') as {
  venues: { id: string; kind: VenueKind; aliases: string[] }[]
  weak: string[]
}
const verbData = readData('verbs') as Record<string, string[]>

/** Words of everyday English that are never taken for an unknown name. */
export const commonWords: ReadonlySet<string> = new Set(
  readData('commonWords') as string[],
)
/** Currencies, multipliers and number words. */
export const units = readData('units') as {
  readonly fiat: Readonly<Record<string, readonly string[]>>
  readonly multipliers: Readonly<Record<string, number>>
  readonly numbers: Readonly<Record<string, number>>
  readonly denominators: Readonly<Record<string, number>>
}

const phrases = new Map<string, Entry[]>()
/** First words whose phrases stand with the longest in front. */
const sorted = new Set<string>()
const singles = new Map<string, Senses>()
const kinds = new Map<string, VenueKind>()
const symbols = new Map<string, string>()

/** Gives the senses of one word, without its neighbours. */
export function getSenses(word: string): Senses | undefined {
  return singles.get(word)
}

/** Gives the entries that begin with a word, the longest first. */
export function getPhrases(word: string): readonly Entry[] {
  const entries = phrases.get(word)
  if (entries === undefined) return []
  if (!sorted.has(word)) {
    entries.sort((a, b) => b.words.length - a.words.length)
    sorted.add(word)
  }
  return entries
}

/** Gives what a venue is for. */
export function getVenueKind(venue: string): VenueKind | undefined {
  return kinds.get(venue)
}

/** Gives the usual spelling of a symbol that we know: `usdc` → `USDC`. */
export function getSymbol(text: string): string | undefined {
  return symbols.get(text.toLowerCase())
}

/** Lists all single words of the lexicon that have a given kind of sense. */
export function listWords(kind: 'verb' | 'chain' | 'venue'): string[] {
  return [...singles]
    .filter(([, senses]) => senses[kind] !== undefined)
    .map(([word]) => word)
}

function add(alias: string, senses: Senses): void {
  // Nearly all are one plain word, and the tokeniser would say no more.
  const words = /^[a-z][a-z0-9]*$/.test(alias)
    ? [alias]
    : tokenise(normaliseText(alias)).map((token) => token.text)
  const [first] = words
  if (first === undefined) return
  if (words.length === 1) {
    singles.set(first, merge(singles.get(first), senses))
    return
  }
  const entries = phrases.get(first) ?? []
  const same = entries.findIndex(
    (entry) => entry.words.join(' ') === words.join(' '),
  )
  if (same >= 0)
    entries[same] = {
      words,
      senses: merge(entries[same]?.senses, senses),
    }
  else entries.push({ words, senses })
  phrases.set(first, entries)
}

/** An earlier sense of the same kind wins: files list the usual one first. */
function merge(known: Senses | undefined, more: Senses): Senses {
  return { ...more, ...known }
}

const ENDS_SHORT = /(?:^|[^aeiou])[aeiou][bdgmnpt]$/
const DOUBLES = new Set(
  'swap,get,put,wrap,unwrap,transfer,dump,cut,chip,tip,rebalance,permit,zap,ship,bag,grab,cop,dip,swop,slip,flip,stop,plan,lob,pop,plop,submit,jeet,snag,top,rug'.split(
    ',',
  ),
)

function inflect(word: string): [string, 'base' | 'gerund' | 'past'][] {
  const stem = word.endsWith('e') ? word.slice(0, -1) : word
  const doubled =
    DOUBLES.has(word) && ENDS_SHORT.test(word) ? word + word.at(-1) : word
  const base = word.endsWith('e') ? stem : doubled
  const y = /[^aeiou]y$/.test(word)
  return [
    [word, 'base'],
    [
      y
        ? `${word.slice(0, -1)}ies`
        : `${word}${/(?:s|x|sh|ch|o)$/.test(word) ? 'es' : 's'}`,
      'base',
    ],
    [`${base}ing`, 'gerund'],
    [y ? `${word.slice(0, -1)}ied` : `${base}ed`, 'past'],
  ]
}

const IRREGULAR: Readonly<Record<string, string>> = createTable({
  bought: 'buy',
  sold: 'sell',
  sent: 'send',
  lent: 'lend',
  paid: 'repay',
  took: 'take',
  got: 'get',
  gave: 'send',
  brought: 'bridge',
  withdrew: 'withdraw',
  withdrawn: 'withdraw',
  made: 'earn',
  spent: 'invest',
})

for (const [sense, words] of Object.entries(verbData)) {
  for (const word of words) {
    const [head = '', ...rest] = word.split(' ')
    for (const [form, verbForm] of inflect(head))
      add([form, ...rest].join(' '), { verb: sense, verbForm })
  }
}
for (const [form, sense] of Object.entries(IRREGULAR)) {
  singles.set(form, { verb: sense, verbForm: 'past' })
}
const weakTokens = new Set(tokenData.weak)
for (const { symbol, aliases = [] } of tokenData.tokens) {
  symbols.set(symbol.toLowerCase(), symbol)
  const weak: Senses = weakTokens.has(symbol) ? { tokenWeak: true } : {}
  add(symbol, { token: symbol, ...weak })
  for (const alias of aliases) {
    symbols.set(alias, symbol)
    add(alias, { token: symbol })
  }
}
for (const { id, aliases } of chainData.chains)
  for (const alias of aliases) add(alias, { chain: id })
const weakVenues = new Set(venueData.weak)
for (const { id, kind, aliases } of venueData.venues) {
  kinds.set(id, kind)
  for (const alias of aliases) {
    // Weak is the plain word, never its longer form: `across protocol`.
    const weak: Senses = weakVenues.has(alias) ? { venueWeak: true } : {}
    add(alias, { venue: id, ...weak })
  }
}
