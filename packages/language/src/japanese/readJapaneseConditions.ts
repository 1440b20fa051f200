import type { Condition } from '@behest/spec'
import { getSenses, getSymbol } from '../lexicon/lexicon.js'
import { readDecimal } from '../numbers/readDecimal.js'
import { createTable } from '../text/createTable.js'
import type { SaidCondition } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import { getJapaneseName } from './readJapaneseItems.js'
import { readMultiplier } from './readNumerals.js'

type Comparator = Condition['comparator']

const NUMBER =
  '[$¥€]?\\s?(\\d[\\d,]{0,30}(?:\\.\\d{1,30})?)(k|m|[百千万億兆]{1,2})?\\s?'
const UNIT =
  '(ドル|円|ユーロ|usdc|usdt|usd|dai|eth|btc|gwei|ギガウェイ|%|パーセント|倍)?\\s?'
const OPERATOR =
  '(以下|以上|未満|より(?:も)?(?:高|低|大き|小さ|安|上|下|多|少な|たか|ひく)|を?(?:下回|割り込|割|切|下まわ)|を?(?:上回|超え|超|越え|突破|上まわ)|(?:に|まで)(?:下が|落ち|下落)|(?:に|まで)(?:上が|上昇)|に(?:なっ|なれ|なる|達し|到達|タッチ|乗っ)|(?:も)?(?:下落|下が|落ち)|(?:も)?(?:上昇|上が))'
const TAIL =
  '((?:[ぁ-ん]|達|到|した){0,8}?(?:まで待って(?:から)?|てからで?|まで|たら|だら|れば|なら|だったら|とき|時|場合|次第|うちに|限り|かつ|または|もしくは|で(?=[^ぁ-ん])|で、|か、?(?=[^ぁ-ん]{1,12}[がは])|て、?(?=[^ぁ-ん]{1,12}[がは])|し、?(?=[^ぁ-ん]{1,12}[がは])|か、|、)に?(?:は|のみ|だけ)?)'
const PATTERN = new RegExp(`${NUMBER}${UNIT}${OPERATOR}${TAIL}`, 'gu')

const UNITS: Readonly<Record<string, string>> = createTable({
  ドル: 'usd',
  usd: 'usd',
  usdc: 'usd',
  usdt: 'usd',
  dai: 'usd',
  円: 'jpy',
  ユーロ: 'eur',
  gwei: 'gwei',
  ギガウェイ: 'gwei',
  '%': 'percent',
  パーセント: 'percent',
})
const DEFAULT_UNITS: Readonly<Record<Condition['subject']['kind'], string>> = {
  price: 'usd',
  gas: 'gwei',
  balance: 'token',
  apy: 'percent',
  health: 'ratio',
  marketCap: 'usd',
  other: 'ratio',
}

