import { type Item, textOf } from '../text/Item.js'
import { dropRemarks } from './forms/dropRemarks.js'
import { foldAgainst } from './forms/foldAgainst.js'
import { foldArrows } from './forms/foldArrows.js'
import { foldBecome } from './forms/foldBecome.js'
import { foldCount } from './forms/foldCount.js'
import { foldGone } from './forms/foldGone.js'
import { foldKept } from './forms/foldKept.js'
import { foldNeed } from './forms/foldNeed.js'
import { foldOwed } from './forms/foldOwed.js'
import { foldPlaceBehind } from './forms/foldPlaceBehind.js'
import { foldPlaced } from './forms/foldPlaced.js'
import { foldThere } from './forms/foldThere.js'
import { foldVerbless } from './forms/foldVerbless.js'
import { foldWant } from './forms/foldWant.js'
import { foldWhole } from './forms/foldWhole.js'
import { foldWorth } from './forms/foldWorth.js'
import { readAsCollateral } from './forms/readAsCollateral.js'
import { readBound } from './forms/readBound.js'
import { readCall } from './forms/readCall.js'
import { readEarning } from './forms/readEarning.js'
import { readElided } from './forms/readElided.js'
import { readExit } from './forms/readExit.js'
import { readFields } from './forms/readFields.js'
import { readFunded } from './forms/readFunded.js'
import { readFunds } from './forms/readFunds.js'
import { readGetTo, readGift, readThrown } from './forms/readGift.js'
import { readGoes } from './forms/readGoes.js'
import { readHeaded } from './forms/readHeaded.js'
import { readHolding } from './forms/readHolding.js'
import { readLoan } from './forms/readLoan.js'
import { readMake } from './forms/readMake.js'
import { readOrderNoun } from './forms/readOrderNoun.js'
import { readOutOf } from './forms/readOutOf.js'
import { readPaidFrom } from './forms/readPaidFrom.js'
import { readPlea } from './forms/readPlea.js'
import { readPledge } from './forms/readPledge.js'
import { readPreferred } from './forms/readPreferred.js'
import { readReceives } from './forms/readReceives.js'
import { readRevoke } from './forms/readRevoke.js'
import { readPhrase } from './forms/readSame.js'
import { readSaying } from './forms/readSaying.js'
import { readTurned } from './forms/readTurned.js'
import { readWhere } from './forms/readWhere.js'
import {
  endsHere,
  type Fold,
  isCount,
  isParty,
  isToken,
  isVerb,
  word,
} from './forms/words.js'

/** Each takes what the one before it left. */
const folds: readonly ((items: readonly Item[]) => readonly Item[])[] = [
  dropRemarks,
  foldThere,
  spellOut,
  foldSayings,
  foldGone,
  foldCount,
  dropGlosses,
  dropRepeats,
  foldAgainst,
  foldWorth,
  foldWhole,
  foldPlaced,
  foldNeed,
  foldOwed,
  foldWant,
  foldKept,
  foldBecome,
  foldPlaceBehind,
  foldArrows,
  foldVerbless,
]

/**
 * Puts plain words in the place of forms that say the same in another manner:
 * `supply(asset=DAI, amount=5)`, `camelot is fine`, `use my usdt for that`,
 * `cancel the allowance`. No argument is added or lost: each keeps its span.
 */
export function foldForms(said: readonly Item[]): Item[] {
  const items = folds.reduce((before, fold) => fold(before), said)
  const kept: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const fold = readForm(items, index, kept)
    if (fold === undefined) {
      kept.push(item)
      index += 1
      continue
    }
    kept.push(...fold.items)
    index = fold.next
  }
  return kept
}

function readForm(
  items: readonly Item[],
  index: number,
  kept: Item[],
): Fold | undefined {
  const item = items[index]
  if (item?.type === 'number')
    return (
      readAsCollateral(items, index, kept) ??
      readGoes(items, index, kept) ??
      readTurned(items, index) ??
      readOutOf(items, index)
    )
  if (isParty(item)) return readReceives(items, index)
  const elided = readElided(items, index, kept)
  if (elided !== undefined) return elided
  if (item?.type !== 'word') return undefined
  return (
    readCall(items, index) ??
    readFields(items, index) ??
    readHeaded(items, index) ??
    readBound(items, index, kept) ??
    readOrderNoun(items, index) ??
    readExit(items, index) ??
    readLoan(items, index) ??
    readPlea(items, index) ??
    readFunded(items, index) ??
    readPaidFrom(items, index) ??
    readEarning(items, index) ??
    readPreferred(items, index, kept) ??
    readPhrase(items, index) ??
    readHolding(items, index) ??
    readRevoke(items, index) ??
    readGift(items, index) ??
    readGetTo(items, index) ??
    readThrown(items, index) ??
    readMake(items, index) ??
    readWhere(items, index, kept) ??
    readFunds(items, index, kept) ??
    readPledge(items, index)
  )
}

/** Puts the plain order in the place of a saying. */
function foldSayings(items: readonly Item[]): readonly Item[] {
  const kept: Item[] = []
  let index = 0
  while (index < items.length) {
    const fold = readSaying(items, index, kept)
    if (fold === undefined) {
      kept.push(items[index] as Item)
      index += 1
      continue
    }
    kept.push(...fold.items)
    index = fold.next
  }
  return kept
}

/** `500 usdc into aave (lending)`: one word that only explains. */
function dropGlosses(items: readonly Item[]): readonly Item[] {
  const at = items.findIndex((item, index) => {
    const inner = items[index + 1]
    return (
      textOf(item) === '(' &&
      textOf(items[index + 2]) === ')' &&
      inner?.type === 'word' &&
      inner.senses.verbForm === 'gerund'
    )
  })
  return at < 0 ? items : [...items.slice(0, at), ...items.slice(at + 3)]
}

/** `sell sell sell!! 9 aave`: said again for the sake of it. */
function dropRepeats(items: readonly Item[]): readonly Item[] {
  const first = items[0]
  if (!isVerb(first) || textOf(items[1]) !== first.text) return items
  let at = 1
  while (textOf(items[at]) === first.text || textOf(items[at]) === ',') at += 1
  while (items[at]?.type === 'break') at += 1
  return isCount(items[at]) || isToken(items[at])
    ? [first, ...items.slice(at)]
    : items
}

/**
 * `dump em`: no coin of that name, where a verb has what it is done to.
 * `send it 2 bob.eth`: no number.
 * `lend 100 of that`: what was had, and no conjunction.
 */
function spellOut(items: readonly Item[]): readonly Item[] {
  return items.map((item, index) => {
    const before = items[index - 1]
    // `send it 2 bob.eth`: no amount stands between what is sent and to whom.
    if (
      textOf(item) === '2' &&
      isParty(items[index + 1]) &&
      /^(?:it|them|that|those|everything|all|rest|proceeds)$/.test(
        textOf(before),
      )
    )
      return word('to', item)
    if (item.type !== 'word') return item
    if (item.text === 'em' && isVerb(before) && textOf(before) !== 'buy')
      return word('them', item)
    return item.text === 'that' &&
      textOf(before) === 'of' &&
      isCount(items[index - 2]) &&
      (endsHere(items[index + 1]) ||
        /^(?:on|in|at|to|into|with|for|back)$/.test(textOf(items[index + 1])))
      ? word('it', item)
      : item
  })
}
