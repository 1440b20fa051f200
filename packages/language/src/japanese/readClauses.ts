import { verbatim } from '../text/tagItems.js'
import { adjustSense } from './adjustSense.js'
import { addClause, readItems } from './bindSlots.js'
import { addGaps } from './bindVerbless.js'
import { closeClause } from './closeClause.js'
import { fillBuy } from './fillBuy.js'
import { foldEven } from './foldEven.js'
import { endsClause, isAbout } from './isOrder.js'
import type { Reading } from './Reading.js'
import { isKnownWord } from './readJapaneseItems.js'
import { keepBack, readKept } from './readKept.js'
import type { Slot } from './Slot.js'

type VerbSlot = Extract<Slot, { type: 'verb' }>

/** Reads the slots clause by clause, each up to its verb. */
export function readClauses(reading: Reading, slots: readonly Slot[]): void {
  let current: Slot[] = []
  for (const [at, slot] of slots.entries()) {
    if (slot.type === 'stop') {
      closeClause(reading, current)
      current = []
      reading.sentence += 1
    } else if (slot.type === 'particle' && slot.text === '以外') {
      // `0.05ETH以外全部USDCに`: what stays, as with 残して.
      const stays = readKept(current)
      if (stays === undefined) current.push(slot)
      else {
        reading.kept = stays
        current = []
      }
    } else if (slot.type === 'verb')
      current = readVerb({ reading, slots, at, slot, current })
    else current.push(slot)
  }
  closeClause(reading, current)
}

/** Reads a verb with what stands in front of it; gives what is left for the next. */
function readVerb(options: {
  readonly reading: Reading
  readonly slots: readonly Slot[]
  readonly at: number
  readonly slot: VerbSlot
  readonly current: Slot[]
}): Slot[] {
  const { reading, slots, at, slot, current } = options
  const next = slots[at + 1]
  const asWord = (text = verbatim(reading.normalised, slot)): Slot => ({
    type: 'word',
    text,
    start: slot.start,
    end: slot.end,
    ...(slot.ending === 'noun' || slot.sense === 'get' ? {} : { told: true }),
  })
  // `0.1ETHだけ残して、…`: what stays of all that is named next, or was.
  if (slot.sense === 'keep') {
    const stays = readKept(current)
    if (stays !== undefined) {
      if (!keepBack(reading.drafts, stays)) reading.kept = stays
      return current.filter((each) => each.type === 'ready')
    }
  }
  if (slot.sense === 'cancel') return readCancel(options)
  if (slot.text === '解除') {
    const sense = senseOfRelease(current)
    if (sense === undefined) return [...current, asWord()]
    return (
      readOrder(reading, { ...slot, sense }, current, undefined) ?? [
        ...current,
        asWord(),
      ]
    )
  }
  switch (slot.ending) {
    case 'not':
      reading.blocked = true
      reading.forbidden = reading.sentence
      reading.clause += 1
      return []
    case 'ask':
      return [...current, asWord()]
    case 'state':
      // `Aaveに預けているUSDCを引き出して`: where it is, said beforehand.
      return next?.type === 'item'
        ? [
            ...placesOf(current),
            // `ステーキングしているETHを解除`: what is to be undone.
            ...(isReleased(slots, at) ? [asWord()] : []),
          ]
        : [...current, asWord()]
    case 'past':
      // `交換したUSDCを…`: what an earlier step gave.
      if (next?.type === 'item')
        return [
          ...(STAYS.test(slot.sense) ? placesOf(current) : []),
          // `0x…に出した許可を取り消して`
          ...(slot.sense === 'approve' || slot.text === '出し'
            ? partiesOf(current)
            : []),
          asWord('した'),
        ]
      reading.blocked ||= next === undefined || next.type === 'stop'
      return []
    case 'noun':
      if (
        !(endsClause(slots, at) || isHeading(slots, at)) ||
        isThing(slots, at, current)
      )
        return [...current, asWord(slot.text)]
      break
    case 'if':
      // `替えたらいくら`, `送るときのガス代`: supposed, with nothing that follows.
      if (!isFollowed(slots, at)) return [...current, asWord()]
      break
    case 'order':
      break
    default:
      slot.ending satisfies never
  }
  // `…したらいくらになる？` is a question about an order.
  if (isAbout(reading.normalised.text, slot, slots, at))
    return [...current, asWord()]
  const ahead = slots
    .slice(at + 1, at + 24)
    .find((each) => each.type === 'verb' || each.type === 'stop')
  const nextSense = ahead?.type === 'verb' ? ahead.sense : undefined
  return readOrder(reading, slot, current, nextSense) ?? [...current, asWord()]
}

