// One file because particles are read backwards from the verb that ends the
// clause: cutting and binding cannot be told apart.

import type { ParseContext } from '@behest/spec'
import { bindClause } from '../bind/bindClause.js'
import type { DraftStep } from '../bind/DraftStep.js'
import type { Part } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import { createTable } from '../text/createTable.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import { toLocal } from '../time/timeZone.js'
import { foldJapaneseCorrections } from './foldJapaneseCorrections.js'
import { readJapaneseAsk } from './readJapaneseAsk.js'
import { readJapaneseConditions } from './readJapaneseConditions.js'
import { type Piece, readJapaneseItems } from './readJapaneseItems.js'
import { readJapaneseTimes } from './readJapaneseTimes.js'

/** What a Japanese text asks for, before references are resolved. */
export type JapaneseReading = {
  readonly drafts: DraftStep[]
  readonly clauses: { step: number; parts: Part[] }[]
  readonly blocked: boolean
  readonly advice: boolean
  readonly quoted: boolean
  /** Somebody changed their mind, and it cannot be told about what. */
  readonly unclear: boolean
}

type Slot =
  | Piece
  | {
      readonly type: 'ready'
      readonly item: Item
      readonly start: number
      readonly end: number
    }

/** Tells whether a text is to be read as Japanese. */
export function isJapanese(text: string): boolean {
  return (
    /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text) ||
    /[交換送貸借預売買残高価格]/.test(text)
  )
}

