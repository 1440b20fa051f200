import { bindVerbless } from './bindVerbless.js'
import type { Reading } from './Reading.js'
import { readJapaneseAsk } from './readJapaneseAsk.js'
import type { Piece } from './readJapaneseItems.js'
import { readTrailing } from './readTrailing.js'
import type { Slot } from './Slot.js'

/**
 * Reads what no verb followed: a question, an order without its verb, more
 * about the order before, or a time for the one to come.
 */
export function closeClause(reading: Reading, slots: readonly Slot[]): void {
  const said = slots.filter((slot) => slot.type !== 'particle')
  if (said.length === 0) return
  const isTimed = said.every((slot) => slot.type === 'ready')
  if (isTimed && reading.drafts.length === 0) {
    reading.pending.push(...said)
    return
  }
  if (!isTimed) {
    if (addAsked(reading, slots)) return
    if (bindVerbless(reading, slots)) return
  }
  if (reading.drafts.length > 0) readTrailing(reading, slots)
}

function addAsked(reading: Reading, slots: readonly Slot[]): boolean {
  const pieces = slots.filter((slot): slot is Piece => slot.type !== 'ready')
  const first = pieces[0]
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) return false
  const found = readJapaneseAsk({
    text: reading.normalised.text.slice(first.start, last.end),
    pieces,
    clause: reading.clause,
    sentence: 1000 + reading.clause,
  })
  if (found === undefined) return false
  if (found === 'advice') reading.advice = true
  else reading.drafts.push(found)
  reading.clause += 1
  return true
}
