import type { ActionGuess } from '../classify/classifyAction.js'
import type { Part } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { commonWords } from '../lexicon/lexicon.js'
import { createTable } from '../text/createTable.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { bindClause } from './bindClause.js'
import type { DraftStep } from './DraftStep.js'

/** From here on a guess is worth a question; below it nothing was understood. */
export const ASKS_FROM = 0.6
/** From here on a guess whose every argument was said is acted upon. */
export const ACTS_FROM = 0.85

/** The frame that each label is bound with. */
const SENSES: Readonly<Record<string, string>> = createTable({
  swap: 'swap',
  bridge: 'bridge',
  transfer: 'send',
  supply: 'lend',
  deposit: 'deposit',
  withdraw: 'withdraw',
  borrow: 'borrow',
  repay: 'repay',
  stake: 'stake',
  unstake: 'unstake',
  claim: 'claim',
  long: 'long',
  short: 'short',
  close: 'close',
})

/**
 * Binds a sentence in which the grammar found no verb with the frame that the
 * classifier holds for likely: `conver 55 op to usdc`. The arguments are read
 * by the grammar alone; only the frame is a guess.
 */
export function readGuessed(options: {
  readonly items: readonly Item[]
  /** The same sentence before its phrases were joined. */
  readonly said: readonly Item[]
  readonly guess: ActionGuess
  readonly normalised: NormalisedText
  readonly clause: number
}): { drafts: DraftStep[]; parts: Part[]; verb: boolean } | undefined {
  const { items, said, guess, normalised, clause } = options
  const sense = SENSES[guess.label]
  const first = items[0]
  if (
    sense === undefined ||
    first === undefined ||
    guess.probability < ASKS_FROM ||
    said.some(tells)
  )
    return undefined
  // The word that nobody knows, in front of what it is about, is its verb.
  const at = items.findIndex(
    (item, index) =>
      item.type === 'word' &&
      Object.keys(item.senses).length === 0 &&
      !item.cashtag &&
      !commonWords.has(item.text) &&
      isObject(items[index + 1]),
  )
  const verb = items[at] ?? first
  const around =
    at < 0
      ? items
      : items.map(
          (item, index): Item =>
            index === at
              ? {
                  type: 'break',
                  strength: 'sentence',
                  start: item.start,
                  end: item.end,
                  spaced: item.spaced,
                }
              : item,
        )
  const parts = readParts({ items: around, sense, normalised })
  return {
    verb: at >= 0,
    parts,
    drafts: bindClause({
      sense,
      verb: { start: verb.start, end: at < 0 ? verb.start + 1 : verb.end },
      verbText: '',
      parts,
      clause,
      sentence: 0,
      joined: false,
    }),
  }
}

/** What was, what is or what somebody asks is no order to guess at. */
const TELLING =
  /^(?:is|are|was|were|has|had|did|does|been|what|what's|whats|how|why|who|which|where|whose|price|worth|rate|yesterday|ago|already|not|never|don't|dont|no|if|should|love|hate|hope|wish|think|thought|heard|saw|lol|lost|made|\?)$/

function tells(item: Item): boolean {
  return (
    (item.type === 'word' && item.senses.verbForm === 'past') ||
    ('text' in item && TELLING.test(item.text))
  )
}

function isObject(item: Item | undefined): boolean {
  return (
    item?.type === 'number' ||
    item?.type === 'quantity' ||
    (item?.type === 'symbol' && item.text === '$') ||
    (item?.type === 'word' &&
      (item.senses.token !== undefined || /^(?:my|all|half)$/.test(item.text)))
  )
}