/** Reads a Japanese text, clause by clause, each up to its verb. */
export function parseJapanese(
  normalised: NormalisedText,
  context: ParseContext,
): JapaneseReading {
  const { text } = normalised
  const today = toLocal(Date.parse(context.now), context.timeZone).day
  const conditions = readJapaneseConditions(normalised)
  const times = readJapaneseTimes(text, today).filter(
    (time) =>
      !conditions.some(
        (each) => time.start < each.end && each.start < time.end,
      ),
  )
  const quotes = findQuotes(text)
  const all = readJapaneseItems(normalised, context.locale)
  const quoted = quotes.length > 0
  const inside = (piece: Piece, range: { start: number; end: number }) =>
    piece.start >= range.start && piece.start < range.end
  const uncorrected: Slot[] = []
  const ready: Slot[] = [
    ...conditions.map((each) => ({
      type: 'ready' as const,
      start: each.start,
      end: each.end,
      item: {
        type: 'conditions' as const,
        spaced: true,
        start: each.start,
        end: each.end,
        conditions: each.conditions,
      },
    })),
    ...times.map((each) => ({
      type: 'ready' as const,
      start: each.start,
      end: each.end,
      item: {
        type: 'time' as const,
        spaced: true,
        start: each.start,
        end: each.end,
        parts: [each.part],
      },
    })),
  ].sort((a, b) => a.start - b.start)
  for (const piece of all) {
    if (quotes.some((range) => inside(piece, range))) continue
    while (ready[0] !== undefined && ready[0].start <= piece.start)
      uncorrected.push(ready.shift() as Slot)
    if ([...conditions, ...times].some((range) => inside(piece, range)))
      continue
    uncorrected.push(piece)
  }
  uncorrected.push(...ready)
  const { slots, unclear } = foldJapaneseCorrections(uncorrected)
  const drafts: DraftStep[] = []
  const clauses: { step: number; parts: Part[] }[] = []
  let blocked = false
  let advice = false
  let current: Slot[] = []
  let kept: Kept | undefined
  let number = 0
  let sentence = 0
  const asked = () => {
    const pieces = current.filter(
      (slot): slot is Piece => slot.type !== 'ready',
    )
    const first = pieces[0]
    const last = pieces.at(-1)
    if (first === undefined || last === undefined) return false
    const found = readJapaneseAsk({
      text: text.slice(first.start, last.end),
      pieces,
      clause: number,
      sentence: 1000 + number,
    })
    if (found === undefined) return false
    if (found === 'advice') advice = true
    else drafts.push(found)
    number += 1
    return true
  }
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] as Slot
    if (slot.type === 'stop') {
      const follow = current.filter((each) => each.type === 'ready')
      if (!asked() && drafts.length > 0 && follow.length > 0) void follow
      current = []
      sentence += 1
      continue
    }
    if (slot.type !== 'verb') {
      current.push(slot)
      continue
    }
    const next = slots[at + 1]
    // `0.1ETHだけ残して、…`: what stays of all that is named next, or was.
    if (slot.sense === 'keep') {
      const stays = readKept(current)
      if (stays !== undefined) {
        const last = drafts.at(-1)
        if (last === undefined || !keepBack(drafts, stays)) kept = stays
        current = []
        continue
      }
    }
    const isOrder =
      slot.ending === 'order' ||
      slot.ending === 'if' ||
      (slot.ending === 'noun' && endsClause(slots, at))
    if (slot.ending === 'not') {
      blocked = true
      current = []
      number += 1
      continue
    }
    if (slot.ending === 'ask') {
      current.push({
        type: 'word',
        text: verbatim(normalised, slot),
        start: slot.start,
        end: slot.end,
      })
      continue
    }
    if (slot.ending === 'state') {
      // `Aaveに預けているUSDCを引き出して`: where it is, said beforehand.
      const places = current.filter(
        (each) =>
          each.type === 'item' &&
          each.item.type === 'word' &&
          (each.item.senses.venue !== undefined ||
            each.item.senses.chain !== undefined),
      )
      if (next?.type === 'item')
        current = places.flatMap((each): Slot[] => [
          each,
          { type: 'particle', text: '上で', start: each.end, end: each.end },
        ])
      else
        current.push({
          type: 'word',
          text: verbatim(normalised, slot),
          start: slot.start,
          end: slot.end,
        })
      continue
    }
    if (slot.ending === 'past') {
      // `交換したUSDCを…`: what an earlier step gave.
      if (next?.type === 'item') {
        current = []
        current.push({
          type: 'word',
          text: 'した',
          start: slot.start,
          end: slot.end,
        })
      } else {
        current = []
        blocked = blocked || next === undefined || next.type === 'stop'
      }
      continue
    }
    // `Aaveの借入、USDCを返済`: a thing, where another verb takes the object.
    const thing =
      slot.ending === 'noun' &&
      next?.type === 'particle' &&
      !current.some(
        (each) =>
          each.type === 'item' &&
          (each.item.type === 'number' ||
            each.item.type === 'quantity' ||
            (each.item.type === 'word' &&
              each.item.senses.token !== undefined &&
              each.item.senses.venue === undefined)),
      ) &&
      slots.slice(at + 1).some((each) => each.type === 'verb')
    if (!isOrder || thing) {
      current.push({
        type: 'word',
        text: slot.text,
        start: slot.start,
        end: slot.end,
      })
      continue
    }
    // `…したらいくらになる？` is a question about an order.
    if (isAbout(text, slot, slots, at)) {
      const rest = slots
        .slice(at)
        .filter(
          (each): each is Piece =>
            each.type !== 'ready' && each.type !== 'stop',
        )
      current.push(
        ...rest.map(
          (each): Slot =>
            each.type === 'verb'
              ? {
                  type: 'word',
                  text: verbatim(normalised, each),
                  start: each.start,
                  end: each.end,
                }
              : each,
        ),
      )
      at = slots.length
      continue
    }
    const items = withKept(toItems(current, normalised, slot.sense), kept)
    kept = undefined
    const before = current
    current = []
    if (slot.sense === 'become' && fillBuy(drafts, items)) continue
    const sense = adjustSense(
      slot.sense === 'become' ? 'swap' : slot.sense,
      slot.text,
      items,
    )
    if (sense === '') {
      current = [
        ...before,
        {
          type: 'word',
          text: verbatim(normalised, slot),
          start: slot.start,
          end: slot.end,
        },
      ]
      continue
    }
    const parts = readParts({
      items: readQuantities(readSlippage(items)),
      sense,
      normalised,
    })
    const bound = bindClause({
      sense,
      verb: { start: slot.start, end: slot.end },
      verbText: ENGLISH[slot.text] ?? sense,
      parts,
      clause: number,
      sentence,
      joined: true,
    })
    clauses.push({ step: drafts.length, parts })
    drafts.push(...bound)
    number += 1
  }
  const trailing = current.filter((each) => each.type === 'ready')
  if (
    trailing.length <
      current.filter((each) => each.type !== 'particle').length &&
    asked()
  ) {
    // A question behind the orders, or instead of them.
  } else if (drafts.length === 0) {
    // `1万USDCをETHに`: the trade without its verb.
    const items = withKept(toItems(current, normalised, 'swap'), kept)
    const parts = readParts({
      items: readQuantities(readSlippage(items)),
      sense: 'swap',
      normalised,
    })
    const monies = parts.filter((part) => part.type === 'money')
    const first = current[0]
    if (
      first !== undefined &&
      monies.length === 2 &&
      monies.some((money) => money.cue === 'to' && money.token !== undefined) &&
      monies.every((money) => money.token !== undefined)
    )
      drafts.push(
        ...bindClause({
          sense: 'swap',
          verb: { start: first.start, end: first.start + 1 },
          verbText: 'swap',
          parts,
          clause: number,
          sentence,
          joined: false,
        }),
      )
  } else if (
    drafts.length > 0 &&
    trailing.length > 0 &&
    trailing.length ===
      current.filter((each) => each.type !== 'particle').length
  ) {
    const last = drafts.at(-1) as DraftStep
    const more = trailing.flatMap((each) =>
      each.type === 'ready' ? [each.item] : [],
    )
    drafts[drafts.length - 1] = {
      ...last,
      times: [
        ...(last.times ?? []),
        ...more.flatMap((item) =>
          item.type === 'time'
            ? [{ start: item.start, end: item.end, parts: item.parts }]
            : [],
        ),
      ],
      conditions: [
        ...(last.conditions ?? []),
        ...more.flatMap((item) =>
          item.type === 'conditions' ? item.conditions : [],
        ),
      ],
    }
  } else if (drafts.length > 0 && current.length > 0) {
    // `…して、スリッページは1%まで`: more about the last order.
    const trailingItems = toItems(current, normalised, 'swap')
    const parts = readParts({
      items: readQuantities(readSlippage(trailingItems)),
      sense: 'swap',
      normalised,
    })
    const monies = parts.filter((part) => part.type === 'money')
    const [money] = monies
    const party = parts.find((part) => part.type === 'party')
    const said = current.flatMap((each) =>
      each.type === 'word' ? [each.text] : [],
    )
    // `1ETH売ってUSDCに`, `3倍ロング、100USDCで`: an argument behind its verb.
    if (monies.length === 1 && money?.cue === 'to')
      fillBuy(drafts, trailingItems)
    const before = drafts.at(-1) as DraftStep
    const backs =
      monies.length === 1 &&
      (money?.cue === 'with' ||
        said.some((word) => /^(?:担保|証拠金|マージン)$/.test(word))) &&
      money !== undefined &&
      /^(?:long|short)$/.test(before.action) &&
      before.legs.collateral === undefined
    const last: DraftStep = backs
      ? {
          ...before,
          legs: {
            ...before.legs,
            collateral: {
              ...(money.token === undefined ? {} : { token: money.token }),
              ...(money.amount === undefined ? {} : { amount: money.amount }),
            },
          },
        }
      : // `送って、宛先はbob.eth`
        before.action === 'transfer' &&
          before.to === undefined &&
          party !== undefined &&
          party.problem === undefined
        ? {
            ...before,
            to: { start: party.start, end: party.end, value: party.text },
          }
        : before
    const filled = fillMain(last, money)
    const slip = parts.find((part) => part.type === 'slippage')
    const venue = parts.find((part) => part.type === 'venue')
    const chain = parts.find((part) => part.type === 'chain')
    const spends = last.action === 'approve' || last.action === 'revoke'
    drafts[drafts.length - 1] = {
      ...filled,
      ...(venue !== undefined && spends && last.spender === undefined
        ? {
            spender: { start: venue.start, end: venue.end, value: venue.id },
          }
        : {}),
      ...(slip?.bps === undefined
        ? {}
        : {
            slippageBps: { start: slip.start, end: slip.end, value: slip.bps },
          }),
      ...(venue === undefined || last.venue !== undefined || spends
        ? {}
        : { venue: { start: venue.start, end: venue.end, value: venue.id } }),
      ...(chain === undefined || last.chain !== undefined
        ? {}
        : { chain: { start: chain.start, end: chain.end, value: chain.id } }),
    }
    clauses.push({ step: drafts.length - 1, parts })
  }
  return { drafts, clauses, blocked, advice, quoted, unclear }
}