/** `…替えて、やっぱりやめて`: nothing of what was said so far is to be done. */
function readCancel(options: {
  readonly reading: Reading
  readonly slot: VerbSlot
  readonly current: readonly Slot[]
}): Slot[] {
  const { reading, slot, current } = options
  if (slot.ending === 'not' || slot.ending === 'if') return []
  reading.blocked = true
  // `Aaveはやめて、…`: that alone is not wanted.
  if (
    current.some(
      (each) =>
        each.type === 'item' && !/^(?:symbol|break)$/.test(each.item.type),
    )
  )
    return []
  reading.drafts.length = 0
  reading.clauses.length = 0
  reading.pending = []
  reading.last = undefined
  reading.kept = undefined
  return []
}

/** Binds an order; `undefined` where its verb is none of an order here. */
function readOrder(
  reading: Reading,
  slot: VerbSlot,
  current: readonly Slot[],
  nextSense: string | undefined,
): Slot[] | undefined {
  if (isElsewhere(slot.sense, current)) return undefined
  // `WETHを払って、2000USDCを手に入れる`: what is paid for what comes next.
  if (/^(?:払|支払|出し)$/.test(slot.text) && isPaid(current)) {
    const last = current.at(-1)
    if (last?.type === 'particle' && nextSense === 'buy')
      return [...current.slice(0, -1), { ...last, text: 'を使って' }]
  }
  const verb = slot.sense === 'become' ? 'swap' : slot.sense
  const said = [...reading.pending, ...current]
  const even = foldEven(said, verb)
  const slots = even?.slots ?? addGaps(reading, said, verb)
  if (even !== undefined) {
    reading.pending = []
    addClause(reading, {
      sense: 'split',
      verb: { start: slot.start, end: slot.end },
      verbText: slot.text,
      slots,
      items: readItems(reading, slots, 'swap'),
      among: even.among,
    })
    return []
  }
  const items = readItems(reading, slots, verb)
  if (slot.sense === 'become' && fillBuy(reading.drafts, items)) return []
  const sense = adjustSense(verb, slot.text, items)
  if (sense === '') return undefined
  reading.pending = []
  addClause(reading, {
    sense,
    verb: { start: slot.start, end: slot.end },
    verbText: slot.text,
    slots,
    items,
  })
  return []
}

/** `花を送って`, `晩ごはんは何にしよう`: an object that no wallet holds. */
function isElsewhere(sense: string, slots: readonly Slot[]): boolean {
  if (
    slots.some(
      (slot) =>
        (slot.type === 'item' && slot.item.type !== 'number') ||
        (slot.type === 'ready' && slot.item.type !== 'time') ||
        (slot.type === 'word' && /^(?:円|ドル|ユーロ)$/.test(slot.text)),
    )
  )
    return false
  return (
    sense === 'become' ||
    slots.some((slot, at) => {
      const next = slots[at + 1]
      return (
        slot.type === 'word' &&
        next?.type === 'particle' &&
        /^(?:を|は|が)$/.test(next.text) &&
        !isKnownWord(slot.text) &&
        !/^[ァ-ヶー]+$/.test(slot.text)
      )
    })
  )
}

/** `WETHを`, to nobody: money that goes out for something. */
function isPaid(slots: readonly Slot[]): boolean {
  const last = slots.at(-1)
  return (
    last?.type === 'particle' &&
    last.text === 'を' &&
    !slots.some(
      (slot) =>
        slot.type === 'particle' && /^(?:に|へ|宛|から)/.test(slot.text),
    )
  )
}

