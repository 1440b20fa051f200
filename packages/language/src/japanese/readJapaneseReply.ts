import type { ParseContext } from '@behest/spec'
import type { Said } from '../conversation/Reply.js'
import type { Range } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import { toSchedule } from '../time/toSchedule.js'
import { readSlots } from './readSlots.js'
import type { Slot } from './Slot.js'

/** What stands beside a value and says nothing more. */
const POLITE =
  /^(?:(?:お願い|おねがい|頼|よろし|ください|下さい|です|だ|でし|ます|ね|よ|な|かな|いい|良い|ok|で|も|ぐらい|くらい|ほど|だけ|して|しといて|しておいて|する|します|したい|やっぱり?|いや|いえ|違う|違います|間違えた|じゃあ|では|それじゃ|えっと|えーと|はい|うん|そう|ええ|とりあえず|全部で|合計で?|枚|個|円|ドル|ユーロ|倍|分|ぶん|その|この|うち|もう|今|今度|次|替え|変え|換え|変更|使っ|使い|増や|減ら|一度|一回|もう一度|もう一回|もっかい|再度|同じ|こと|もの|の|ん|んで|。|、|！|!|くれ|て|たい|ほしい|欲しい|ように|れ|さい|い|しま|す|ま|宛先|送り先|金額|数量|チェーン|ネットワーク|トークン|アドレス|スリッページ|ください|送金先|担保|プロトコル|ガス代|さっき|先ほど|前回|分だけ|半分|にし|した|リピート|繰り返)+)$/

/**
 * Reads the values of a Japanese reply, in order: `3割`, `1万`, `100ドル分`, `Baseで`.
 * A reply with words of something else in it gives none.
 */
export function readJapaneseReply(
  normalised: NormalisedText,
  context: ParseContext,
): Said[] {
  const { slots, unclear } = readSlots(normalised, context)
  if (unclear) return []
  const said: Said[] = []
  const at = (range: Range) => ({
    start: normalised.startOf(range.start),
    end: normalised.endOf(range.end - 1),
  })
  for (const [index, slot] of slots.entries()) {
    const next = slots[index + 1]
    if (slot.type === 'verb') {
      if (slot.sense === 'keep') {
        // `0.1残して全部`: what stays, and not how much goes.
        const before = said.findLastIndex(
          (each) =>
            each.kind === 'amount' &&
            (each.value as { kind: string }).kind === 'exact',
        )
        const kept = said[before]
        if (kept === undefined) return []
        said.splice(before, said.length - before, {
          ...kept,
          end: Math.max(kept.end, at(slot).end),
          value: {
            kind: 'rest',
            keep: { decimal: (kept.value as { decimal: string }).decimal },
          },
        })
        continue
      }
      // `前回の送金を`: named, and not ordered.
      if (slot.ending !== 'noun' && !/^(?:become|swap)$/.test(slot.sense))
        return []
      continue
    }
    if (slot.type === 'word') {
      if (!POLITE.test(slot.text)) return []
      continue
    }
    if (slot.type === 'ready' || slot.type === 'item')
      for (const one of valuesOf(slot, next, normalised, context))
        said.push({ ...one, ...at(rangeOf(slot, next)) } as Said)
  }
  const rest = said.findIndex(
    (each) =>
      each.kind === 'amount' &&
      (each.value as { kind: string }).kind === 'rest',
  )
  // `0.1残して全部`: the one amount is what is kept.
  return rest < 0
    ? said
    : said.filter((each, place) => each.kind !== 'amount' || place === rest)
}

type Value = Pick<Said, 'kind' | 'value'>

/** An amount of money takes its currency with it. */
function rangeOf(slot: Slot, next: Slot | undefined): Range {
  const isCurrency =
    slot.type === 'item' &&
    slot.item.type === 'number' &&
    next?.type === 'word' &&
    next.text in CURRENCIES
  return { start: slot.start, end: isCurrency ? next.end : slot.end }
}

const CURRENCIES: Readonly<Record<string, string>> = {
  ドル: 'USD',
  円: 'JPY',
  ユーロ: 'EUR',
}

function valuesOf(
  slot: Extract<Slot, { type: 'item' | 'ready' }>,
  next: Slot | undefined,
  normalised: NormalisedText,
  context: ParseContext,
): Value[] {
  const { item } = slot
  switch (item.type) {
    case 'number': {
      if (item.problem !== undefined || /^0(?:\.0*)?$/.test(item.decimal))
        return []
      const currency = next?.type === 'word' ? CURRENCIES[next.text] : undefined
      return [
        {
          kind: 'amount',
          value:
            currency === undefined
              ? { kind: 'exact', decimal: item.decimal }
              : { kind: 'fiat', decimal: item.decimal, currency },
        },
      ]
    }
    case 'quantity': {
      const { quantity } = item
      if (quantity.kind === 'remainder')
        return [{ kind: 'amount', value: { kind: 'share', bps: 10_000 } }]
      return quantity.kind === 'number' || quantity.kind === 'problem'
        ? []
        : [{ kind: 'amount', value: quantity }]
    }
    case 'address':
    case 'name':
      return item.type === 'name' &&
        (item.lookalike !== undefined || !/[.@]/.test(item.text))
        ? []
        : [{ kind: 'party', value: verbatim(normalised, item) }]
    case 'slippage':
      return item.bps === undefined
        ? []
        : [{ kind: 'slippage', value: item.bps }]
    case 'time': {
      const { schedule, problem } = toSchedule({
        parts: item.parts,
        text: verbatim(normalised, item),
        now: context.now,
        timeZone: context.timeZone,
      })
      return problem === undefined
        ? [{ kind: 'schedule', value: schedule }]
        : []
    }
    case 'conditions':
      return item.conditions.every((each) => each.problem === undefined)
        ? [
            {
              kind: 'when',
              value: item.conditions.map((each) => each.condition),
            },
          ]
        : []
    case 'word': {
      if (item.lookalike !== undefined) return []
      const { token, chain, venue } = item.senses
      if (
        token === undefined &&
        chain === undefined &&
        venue === undefined &&
        /^[a-z][a-z0-9.]{1,15}$/.test(item.text)
      ) {
        const text = verbatim(normalised, item)
        return [
          { kind: 'party', value: text },
          { kind: 'token', value: { symbol: text } },
        ]
      }
      return [
        ...(token === undefined
          ? []
          : [{ kind: 'token', value: { symbol: token } } as const]),
        ...(chain === undefined
          ? []
          : [{ kind: 'chain', value: chain } as const]),
        ...(venue === undefined
          ? []
          : [{ kind: 'venue', value: venue } as const]),
      ]
    }
    default:
      return []
  }
}