/** `bob.ethに送る、50USDC`: how much, said behind the verb. */
function fillMain(
  draft: DraftStep,
  money: Extract<Part, { type: 'money' }> | undefined,
): DraftStep {
  const { main } = draft.legs
  if (
    money?.amount === undefined ||
    money.cue === 'to' ||
    money.pronoun !== undefined ||
    draft.action === 'swap' ||
    draft.action === 'ask' ||
    main?.amount !== undefined ||
    main?.pronoun !== undefined ||
    (main?.token === undefined) === (money.token === undefined)
  )
    return draft
  const { elliptic: _, ...rest } = draft
  return {
    ...rest,
    legs: {
      ...draft.legs,
      main: {
        ...main,
        ...(money.token === undefined ? {} : { token: money.token }),
        amount: money.amount,
      },
    },
  }
}

/** What is to stay behind, and of what. */
type Kept = {
  readonly number: Extract<Item, { type: 'number' }>
  readonly token: Extract<Item, { type: 'word' }>
}

function readKept(slots: readonly Slot[]): Kept | undefined {
  let number: Kept['number'] | undefined
  let token: Kept['token'] | undefined
  for (const slot of slots) {
    if (slot.type !== 'item') continue
    if (slot.item.type === 'number') number = slot.item
    else if (slot.item.type === 'word' && slot.item.senses.token !== undefined)
      token = slot.item
  }
  return number === undefined ||
    token === undefined ||
    number.problem !== undefined
    ? undefined
    : { number, token }
}

