import type { Item } from '../text/Item.js'
import type { Slot } from './Slot.js'

const MARKS =
  /^(?:いや|いやいや|いえ|じゃなくて|じゃなく|じゃない|ではなくて|ではなく|やっぱり|やっぱ|もとい|訂正|間違えた|間違えました|間違い|間違った|違う|違った)$/
/** These may as well open an order that corrects nothing. */
const WEAK = /^やっぱり?$/
/** Said on the way to a correction. */
const FILLERS =
  /^(?:あ|あー|あっ|おっと|えっと|ごめん|ごめんなさい|すまん|すみません|失礼|待って|ちょっと待って)$/

/** Whoever corrects themselves more often is asked. */
const MOST_CORRECTIONS = 8

type Phrase = {
  readonly from: number
  readonly to: number
  readonly kinds: readonly Kind[]
  /** The particle behind it; empty where there is none. */
  readonly particle: string
}

type Kind =
  | 'amount'
  | 'either'
  | 'token'
  | 'party'
  | 'place'
  | 'name'
  | 'slippage'
  | 'time'

/**
 * Puts a correction in the place of what it corrects: `30USDC、いや50USDCを`,
 * `20DAI送って。やっぱり25DAIで`, `2ETHをUSDTに、間違えた、3ETHをUSDTに`. Each phrase
 * behind the mark must have one phrase before it that it can stand for; what
 * has none leaves the whole unclear, and is asked for.
 */
export function foldJapaneseCorrections(slots: readonly Slot[]): {
  slots: Slot[]
  unclear: boolean
} {
  let folded: Slot[] = []
  let unclear = false
  let corrections = 0
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Slot
    if (!isMark(slot)) {
      folded.push(slot)
      continue
    }
    let next = at + 1
    let strong = !isWeak(slot)
    while (
      isPause(slots[next]) ||
      isMark(slots[next]) ||
      isFiller(slots[next])
    ) {
      strong ||= isMark(slots[next]) && !isWeak(slots[next])
      next += 1
    }
    corrections += 1
    if (corrections > MOST_CORRECTIONS) {
      unclear = true
      at = next - 1
      continue
    }
    const end = endOfClause(slots, next)
    const said = readPhrases(slots, next, end)
    const before = trimmed(folded)
    if (said.length === 0 || before.length === 0) {
      if (strong && before.length > 0 && !isPoliteNo(slots, at)) unclear = true
      continue
    }
    const { replaced, matched } = replace(before, slots, said)
    const old = before.at(-1)
    const verb = slots[end]
    if (old?.type !== 'verb') {
      // What corrects nothing stays where it was said: `…、いや50USDCをbobに送って`.
      if (matched.length === 0 || matched[0] !== said[0]) {
        unclear ||= strong
        continue
      }
      const last = matched.at(-1) as Phrase
      folded = [
        ...replaced,
        ...(tieOf(replaced) === '' ? tieSlots(slots, last) : []),
        ...said
          .filter((phrase) => !matched.includes(phrase))
          .flatMap((phrase) =>
            slots.slice(phrase.from, Math.min(phrase.to + 1, end)),
          ),
      ]
      at = end - 1
      continue
    }
    if (
      matched.length < said.length ||
      (verb?.type === 'verb' && verb.sense !== old.sense)
    ) {
      unclear ||= strong
      continue
    }
    // `20DAI送って、いや25DAI送って`: the order as it should have been.
    folded = replaced
    at = verb?.type === 'verb' ? end : end - 1
  }
  return { slots: folded, unclear }
}

/** The particle of the last corrected phrase, where it had none before. */
function tieSlots(slots: readonly Slot[], phrase: Phrase): Slot[] {
  const tie = slots[phrase.to]
  return tie?.type === 'particle' ? [tie] : []
}

function tieOf(slots: readonly Slot[]): string {
  const last = slots.at(-1)
  return last?.type === 'particle' ? last.text : ''
}

function trimmed(slots: readonly Slot[]): Slot[] {
  const out = [...slots]
  while (
    isPause(out.at(-1)) ||
    out.at(-1)?.type === 'stop' ||
    isFiller(out.at(-1))
  )
    out.pop()
  return out
}

