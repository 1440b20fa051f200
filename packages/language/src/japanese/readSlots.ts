import type { ParseContext } from '@behest/spec'
import type { NormalisedText } from '../text/normaliseText.js'
import { toLocal } from '../time/timeZone.js'
import { findQuotes } from './findQuotes.js'
import { foldJapaneseCorrections } from './foldJapaneseCorrections.js'
import { foldLabels } from './foldLabels.js'
import { foldObjects } from './foldObjects.js'
import { readJapaneseConditions } from './readJapaneseConditions.js'
import { readJapaneseFloors } from './readJapaneseFloors.js'
import { readJapaneseItems } from './readJapaneseItems.js'
import { readJapaneseSlippage } from './readJapaneseSlippage.js'
import { readJapaneseTimes } from './readJapaneseTimes.js'
import type { Slot } from './Slot.js'

type Span = { readonly start: number; readonly end: number }

/**
 * Cuts a text into slots: conditions and times as they were read, what is
 * between them piece by piece, without quotations and with corrections folded.
 */
export function readSlots(
  normalised: NormalisedText,
  context: ParseContext,
): { slots: Slot[]; quoted: boolean; unclear: boolean } {
  const { text } = normalised
  const today = toLocal(Date.parse(context.now), context.timeZone).day
  const slippage = readJapaneseSlippage(text)
  const floors = outside(readJapaneseFloors(normalised), slippage)
  const conditions = merge(
    floors,
    outside(readJapaneseConditions(normalised), merge<Span>(floors, slippage)),
  )
  const taken = merge<Span>(conditions, slippage)
  const times = outside(readJapaneseTimes(text, today), taken)
  const quotes = findQuotes(text)
  const ready: Slot[] = merge(
    slippage.map(
      (item): Slot => ({
        type: 'ready',
        start: item.start,
        end: item.end,
        item,
      }),
    ),
    [
      ...conditions.map(
        ({ start, end, conditions: said }): Slot => ({
          type: 'ready',
          start,
          end,
          item: {
            type: 'conditions',
            spaced: true,
            start,
            end,
            conditions: said,
          },
        }),
      ),
      ...times.map(
        ({ start, end, part }): Slot => ({
          type: 'ready',
          start,
          end,
          item: { type: 'time', spaced: true, start, end, parts: [part] },
        }),
      ),
    ],
  )
  const pieces = startOutside(
    readJapaneseItems(normalised, context.locale),
    merge<Span>(ready, quotes),
  )
  const merged: Slot[] = []
  let at = 0
  for (const piece of pieces) {
    for (
      ;
      (ready[at]?.start ?? Number.POSITIVE_INFINITY) <= piece.start;
      at += 1
    )
      merged.push(ready[at] as Slot)
    merged.push(piece)
  }
  merged.push(...ready.slice(at))
  const { slots, unclear } = foldJapaneseCorrections(merged)
  return {
    slots: foldObjects(foldLabels(slots)),
    unclear,
    quoted: quotes.length > 0,
  }
}

function merge<One extends Span>(
  some: readonly One[],
  more: readonly One[],
): One[] {
  return [...some, ...more].sort((a, b) => a.start - b.start)
}

/** What touches none of the taken spans; both are in the order of the text. */
function outside<Found extends Span>(
  found: readonly Found[],
  taken: readonly Span[],
): Found[] {
  let at = 0
  return found.filter((one) => {
    while ((taken[at]?.end ?? Number.POSITIVE_INFINITY) <= one.start) at += 1
    return !((taken[at]?.start ?? Number.POSITIVE_INFINITY) < one.end)
  })
}

/** What starts in none of the taken spans; both are in the order of the text. */
function startOutside<Found extends Span>(
  found: readonly Found[],
  taken: readonly Span[],
): Found[] {
  let at = 0
  return found.filter((one) => {
    while ((taken[at]?.end ?? Number.POSITIVE_INFINITY) <= one.start) at += 1
    return !((taken[at]?.start ?? Number.POSITIVE_INFINITY) <= one.start)
  })
}