/** `…を全部交換して、0.1ETHは残して`: takes it off the order before. */
function keepBack(drafts: DraftStep[], kept: Kept): boolean {
  const last = drafts.at(-1)
  if (last === undefined) return false
  const name = last.legs.sell === undefined ? 'main' : 'sell'
  const leg = last.legs[name]
  if (
    leg?.amount?.value.kind !== 'share' ||
    leg.amount.value.bps !== 10_000 ||
    leg.token?.symbol !== kept.token.senses.token
  )
    return false
  drafts[drafts.length - 1] = {
    ...last,
    legs: {
      ...last.legs,
      [name]: {
        ...leg,
        // From `全部` to what is kept: both say how much.
        amount: {
          start: Math.min(leg.amount.start, kept.number.start),
          end: Math.max(leg.amount.end, kept.number.end),
          value: { kind: 'rest', keep: { decimal: kept.number.decimal } },
        },
      },
    },
  }
  return true
}

/** Puts `all but 0.1 eth` in the place of `all`. */
function withKept(items: readonly Item[], kept: Kept | undefined): Item[] {
  if (kept === undefined) return [...items]
  const at = items.findIndex(
    (item) =>
      item.type === 'quantity' &&
      (item.quantity.kind === 'remainder' ||
        (item.quantity.kind === 'share' && item.quantity.bps === 10_000)),
  )
  const rest: Item = {
    start: kept.number.start,
    end: kept.number.end,
    spaced: true,
    type: 'quantity',
    quantity: { kind: 'rest', keep: { decimal: kept.number.decimal } },
  }
  if (at < 0) return [...items, rest, kept.token]
  const named = items[at + 1]
  const own =
    named?.type === 'word' && named.senses.token === kept.token.senses.token
  return [
    ...items.slice(0, at),
    rest,
    ...(own ? [] : [kept.token]),
    ...items.slice(at + 1),
  ]
}

/** `売ってUSDCにして`: what the sale before is to become. */
function fillBuy(drafts: DraftStep[], items: readonly Item[]): boolean {
  const last = drafts.at(-1)
  const token = items.find(
    (item) => item.type === 'word' && item.senses.token !== undefined,
  )
  const plain = items.filter((item) => item.type !== 'break').length
  if (
    last?.action !== 'swap' ||
    last.legs.buy?.token !== undefined ||
    token?.type !== 'word' ||
    plain > 2
  )
    return false
  drafts[drafts.length - 1] = {
    ...last,
    legs: {
      ...last.legs,
      buy: {
        ...last.legs.buy,
        token: {
          start: token.start,
          end: token.end,
          symbol: token.senses.token as string,
          known: true,
        },
      },
    },
  }
  return true
}

/** The few verbs whose own word decides the reading. */
const ENGLISH: Readonly<Record<string, string>> = createTable({
  払: 'pay',
  支払: 'pay',
  渡: 'give',
})

function endsClause(slots: readonly Slot[], at: number): boolean {
  const next = slots[at + 1]
  if (next === undefined || next.type === 'stop') return true
  if (next.type === 'particle' && next.text === '、') return true
  if (next.type === 'particle' && next.text === 'を') {
    const after = slots[at + 2]
    return (
      after === undefined ||
      after.type === 'stop' ||
      (after.type === 'word' &&
        /^(?:お願い|し|頼|おねがい|実行|希望)/.test(after.text))
    )
  }
  if (
    next.type === 'word' &&
    /^(?:お願い|その後|次に|そして|頼|希望|を?お願い|ください)/.test(next.text)
  )
    return true
  return (
    next.type === 'ready' &&
    slots
      .slice(at + 1)
      .every((slot) => slot.type === 'ready' || slot.type === 'stop')
  )
}

