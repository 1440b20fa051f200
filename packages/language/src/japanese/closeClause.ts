import { bindVerbless } from './bindVerbless.js'
import type { Reading } from './Reading.js'
import { readJapaneseAsk } from './readJapaneseAsk.js'
import type { Piece } from './readJapaneseItems.js'
import { completeLast, isLastOpen, readTrailing } from './readTrailing.js'
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
    if (addAsked(reading, slots) || addToAsked(reading, slots)) return
    if (isLastOpen(reading) && completeLast(reading, slots)) return
    // `まだ送らないで、100USDCをbob.ethに`: what is not to be done.
    if (reading.forbidden === reading.sentence) return
    if (!isAsking(reading, slots) && bindVerbless(reading, slots)) return
  }
  if (reading.drafts.length > 0) readTrailing(reading, slots)
}

const ASKING =
  /見積|いくら|何|なに|どれ|どう|どの|どこ|どっち|べき|場合|方法|やり方|手順|とは|って(?:ば)?[?？]|かな/

/** A question that could not be read is no order that leaves out its verb. */
function isAsking(reading: Reading, slots: readonly Slot[]): boolean {
  // `友達が1ETHをUSDCに替えたって`: told of, and not ordered.
  if (slots.some((slot) => slot.type === 'word' && slot.told === true))
    return true
  const first = slots[0]
  const last = slots.at(-1)
  if (first === undefined || last === undefined) return false
  const said = reading.normalised.text.slice(first.start, last.end + 1)
  return (
    ASKING.test(said) ||
    (/[?？]$/.test(said) && !/お願い|おねがい|頼|いい|よろしく/.test(said))
  )
}

function addAsked(reading: Reading, slots: readonly Slot[]): boolean {
  const found = readAsked(reading, slots)
  if (found === undefined) return false
  if (found === 'advice') reading.advice = true
  else {
    reading.asked = { at: reading.drafts.length, slots }
    reading.drafts.push(found)
  }
  reading.clause += 1
  return true
}

/** `どこが一番高い？USDCの`, `ETHの価格は？BTCは？`: more about what was asked. */
function addToAsked(reading: Reading, slots: readonly Slot[]): boolean {
  const { asked, drafts } = reading
  const before = asked === undefined ? undefined : drafts[asked.at]
  if (
    asked === undefined ||
    before === undefined ||
    asked.at < drafts.length - 1
  )
    return false
  if (before.legs.main?.token === undefined && before.of === undefined) {
    const again = readAsked(reading, [...slots, ...asked.slots])
    if (typeof again !== 'object' || again.topic !== before.topic) return false
    drafts[asked.at] = again
    return true
  }
  const tokens = slots.filter((slot) => slot.type === 'item')
  const [token] = tokens
  if (
    before.legs.main?.token === undefined ||
    tokens.length !== 1 ||
    token?.type !== 'item' ||
    token.item.type !== 'word' ||
    token.item.senses.token === undefined
  )
    return false
  drafts.push({
    ...before,
    clause: reading.clause,
    legs: {
      main: {
        token: {
          start: token.start,
          end: token.end,
          symbol: token.item.senses.token,
          known: true,
        },
      },
    },
  })
  reading.asked = { at: drafts.length - 1, slots }
  reading.clause += 1
  return true
}

function readAsked(
  reading: Reading,
  slots: readonly Slot[],
): ReturnType<typeof readJapaneseAsk> {
  const pieces = slots.filter((slot): slot is Piece => slot.type !== 'ready')
  const first = pieces[0]
  if (first === undefined) return undefined
  const { text } = reading.normalised
  const from = Math.min(...pieces.map((piece) => piece.start))
  const to = Math.max(...pieces.map((piece) => piece.end))
  return readJapaneseAsk({
    // With the mark that ends it: `？` alone tells a question.
    text: text.slice(from, to + 1),
    pieces,
    clause: reading.clause,
    sentence: 1000 + reading.clause,
  })
}