/** Puts each phrase in the place of the one that it fits. */
function replace(
  before: readonly Slot[],
  slots: readonly Slot[],
  said: readonly Phrase[],
): { replaced: Slot[]; matched: Phrase[] } {
  const old = readPhrases(before, sentenceStart(before), before.length)
  const matched: Phrase[] = []
  const places = new Map<Phrase, Slot[]>()
  const kept: { phrase: Phrase; start: number; length: number }[] = []
  for (const one of said) {
    const open = old.filter(
      (phrase) => !kept.some((each) => each.phrase === phrase),
    )
    const direct = open.flatMap((phrase) => {
      const start = suffixOf(phrase.kinds, one.kinds)
      return start < 0 ? [] : [{ phrase, start, length: one.kinds.length }]
    })
    // `USDC、じゃなくてUSDT 500`: the correction says more than it corrects.
    const less = open.flatMap((phrase) =>
      phrase.kinds.every((kind) =>
        one.kinds.some((other) => isSame(kind, other)),
      )
        ? [{ phrase, start: 0, length: phrase.kinds.length }]
        : [],
    )
    const fitting = direct.length > 0 ? direct : less
    const same = fitting.filter(
      ({ phrase }) => phrase.particle === one.particle && one.particle !== '',
    )
    const whole = fitting.filter(
      ({ phrase }) => phrase.kinds.length === one.kinds.length,
    )
    const nearest =
      fitting.find(({ phrase }) => phrase === old.at(-1)) ?? undefined
    const chosen =
      same.length === 1
        ? same[0]
        : fitting.length === 1
          ? fitting[0]
          : nearest !== undefined && one === said[0]
            ? nearest
            : whole.length === 1
              ? whole[0]
              : undefined
    if (chosen === undefined) continue
    matched.push(one)
    kept.push(chosen)
    places.set(chosen.phrase, slots.slice(one.from, one.to))
  }
  const out: Slot[] = []
  for (let at = 0; at < before.length; at += 1) {
    const found = kept.find(({ phrase, start }) => phrase.from + start === at)
    if (found === undefined) {
      out.push(before[at] as Slot)
      continue
    }
    out.push(...(places.get(found.phrase) ?? []))
    at += found.length - 1
  }
  return { replaced: out, matched }
}

/** `Aave` is a place and a token: it stands for either. */
function isSame(one: Kind | undefined, other: Kind): boolean {
  const eithers = [one, other].filter((kind) => kind === 'either').length
  return (
    one === other ||
    (eithers === 1 &&
      [one, other].some((kind) => kind === 'token' || kind === 'place'))
  )
}

/** Where the kinds stand in a phrase: at its end, or at its beginning. */
function suffixOf(whole: readonly Kind[], part: readonly Kind[]): number {
  const fits = (start: number) =>
    start >= 0 && part.every((kind, at) => isSame(whole[start + at], kind))
  const end = whole.length - part.length
  return fits(end) ? end : fits(0) ? 0 : -1
}

/** Only the sentence of the correction, or the one in front of it, is corrected. */
function sentenceStart(slots: readonly Slot[]): number {
  for (let at = slots.length - 1; at >= 0; at -= 1)
    if (slots[at]?.type === 'stop') return at + 1
  return 0
}

function endOfClause(slots: readonly Slot[], from: number): number {
  let at = from
  while (
    at < slots.length &&
    slots[at]?.type !== 'stop' &&
    slots[at]?.type !== 'verb' &&
    !isMark(slots[at])
  )
    at += 1
  return at
}

function readPhrases(
  slots: readonly Slot[],
  from: number,
  to: number,
): Phrase[] {
  const found: Phrase[] = []
  let kinds: Kind[] = []
  let start = from
  const close = (at: number) => {
    const slot = slots[at]
    if (kinds.length > 0)
      found.push({
        from: start,
        to: at,
        kinds,
        particle:
          slot?.type === 'particle' && slot.text !== '、' ? slot.text : '',
      })
    kinds = []
    start = at + 1
  }
  for (let at = from; at < to; at += 1) {
    const kind = kindOf(slots[at])
    if (kind === undefined) close(at)
    else {
      // A time or a limit is a phrase of its own, with no particle between.
      const alone = (each: Kind | undefined) =>
        each === 'time' || each === 'slippage'
      if (kinds.length > 0 && (alone(kind) || alone(kinds.at(-1)))) {
        close(at)
        start = at
      }
      if (kinds.length === 0) start = at
      kinds.push(kind)
    }
  }
  close(to)
  return found
}

function kindOf(slot: Slot | undefined): Kind | undefined {
  if (slot === undefined || !('item' in slot)) return undefined
  const item: Item = slot.item
  switch (item.type) {
    case 'number':
    case 'quantity':
      return 'amount'
    case 'name':
    case 'address':
      return 'party'
    case 'slippage':
      return 'slippage'
    case 'time':
      return 'time'
    case 'word':
      return item.senses.token !== undefined
        ? item.senses.venue === undefined
          ? 'token'
          : 'either'
        : item.senses.chain !== undefined || item.senses.venue !== undefined
          ? 'place'
          : 'name'
    default:
      return undefined
  }
}

function isMark(slot: Slot | undefined): boolean {
  return slot?.type === 'word' && MARKS.test(slot.text)
}

function isFiller(slot: Slot | undefined): boolean {
  return slot?.type === 'word' && FILLERS.test(slot.text)
}

function isWeak(slot: Slot | undefined): boolean {
  return slot?.type === 'word' && WEAK.test(slot.text)
}

function isPause(slot: Slot | undefined): boolean {
  return (
    (slot?.type === 'particle' && slot.text === '、') ||
    (slot?.type === 'item' &&
      slot.item.type === 'symbol' &&
      /^[…・]$/.test(slot.item.text))
  )
}

/** `急ぎじゃないです`: a mark behind no value denies nothing that was said. */
function isPoliteNo(slots: readonly Slot[], at: number): boolean {
  return slots[at - 1]?.type === 'word'
}
