import type { Cue, Money, Part } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { commonWords, getVenueKind } from '../lexicon/lexicon.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { bindClause } from './bindClause.js'
import type { DraftStep } from './DraftStep.js'

/** Common words that ask, forbid or tell, and never stand in a bare order. */
const TELLING =
  /^(?:not|no|never|don't|dont|price|prices|rate|rates|quote|what|how|why|who|which|is|are|was|were|has|have|had|did|does|sent|got|went|came|worth|if|unless|balance|news|chart|ratio|pair|difference|vs|or|peg|stuck|failed|yesterday|fee|fees|cost)$/
const LONGEST = 24
/** More names than this in a row are a list of something else. */
const MOST_TOKENS = 4

type Sense = 'swap' | 'bridge' | 'send' | 'lend'

/**
 * Reads an order without its verb: `1 eth to usdc` is a trade, `my usdc off
 * polygon → optimism` goes over, `100 usdc to bob.eth` is sent, `500 usdc into
 * aave` is lent. Anything else in the sentence makes it none of these.
 */
export function readVerbless(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
  readonly clause: number
}): DraftStep[] {
  const { items, normalised, clause } = options
  const first = items[0]
  if (first === undefined || items.length > LONGEST) return []
  for (const sense of ['bridge', 'send', 'lend', 'swap'] as const) {
    const parts = readParts({ items, sense, normalised })
    if (!isPlain(parts, sense) || !fits[sense](parts, items)) continue
    return bindClause({
      sense,
      verb: { start: first.start, end: first.start + 1 },
      verbText: '',
      parts: sense === 'swap' ? inOrder(parts) : parts,
      clause,
      sentence: 0,
      joined: false,
    })
  }
  return []
}

function isPlain(parts: readonly Part[], sense: Sense): boolean {
  return parts.every(
    (part) =>
      (part.type !== 'party' || sense === 'send') &&
      part.type !== 'problem' &&
      part.type !== 'leverage' &&
      (part.type !== 'word' ||
        (commonWords.has(part.text) && !TELLING.test(part.text)) ||
        /^(?:sats|rn|lets|thx|ty|fren|ser|wagmi|lfg|approx|asap|ok)$/.test(
          part.text,
        )),
  )
}

const moneyOf = (parts: readonly Part[]): Money[] =>
  parts.filter((part): part is Money => part.type === 'money')

const isGoal = (cue: Cue): boolean => /^(?:to|for)$/.test(cue)

const fits: Readonly<
  Record<Sense, (parts: readonly Part[], items: readonly Item[]) => boolean>
> = {
  bridge(parts) {
    const [only, ...others] = moneyOf(parts)
    const chains = parts.filter((part) => part.type === 'chain')
    return (
      others.length === 0 &&
      only?.token?.known === true &&
      /^(?:|with)$/.test(only.cue) &&
      chains.length === 2 &&
      chains[0]?.id !== chains[1]?.id &&
      chains.filter((chain) => chain.cue === 'to').length === 1
    )
  },
  send(parts) {
    const [only, ...others] = moneyOf(parts)
    const parties = parts.filter((part) => part.type === 'party')
    const [party] = parties
    return (
      others.length === 0 &&
      only?.token?.known === true &&
      only.amount !== undefined &&
      only.cue === '' &&
      parties.length === 1 &&
      party !== undefined &&
      (party.cue === 'to' ||
        // `50 usdc bob.eth`, and nothing that could tell of something else.
        (party.cue === '' &&
          parts.every(
            (part) =>
              part.type !== 'word' ||
              /^(?:please|pls|plz|thanks|thx|ty|now|asap|hey|hi|ok)$/.test(
                part.text,
              ),
          ))) &&
      /^0x|[.@]/i.test(party.text)
    )
  },
  lend(parts, items) {
    const [only, ...others] = moneyOf(parts)
    const venues = parts.filter((part) => part.type === 'venue')
    const [venue] = venues
    return (
      others.length === 0 &&
      only?.token?.known === true &&
      only.amount !== undefined &&
      venues.length === 1 &&
      venue !== undefined &&
      getVenueKind(venue.id) === 'lending' &&
      // `500 usdc into aave`; `to aave` could be a trade.
      items.some(
        (item, at) =>
          item.start === venue.start &&
          /^(?:into|in|on)$/.test(textOf(items[at - 1])),
      )
    )
  },
  swap(parts) {
    const monies = moneyOf(parts)
    const sold = monies.filter((money) => !isGoal(money.cue))
    const [one] = sold
    const goals = monies.filter((money) => isGoal(money.cue))
    return (
      sold.length === 1 &&
      one !== undefined &&
      one.cue === '' &&
      one.token !== undefined &&
      goals.length >= 1 &&
      monies.length <= MOST_TOKENS &&
      monies.every((money) => money.token !== undefined) &&
      goals.every((money) => money.token?.known) &&
      (one.amount !== undefined || one.token.known)
    )
  },
}

/** `to usdc, 1 eth please`: what is sold goes in front. */
function inOrder(parts: readonly Part[]): Part[] {
  const sold = parts.find((part) => part.type === 'money' && !isGoal(part.cue))
  return sold === undefined
    ? [...parts]
    : [sold, ...parts.filter((part) => part !== sold)]
}