function isAbout(
  text: string,
  slot: Slot,
  slots: readonly Slot[],
  at: number,
): boolean {
  const end =
    slots.slice(at).find((each) => each.type === 'stop')?.start ?? text.length
  const rest = text.slice(slot.start, end + 1)
  return /(?:たら|れば|ると|すると|場合|なら)[^、。]{0,12}(?:いくら|どれ|何|どう|どのくらい|幾ら)|(?:ますか|のか|るの)?[はが]?(?:いくら|どのくらい|どれくらい)|べき|方法|やり方|とは何|って(?:何|なに|どういう)|(?:ほう|方)が(?:いい|良い|よい)|(?:して|ても)(?:も)?(?:いい|良い|大丈夫)(?:です)?か|どうやって|の(?:見積|価格|レート)/.test(
    rest,
  )
}

/** Puts particles in front, where the reader of roles expects its cues. */
function toItems(
  slots: readonly Slot[],
  normalised: NormalisedText,
  sense: string,
): Item[] {
  const out: Item[] = []
  let group: Slot[] = []
  let pending: Item[][] = []
  const word = (text: string, at: number): Item => ({
    type: 'word',
    text,
    senses: {},
    spaced: true,
    start: at,
    end: at,
  })
  const flush = (particle: string, at: number) => {
    let content = group.flatMap((slot) => contentOf(slot, normalised))
    group = []
    if (content.length === 0 && pending.length === 0) return
    if (/^(?:に|へ)$/.test(particle)) content = cutObject(content, at)
    content = float(content, particle, at)
    if (content.length === 0 && pending.length === 0) return
    const { before, last } = splitLast(content, sense, particle)
    out.push(...before)
    const list = [...pending, last].filter((each) => each.length > 0)
    pending = []
    const cue = cueOf(particle, last, sense)
    const first = list[0]?.[0]
    if (first === undefined) return
    if (/^(?:on|from|via)$/.test(cue))
      // `GMXで`: a place here, whatever else bears the name.
      for (const items of list)
        for (const [index, item] of items.entries())
          if (
            item.type === 'word' &&
            (item.senses.venue !== undefined ||
              item.senses.chain !== undefined) &&
            item.senses.token !== undefined
          ) {
            const { token: _, ...senses } = item.senses
            items[index] = { ...item, senses }
          }
    if (cue === '') object = { at: out.length + 1, items: list }
    // A phrase with no cue of its own must not take that of the one before.
    out.push({
      type: 'break',
      strength: 'line',
      start: first.start,
      end: first.start,
      spaced: true,
    })
    if (cue !== '') out.push(word(cue, first.start))
    for (const [index, items] of list.entries()) {
      if (index > 0) out.push(word('and', items[0]?.start ?? at))
      out.push(...items)
    }
    if (cue === 'against') out.push(word('collateral', at))
  }
  /** `USDCを全部`, `イーサを0.1枚`: the amount floats behind its object. */
  let object: { at: number; items: Item[][] } | undefined
  const float = (content: Item[], particle: string, at: number): Item[] => {
    const [first, second] = content
    const isShare = first?.type === 'quantity'
    const isCount =
      first?.type === 'number' &&
      (second === undefined ||
        (second.type === 'word' &&
          /^(?:each|dollars|jpy|euro|percent)$/.test(second.text) &&
          content.length === 2))
    if (
      !isShare &&
      !isCount &&
      !(first?.type === 'number' && counted.has(first.start))
    )
      return content
    const named = object?.items
      .at(-1)
      ?.some(
        (item) =>
          item.type === 'word' &&
          (item.senses.token !== undefined ||
            item.text === 'it' ||
            Object.keys(item.senses).length === 0),
      )
    const filled = object?.items.some((items) =>
      items.some((item) => item.type === 'number' || item.type === 'quantity'),
    )
    const length =
      second !== undefined &&
      second.type === 'word' &&
      /^(?:each|dollars|jpy|euro|percent)$/.test(second.text)
        ? 2
        : 1
    if (named && !filled && object !== undefined) {
      out.splice(object.at, 0, ...content.slice(0, length))
      object = { ...object, items: [[first as Item]] }
      return content.slice(length)
    }
    // `全部USDCに替えて`: all of it, and not all USDC.
    if (
      isShare &&
      second?.type === 'word' &&
      second.senses.token !== undefined &&
      /^(?:に|へ)$/.test(particle) &&
      /^(?:swap|buy|sell)$/.test(sense)
    ) {
      out.push(
        { type: 'break', strength: 'line', start: at, end: at, spaced: true },
        first,
      )
      return content.slice(1)
    }
    return content
  }
  /** `ARB全部ETHに`, `100USDC分DAIに`: the object goes in front of the goal. */
  const cutObject = (content: Item[], at: number): Item[] => {
    const end = endOfObject(content, sense)
    if (end === 0) return content
    out.push(
      { type: 'break', strength: 'line', start: at, end: at, spaced: true },
      ...reorder(
        content
          .slice(0, end)
          .filter((item) => !('text' in item && item.text === 'worth')),
      ),
    )
    return content.slice(end)
  }
  const counted = new Set<number>()
  for (const [index, slot] of slots.entries()) {
    const next = slots[index + 1]
    if (
      slot.type === 'item' &&
      next?.type === 'word' &&
      /^[枚個]$/.test(next.text)
    )
      counted.add(slot.start)
  }
  for (const slot of slots) {
    if (slot.type === 'ready') {
      flush('', slot.start)
      out.push(slot.item)
      continue
    }
    if (slot.type !== 'particle') {
      group.push(slot)
      continue
    }
    switch (slot.text) {
      case 'と':
      case 'や':
      case 'および':
      case '及び': {
        const content = cutObject(
          group.flatMap((each) => contentOf(each, normalised)),
          slot.start,
        )
        group = []
        if (content.length > 0) {
          const { before, last } = splitLast(content, sense, '')
          out.push(...before)
          pending.push(last)
        }
        break
      }
      case '、': {
        // A comma between names is a list, elsewhere only a pause.
        const content = group.flatMap((each) => contentOf(each, normalised))
        const behind = slots[slots.indexOf(slot) + 1]
        if (
          sense !== 'send' &&
          !(
            behind?.type === 'word' &&
            /^(?:スリッページ|レバレッジ|手数料|許容)$/.test(behind.text)
          ) &&
          content.some(
            (item) => item.type === 'word' && item.senses.token !== undefined,
          ) &&
          content.length <= 3
        ) {
          pending.push(splitLast(content, sense, '').last)
          group = []
        } else flush('', slot.start)
        break
      }
      case 'の':
      case 'にある':
      case '上の': {
        const content = group.flatMap((each) => contentOf(each, normalised))
        const last = content.at(-1)
        // `Aaveの USDCを`: where it is; `ETHの半分を`: one phrase.
        if (
          last?.type === 'word' &&
          (last.senses.venue !== undefined ||
            last.senses.chain !== undefined) &&
          (last.senses.token === undefined ||
            slot.text !== 'の' ||
            isPlaceNoun(slots, slot, last.senses.venue !== undefined))
        ) {
          group = []
          out.push({
            type: 'break',
            strength: 'line',
            start: last.start,
            end: last.start,
            spaced: true,
          })
          out.push(...content.slice(0, -1), word('on', last.start), last)
        }
        break
      }
      case '分の':
      case 'ぶんの':
      case '相当の':
      case '分':
      case '相当': {
        const content = group.flatMap((each) => contentOf(each, normalised))
        const last = content.at(-1)
        if (
          last?.type === 'word' &&
          last.senses.token !== undefined &&
          /^(?:分|相当)$/.test(slot.text) &&
          sense === 'buy' &&
          object !== undefined &&
          content.some((item) => item.type === 'number')
        ) {
          // `ETHを100USDC分買って`: what is paid for it.
          flush('を使って', slot.start)
        } else if (last?.type === 'word' && last.senses.token !== undefined) {
          group.push({
            type: 'word',
            text: '分',
            start: slot.start,
            end: slot.end,
          })
        } else if (
          // `USDCを200ドル分ETHに`: how much of what was named before.
          /^(?:分|相当)$/.test(slot.text) &&
          object !== undefined &&
          content.some((item) => item.type === 'number')
        )
          flush('', slot.start)
        break
      }
      case 'ずつ':
      case 'それぞれ':
        group.push({
          type: 'word',
          text: 'ずつ',
          start: slot.start,
          end: slot.end,
        })
        break
      case 'だけ':
      case 'ほど':
      case 'くらい':
      case 'ぐらい':
        break
      default:
        flush(slot.text, slot.start)
    }
  }
  const end = slots.at(-1)?.end ?? 0
  flush('', end)
  return out
}