/** Finds the conditions of a Japanese sentence, in the order of the text. */
export function readJapaneseConditions(
  normalised: NormalisedText,
): { start: number; end: number; conditions: SaidCondition[] }[] {
  const { text } = normalised
  const groups: { start: number; end: number; conditions: SaidCondition[] }[] =
    []
  let from = 0
  for (const match of text.matchAll(PATTERN)) {
    const [whole, digits = '', scale, unitName, operator = '', tail = ''] =
      match
    const at = match.index
    const start = findSubject(text, from, at)
    const subjectText = text.slice(start, at)
    // Without `が` or `は` in front, the number is an amount: `100ドル以上`.
    if (
      !/(?:が|は|も|ガス代?|gas|手数料|hf|ヘルスファクター|健全性)\s*$/.test(
        subjectText,
      ) &&
      !/(?:が|は)/.test(subjectText)
    )
      continue
    let { decimal } = readDecimal(digits)
    if (scale !== undefined)
      decimal = /^[km]$/.test(scale)
        ? readMultiplier(decimal, scale === 'k' ? '千' : '百万').decimal
        : readMultiplier(decimal, scale).decimal
    const subject = readSubject(subjectText, unitName)
    const relative =
      /^も?(?:下落|下が|落ち|上昇|上が)/.test(operator) && unitName === '%'
    const comparator = flip(
      toComparator(operator),
      /なければ|ない限り|ないなら|まで(?!待)/.test(
        tail + text.slice(at + whole.length, at + whole.length + 4),
      ),
    )
    const said = verbatim(normalised, { start, end: at })
      .replace(/^(?:または|もしくは|あるいは|もし(?:も)?)/, '')
      .replace(/[がは]\s*$/, '')
    const dollar = /[$]/.test(whole.slice(0, 2))
    const group = groups.at(-1)
    const joins = group !== undefined && group.end >= start
    const previous =
      group === undefined ? '' : text.slice(group.start, group.end)
    const join = joins
      ? /(?:または|もしくは|か、?)$/.test(previous) ||
        /^\s*(?:または|もしくは|あるいは)/.test(subjectText)
        ? ('or' as const)
        : ('and' as const)
      : undefined
    const condition: Condition = {
      subject: {
        kind: subject.kind,
        ...(subject.token === undefined
          ? {}
          : { token: { symbol: subject.token } }),
        ...(subject.venue === undefined ? {} : { venue: subject.venue }),
        text: said.slice(0, 400),
      },
      comparator,
      value: decimal,
      unit: dollar
        ? 'usd'
        : subject.kind === 'balance' && unitName !== 'ドル'
          ? 'token'
          : (UNITS[unitName ?? ''] ??
            (unitName === 'eth' || unitName === 'btc'
              ? unitName.toUpperCase()
              : DEFAULT_UNITS[subject.kind])),
      ...(join === undefined ? {} : { join }),
    }
    const one: SaidCondition = {
      start,
      end: at + whole.length,
      condition,
      ...(subject.token === undefined &&
      (subject.kind === 'price' || subject.kind === 'marketCap')
        ? { bare: true as const }
        : {}),
      ...(relative
        ? { problem: { reason: `${decimal}%の変動はどの価格から数えますか？` } }
        : {}),
    }
    if (joins && group !== undefined) {
      group.conditions.push(one)
      group.end = at + whole.length
    } else groups.push({ start, end: at + whole.length, conditions: [one] })
    from = at + whole.length
  }
  return groups
}

function findSubject(text: string, from: number, at: number): number {
  let start = at
  while (
    start > from &&
    at - start < 30 &&
    !/[、。,\n!?！？]/.test(text[start - 1] ?? '')
  )
    start -= 1
  // Only the last `が` or `は` phrase: `USDCをETHにガス代が…`.
  const slice = text.slice(start, at)
  const objects = Math.max(
    slice.lastIndexOf('を'),
    slice.lastIndexOf('て'),
    slice.lastIndexOf('から'),
  )
  if (objects >= 0 && /[がは]/.test(slice.slice(objects))) start += objects + 1
  return start
}

function readSubject(
  text: string,
  unitName: string | undefined,
): { kind: Condition['subject']['kind']; token?: string; venue?: string } {
  const kind =
    /ガス|gas|gwei|手数料/.test(text) ||
    unitName === 'gwei' ||
    unitName === 'ギガウェイ'
      ? 'gas'
      : /ヘルス|健全|health|hf/.test(text)
        ? 'health'
        : /時価総額/.test(text)
          ? 'marketCap'
          : /利回り|金利|apy|apr|年利|利率/.test(text)
            ? 'apy'
            : /残高|持って|保有/.test(text)
              ? 'balance'
              : /tvl|出来高|取引量/.test(text)
                ? 'other'
                : 'price'
  let token: string | undefined
  let venue: string | undefined
  for (const [word] of text.matchAll(/[a-z][a-z0-9.]*|[ァ-ヶー]+/g)) {
    const senses = getSenses(word) ?? getJapaneseName(word)
    if (senses === undefined) continue
    if (
      senses.venue !== undefined &&
      (senses.token === undefined || kind === 'apy' || kind === 'health')
    )
      venue ??= senses.venue
    else token ??= senses.token ?? getSymbol(word)
  }
  return {
    kind,
    ...(token === undefined || kind === 'gas' ? {} : { token }),
    ...(venue === undefined ? {} : { venue }),
  }
}

function toComparator(operator: string): Comparator {
  if (operator === '以下') return '<='
  if (operator === '以上') return '>='
  if (
    operator === '未満' ||
    /下回|割|切|下まわ|より(?:も)?(?:低|小さ|安|下|少な|ひく)/.test(operator)
  )
    return '<'
  if (
    /上回|超|越え|突破|上まわ|より(?:も)?(?:高|大き|上|多|たか)/.test(operator)
  )
    return '>'
  if (/下が|落ち|下落/.test(operator)) return '<='
  if (/上が|上昇/.test(operator)) return '>='
  return '=='
}

function flip(comparator: Comparator, turned: boolean): Comparator {
  if (!turned) return comparator
  return ({ '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '<' } as const)[
    comparator
  ]
}