/** Verbs that leave their money where they put it. */
const STAYS = /^(?:lend|deposit|borrow|stake|lock|long|short|bridge)$/

/** The places that a relative clause names, as those of what it describes. */
function placesOf(slots: readonly Slot[]): Slot[] {
  return slots
    .filter(
      (slot) =>
        slot.type === 'item' &&
        slot.item.type === 'word' &&
        (slot.item.senses.venue !== undefined ||
          slot.item.senses.chain !== undefined),
    )
    .flatMap((slot): Slot[] => [
      slot,
      { type: 'particle', text: '上で', start: slot.end, end: slot.end },
    ])
}

/** Whether something is to be done after a verb in たら or とき. */
function isFollowed(slots: readonly Slot[], at: number): boolean {
  const next = slots[at + 1]
  if (next?.type === 'particle' && /^(?:の|は)$/.test(next.text)) return false
  for (const each of slots.slice(at + 1, at + 40)) {
    if (each.type === 'stop') return false
    if (each.type === 'verb' || each.type === 'item') return true
  }
  return false
}

/** `BTCショート 3倍`, `送金 50USDC`: a heading, with its phrases behind it. */
function isHeading(slots: readonly Slot[], at: number): boolean {
  const behind = slots.slice(at + 1, at + 24)
  const stop = behind.findIndex((each) => each.type === 'stop')
  const rest = stop < 0 ? behind : behind.slice(0, stop)
  return (
    rest[0]?.type === 'item' &&
    rest.some(
      (each) =>
        each.type === 'item' &&
        (each.item.type === 'number' || each.item.type === 'quantity'),
    ) &&
    !rest.some((each) => each.type === 'verb')
  )
}

/** To whom something was given, in a relative clause. */
function partiesOf(slots: readonly Slot[]): Slot[] {
  return slots.flatMap((slot, at): Slot[] => {
    const next = slots[at + 1]
    return slot.type === 'item' &&
      /^(?:address|name)$/.test(slot.item.type) &&
      next?.type === 'particle' &&
      /^(?:に|へ)$/.test(next.text)
      ? [slot, next]
      : []
  })
}

/** Whether the next verb is 解除, which says what it does by what was done. */
function isReleased(slots: readonly Slot[], at: number): boolean {
  const verb = slots
    .slice(at + 1, at + 12)
    .find((each) => each.type === 'verb' || each.type === 'stop')
  return verb?.type === 'verb' && verb.text === '解除'
}

/** What 解除 releases is said in front of it. */
function senseOfRelease(current: readonly Slot[]): string | undefined {
  const said = current
    .map((slot) => (slot.type === 'word' ? slot.text : ''))
    .join(' ')
  return /承認|許可|アプルーブ|アプローブ/.test(said)
    ? 'revoke'
    : /ステ[ーイ]ク|ステーキング|ステイキング/.test(said)
      ? 'unstake'
      : /ロック/.test(said)
        ? 'unlock'
        : /ポジション|ロング|ショート/.test(said)
          ? 'close'
          : undefined
}

/** `Aaveの借入、USDCを返済`: a thing, where another verb takes the object. */
function isThing(
  slots: readonly Slot[],
  at: number,
  current: readonly Slot[],
): boolean {
  const slot = slots[at]
  // `USDCの承認、Uniswapのを消して`
  if (
    slot?.type === 'verb' &&
    slot.sense === 'approve' &&
    slots
      .slice(at + 1, at + 24)
      .some((each) => each.type === 'verb' && each.sense === 'revoke')
  )
    return true
  return (
    slots[at + 1]?.type === 'particle' &&
    !current.some(
      (each) =>
        each.type === 'item' &&
        (each.item.type === 'number' ||
          each.item.type === 'quantity' ||
          (each.item.type === 'word' &&
            each.item.senses.token !== undefined &&
            each.item.senses.venue === undefined)),
    ) &&
    slots.slice(at + 1, at + 40).some((each) => each.type === 'verb')
  )
}