/** Where the object ends and the goal begins: `0.3ETHほど USDCに`. */
function endOfObject(content: readonly Item[], sense: string): number {
  if (!/^(?:swap|sell)$/.test(sense)) return 0
  const isToken = (item: Item | undefined) =>
    item?.type === 'word' && item.senses.token !== undefined
  for (let at = 0; at + 1 < content.length; at += 1) {
    if (!isToken(content[at])) continue
    const before = content[at - 1]
    const next = content[at + 1]
    const counted = before?.type === 'number' || before?.type === 'quantity'
    if (counted && isToken(next)) return at + 1
    if (!isToken(content[at + 2])) continue
    if (
      (next?.type === 'quantity' && next.quantity.kind === 'share') ||
      (/^(?:worth|each)$/.test(textAt(content, at + 1)) && counted)
    )
      return at + 2
  }
  return 0
}

function isPlaceNoun(
  slots: readonly Slot[],
  after: Slot,
  isVenue: boolean,
): boolean {
  const next = slots[slots.indexOf(after) + 1]
  return (
    (next?.type === 'item' &&
      next.item.type === 'word' &&
      next.item.senses.chain === undefined) ||
    (isVenue &&
      (next?.type === 'word' || next?.type === 'verb') &&
      /^(?:報酬|リワード|ローン|債務|借金|ポジション|プール|ボルト|流動性|担保|負債|報酬金|借入|借り入れ|預金|貸付|ステーキング|残高)/.test(
        next.text,
      ))
  )
}

