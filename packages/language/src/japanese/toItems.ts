import { getVenueKind } from '../lexicon/lexicon.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { contentOf } from './contentOf.js'
import { cueOf } from './cueOf.js'
import { endOfObject, reorder, splitLast } from './nounPhrase.js'
import type { Slot } from './Slot.js'

/** Puts particles in front, where the reader of roles expects its cues. */
export function toItems(
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
    let content = withNames(
      group.flatMap((slot) => contentOf(slot, normalised)),
      particle,
      sense,
    )
    group = []
    if (content.length === 0 && pending.length === 0) return
    if (/^(?:に|へ)$/.test(particle)) content = cutObject(content, at)
    content = float(content, particle, at)
    if (content.length === 0 && pending.length === 0) {
      // `ETHを2枚担保に`: what the count moved to is the collateral.
      if (object !== undefined && cueOf(particle, [], sense) === 'against') {
        out.splice(object.at, 0, word('against', at))
        out.push(word('collateral', at))
      }
      return
    }
    const { before, last } = splitLast(content, sense, particle)
    out.push(...before)
    const list = [...pending, last].filter((each) => each.length > 0)
    pending = []
    const cue =
      particle === '上で' && last.some((item) => isLeft(item, sense))
        ? 'from'
        : cueOf(particle, last, sense)
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
    // `500USDCを全部`: all of those, and no other amount.
    if (
      named &&
      filled &&
      first?.type === 'quantity' &&
      first.quantity.kind === 'share' &&
      first.quantity.bps === 10_000 &&
      object?.items.some((items) =>
        items.some((item) => item.type === 'number'),
      )
    )
      return content.slice(1)
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
  for (const [index, slot] of slots.entries()) {
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
      case 'か':
      case 'または':
      case 'もしくは':
      case 'あるいは':
      case 'それとも':
      case 'or': {
        const behind = slots[index + 1]
        // `ETHかBTCを`: whoever leaves the choice open is asked.
        if (group.at(-1)?.type === 'item' && behind?.type === 'item')
          out.push({
            type: 'limit',
            slot: slotOfChoice(behind.item, sense),
            spaced: true,
            start: slot.start,
            end: slot.end,
            problem: { reason: 'どちらにしますか？' },
          })
        flush('', slot.start)
        break
      }
      case '、': {
        // A comma between names is a list, elsewhere only a pause.
        const content = group.flatMap((each) => contentOf(each, normalised))
        const behind = slots[index + 1]
        if (
          sense !== 'send' &&
          isAlike(content, slots, index + 1) &&
          !(
            behind?.type === 'item' &&
            (behind.item.type === 'quantity' ||
              (behind.item.type === 'number' && isBareCount(slots, index + 1)))
          ) &&
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
        const named = group.at(-1)
        const last =
          named === undefined ? undefined : contentOf(named, normalised).at(-1)
        // `Aaveの USDCを`: where it is; `ETHの半分を`: one phrase.
        if (
          last?.type === 'word' &&
          (last.senses.venue !== undefined ||
            last.senses.chain !== undefined) &&
          (last.senses.token === undefined ||
            slot.text !== 'の' ||
            isPlaceNoun(slots[index + 1], last.senses.venue !== undefined))
        ) {
          const content = group.flatMap((each) => contentOf(each, normalised))
          group = []
          out.push({
            type: 'break',
            strength: 'line',
            start: last.start,
            end: last.start,
            spaced: true,
          })
          out.push(
            ...content.slice(0, -1),
            word(isLeft(last, sense) ? 'from' : 'on', last.start),
            last,
          )
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
          const range = { start: slot.start, end: slot.end }
          group.push({ type: 'word', text: '分', ...range })
          if (slot.text.endsWith('の'))
            group.push({ type: 'word', text: '分の', ...range })
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
      case 'それぞれ': {
        const each: Slot = {
          type: 'word',
          text: 'ずつ',
          start: slot.start,
          end: slot.end,
        }
        const amount = group.filter(
          (one) => !(one.type === 'word' && one.text === 'ずつ'),
        )
        const isAmount =
          amount.length > 0 &&
          amount.every(
            (one) =>
              (one.type === 'item' &&
                /^(?:number|quantity)$/.test(one.item.type)) ||
              (one.type === 'word' &&
                /^(?:枚|個|円|ドル|ユーロ)$/.test(one.text)),
          )
        // `USDCを100ずつETHとDAIに`: how much of what was named before.
        if (slot.text === 'ずつ' && isAmount && object !== undefined) {
          const length =
            object.items.reduce((sum, items) => sum + items.length, 0) +
            object.items.length -
            1
          const said = amount.flatMap((one) => contentOf(one, normalised))
          out.splice(object.at + length, 0, ...said, word('each', slot.start))
          object = { ...object, items: [...object.items, said] }
          group = []
        } else group = [...(slot.text === 'ずつ' ? amount : group), each]
        break
      }
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

/** `MorphoのUSDCをCompoundに移して`: what is moved is taken from where it is. */
function isLeft(item: Item, sense: string): boolean {
  return (
    sense === 'bridge' &&
    item.type === 'word' &&
    item.senses.venue !== undefined &&
    item.senses.chain === undefined &&
    getVenueKind(item.senses.venue) === 'lending'
  )
}

/** Katakana that tells how, and names no place. */
const MANNERS =
  /^(?:アプリ|スマホ|ネット|リアルタイム|メタマスク|マーケット|タイミング|レート|ペース|マックス|セット|パソコン|オンチェーン|ブラウザ|ワンクリック|リスク|コスト|マイペース)$/

/**
 * A name that is written like any other word is a person only in front of に,
 * and only who something is sent to. Where it must be a place, it is asked for.
 */
function withNames(
  content: readonly Item[],
  particle: string,
  sense: string,
): Item[] {
  const isPlain = (item: Item | undefined) =>
    item?.type === 'name' && !/[.@]/.test(item.text)
  const last = content.at(-1)
  if (
    content.length === 1 &&
    last?.type === 'name' &&
    isPlain(last) &&
    sense !== 'send' &&
    /^(?:で|から|経由で|経由|上で|を通じて)$/.test(particle) &&
    /^[ァ-ヶー]{3,}$/.test(last.text) &&
    !MANNERS.test(last.text)
  )
    return [
      {
        type: 'limit',
        slot: 'venue',
        spaced: true,
        start: last.start,
        end: last.end,
        problem: { reason: `「${last.text}」とは何ですか？` },
      },
    ]
  const isGoal = /^(?:に|へ|まで|宛に|宛て|宛|あてに)$/.test(particle)
  return content.filter(
    (item) => !isPlain(item) || (sense === 'send' && isGoal && item === last),
  )
}

/** The argument that a choice leaves open. */
function slotOfChoice(item: Item, sense: string): string {
  if (item.type === 'name' || item.type === 'address') return 'to'
  if (item.type !== 'word') return 'amount'
  const { token, chain, venue } = item.senses
  const isPlaced = /^(?:deposit|lend|stake|withdraw|repay|borrow)$/.test(sense)
  return venue !== undefined && (token === undefined || isPlaced)
    ? 'venue'
    : chain !== undefined && token === undefined
      ? 'chain'
      : 'token'
}

/** Whether what follows a comma says as much as what stands before it: a list. */
function isAlike(
  content: readonly Item[],
  slots: readonly Slot[],
  from: number,
): boolean {
  const isCount = (item: Item) =>
    item.type === 'number' || item.type === 'quantity'
  const counted = content.some(isCount)
  for (const slot of slots.slice(from, from + 5)) {
    if (slot.type === 'particle' || slot.type === 'verb') break
    if (slot.type === 'item' && isCount(slot.item)) return counted
  }
  return !counted
}

/** A number with no name behind it: it counts what was named before. */
function isBareCount(slots: readonly Slot[], at: number): boolean {
  const next = slots[at + 1]
  return !(next?.type === 'item' && next.item.type === 'word')
}

function isPlaceNoun(next: Slot | undefined, isVenue: boolean): boolean {
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