const WORDS: Readonly<Record<string, string>> = createTable({
  ドル: 'dollars',
  円: 'jpy',
  ユーロ: 'euro',
  パーセント: 'percent',
  スリッページ: 'slippage',
  レバレッジ: 'leverage',
  倍: 'x',
  プール: 'pool',
  ボルト: 'vault',
  金庫: 'vault',
  報酬: 'rewards',
  リワード: 'rewards',
  ローン: 'loan',
  債務: 'debt',
  借金: 'debt',
  負債: 'debt',
  ポジション: 'position',
  流動性: 'liquidity',
  担保: 'collateral',
  証拠金: 'collateral',
  マージン: 'collateral',
  手持ち: 'my',
  手元: 'my',
  保有している: 'my',
  持っている: 'my',
  持ってる: 'my',
  保有: 'my',
  私: 'my',
  自分: 'my',
  僕: 'my',
  俺: 'my',
  した: 'the',
  その: 'the',
  この: 'the',
  分: 'worth',
  ずつ: 'each',
  チェーン: 'chain',
  ネットワーク: 'network',
})

function contentOf(slot: Slot, normalised: NormalisedText): Item[] {
  if (slot.type === 'item') return [slot.item]
  if (slot.type !== 'word') return []
  const text = WORDS[slot.text]
  if (text !== undefined)
    return [
      {
        type: 'word',
        text,
        senses: {},
        spaced: text !== 'x',
        start: slot.start,
        end: slot.end,
      },
    ]
  // An unknown name may be a person: `ボブに5USDC送って`.
  if (/^[ァ-ヶー]{2,}$|^[\p{sc=Han}]{2,4}$/u.test(slot.text))
    return [
      {
        type: 'name',
        text: verbatim(normalised, slot),
        spaced: true,
        start: slot.start,
        end: slot.end,
      },
    ]
  return []
}

/** The last noun phrase carries the particle; what stands before it does not. */
function splitLast(
  content: readonly Item[],
  sense: string,
  particle: string,
): { before: Item[]; last: Item[] } {
  const items = content.filter(
    (item) =>
      !(item.type === 'name' && sense !== 'send' && !/[.@]/.test(item.text)),
  )
  const last = items.at(-1)
  if (last === undefined) return { before: [], last: [] }
  const isPlace = (item: Item | undefined) =>
    item?.type === 'word' &&
    (item.senses.venue !== undefined || item.senses.chain !== undefined) &&
    (item.senses.token === undefined ||
      (/^(?:に|へ|から|で|まで)$/.test(particle) &&
        sense !== 'swap' &&
        sense !== 'buy' &&
        sense !== 'sell'))
  if (
    isPlace(last) ||
    last.type === 'name' ||
    last.type === 'address' ||
    last.type === 'hex'
  ) {
    const before = items.slice(0, -1)
    return { before: reorder(before), last: [last] }
  }
  // `Arbitrum USDCを`: a place in front of its token stays by itself.
  let from = 0
  for (const [at, item] of items.entries())
    if (
      isPlace(item) &&
      at < items.length - 1 &&
      !/^(?:pool|vault|chain|network|position|rewards|loan|debt)$/.test(
        textAt(items, at + 1),
      ) &&
      !/^[-/]$/.test(textAt(items, at + 1)) &&
      !/^[-/]$/.test(textAt(items, at - 1))
    )
      from = at + 1
  return {
    before: reorder(items.slice(0, from)),
    last: reorder(items.slice(from)),
  }
}

function textAt(items: readonly Item[], at: number): string {
  const item = items[at]
  return item !== undefined && 'text' in item ? item.text : ''
}

/** `ETH半分`, `USDC 100`: the amount goes in front of its token. */
function reorder(items: readonly Item[]): Item[] {
  const out = [...items]
  for (let at = 0; at + 1 < out.length; at += 1) {
    const token = out[at]
    const amount = out[at + 1]
    if (
      token?.type === 'word' &&
      token.senses.token !== undefined &&
      (amount?.type === 'quantity' || amount?.type === 'number') &&
      out[at - 1]?.type !== 'number' &&
      out[at - 1]?.type !== 'quantity'
    ) {
      const unit = /^(?:%|percent|dollars|jpy|euro)$/.test(textAt(out, at + 2))
        ? 2
        : 1
      const next = out[at + 1 + unit]
      if (next?.type === 'word' && next.senses.token !== undefined) continue
      const moved = out.splice(at + 1, unit)
      out.splice(at, 0, ...moved)
      at += unit
    }
  }
  return out
}

function cueOf(particle: string, last: readonly Item[], sense: string): string {
  const place = last.some(
    (item) =>
      item.type === 'word' &&
      (item.senses.venue !== undefined || item.senses.chain !== undefined),
  )
  const token = last.some(
    (item) => item.type === 'word' && item.senses.token !== undefined,
  )
  switch (particle) {
    case 'に':
    case 'へ':
    case 'まで':
    case '宛に':
    case '宛て':
    case '宛':
    case 'あてに':
      if (/^(?:long|short|borrow)$/.test(sense)) return 'on'
      if (/^(?:vote|claim)$/.test(sense)) return 'on'
      if (sense === 'approve' || sense === 'revoke') return 'for'
      return 'to'
    case 'から':
      return 'from'
    case '経由で':
    case '経由':
    case 'を通じて':
    case 'を通して':
      return 'via'
    case '上で':
    case 'において':
    case 'における':
    case 'の上で':
      return 'on'
    case 'で':
      if (
        place &&
        !(
          token &&
          /^(?:swap|buy)$/.test(sense) &&
          last.some((item) => item.type === 'number')
        )
      )
        return token && sense === 'buy' ? 'with' : 'on'
      return 'with'
    case 'を使って':
    case 'を使い':
    case 'をつかって':
    case 'を利用して':
    case 'を用いて':
    case '使って':
      return place && !token ? 'via' : 'with'
    case 'を担保に':
    case 'を担保にして':
    case 'を担保として':
    case '担保に':
    case '担保で':
    case 'に対して':
      return 'against'
    case 'と':
      return ''
    default:
      return ''
  }
}

function adjustSense(
  sense: string,
  text: string,
  items: readonly Item[],
): string {
  const has = (pattern: RegExp) =>
    items.some((item) => item.type === 'word' && pattern.test(item.text))
  const toToken = items.some((item, at) => {
    const next = items[at + 1]
    return (
      item.type === 'word' &&
      item.text === 'to' &&
      next?.type === 'word' &&
      next.senses.token !== undefined &&
      next.senses.chain === undefined
    )
  })
  if (sense === 'bridge' && text !== 'ブリッジ') return 'move'
  if (sense === 'withdraw' && text === '戻')
    return toToken ? 'swap' : 'withdraw'
  if (
    sense === 'claim' &&
    /^(?:受け取|受取|受けと)$/.test(text) &&
    !has(/^rewards$/)
  )
    return ''
  if (sense === 'deposit' && has(/^liquidity$/)) return 'add'
  if (sense === 'get') return ''
  return sense
}

function findQuotes(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  for (const [open, close] of [
    ['「', '」'],
    ['『', '』'],
    ['"', '"'],
  ] as const) {
    let at = text.indexOf(open)
    while (at >= 0) {
      const end = text.indexOf(close, at + 1)
      if (end < 0) break
      // A quoted name is just a name; a quoted order is someone else's.
      if (end - at > 9 || /[てをにだ]/.test(text.slice(at, end)))
        found.push({ start: at, end: end + 1 })
      at = text.indexOf(open, end + 1)
    }
  }
  return found
}
