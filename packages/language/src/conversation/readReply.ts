import type { Intent, ParseContext } from '@behest/spec'
import { isJapanese } from '../japanese/isJapanese.js'
import { readJapaneseReply } from '../japanese/readJapaneseReply.js'
import { commonWords } from '../lexicon/lexicon.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { readConditions } from '../phrases/readConditions.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import type { Item } from '../text/Item.js'
import { normaliseText } from '../text/normaliseText.js'
import { tagItems, verbatim } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { readTimes } from '../time/readTimes.js'
import { toSchedule } from '../time/toSchedule.js'
import { isOutput } from './fillDraft.js'
import type { Said } from './Reply.js'

/** Reads the phrases of a reply that can fill a slot, in order. */
export function readReply(words: string, context: ParseContext): Said[] {
  const normalised = normaliseText(words)
  if (isJapanese(normalised.text)) return readJapaneseReply(normalised, context)
  const tagged = readNumbers(
    tagItems(tokenise(normalised), normalised, context.locale),
  )
  const items = readQuantities(
    readTimes(readConditions(readSlippage(tagged), normalised), context),
  )
  const said: Said[] = []
  const at = (item: Item) => ({
    start: normalised.startOf(item.start),
    end: normalised.endOf(item.end - 1),
  })
  for (const item of items) {
    switch (item.type) {
      case 'number':
        if (item.problem === undefined && !/^0(?:\.0*)?$/.test(item.decimal))
          said.push({
            kind: 'amount',
            value: { kind: 'exact', decimal: item.decimal },
            ...at(item),
          })
        break
      case 'quantity': {
        const { quantity } = item
        if (
          quantity.kind === 'share' ||
          quantity.kind === 'fiat' ||
          quantity.kind === 'rest'
        )
          said.push({ kind: 'amount', value: quantity, ...at(item) })
        break
      }
      case 'address':
      case 'name':
        if (item.type === 'address' ? true : item.lookalike === undefined)
          said.push({ kind: 'party', value: item.text, ...at(item) })
        break
      case 'slippage':
        if (item.bps !== undefined)
          said.push({ kind: 'slippage', value: item.bps, ...at(item) })
        break
      case 'time': {
        const { schedule, problem } = toSchedule({
          parts: item.parts,
          text: verbatim(normalised, item),
          now: context.now,
          timeZone: context.timeZone,
        })
        if (problem === undefined)
          said.push({ kind: 'schedule', value: schedule, ...at(item) })
        break
      }
      case 'conditions':
        if (item.conditions.every((each) => each.problem === undefined))
          said.push({
            kind: 'when',
            value: item.conditions.map((each) => each.condition),
            ...at(item),
          })
        break
      case 'word': {
        const { token, chain, venue, verb } = item.senses
        const range = at(item)
        // `usdc pls`: politeness, though a token is called that as well.
        if (
          item.lookalike !== undefined ||
          /^(?:pls|plz|thx)$/.test(words.slice(range.start, range.end))
        )
          break
        if (token !== undefined)
          said.push({ kind: 'token', value: { symbol: token }, ...range })
        if (chain !== undefined)
          said.push({ kind: 'chain', value: chain, ...range })
        if (venue !== undefined)
          said.push({ kind: 'venue', value: venue, ...range })
        if (
          token === undefined &&
          chain === undefined &&
          venue === undefined &&
          verb === undefined &&
          !commonWords.has(item.text) &&
          /^\p{L}/u.test(item.text) &&
          items.length <= 4
        ) {
          const text = verbatim(normalised, item)
          // A name we do not know: a person or a token, as the slot wants it.
          said.push({ kind: 'party', value: text, guessed: true, ...range })
          said.push({
            kind: 'token',
            value: { symbol: text },
            guessed: true,
            ...range,
          })
        }
        break
      }
      default:
    }
  }
  return said
}

export function takes(slot: string, said: Said): boolean {
  const path = slot.replace(/^steps\[\d+\]\.?/, '').replace(/^of\./, '')
  switch (said.kind) {
    case 'amount':
      return (
        /(?:^|\.)amount$/.test(path) ||
        (path === 'maxSlippageBps' && isShare(said.value))
      )
    case 'token':
      return /(?:^|\.)token$/.test(path) && !path.startsWith('when')
    case 'party':
      return /^(?:to|spender|account)$/.test(path)
    case 'chain':
      return /^(?:toChain|chain)$/.test(path)
    case 'venue':
      return /^(?:venue|spender)$/.test(path)
    case 'pool':
      return path === 'pool'
    case 'slippage':
      return path === 'maxSlippageBps'
    case 'schedule':
      return path === 'schedule'
    case 'when':
      return /^when\[/.test(path)
  }
}

function isShare(value: unknown): boolean {
  return (value as { kind?: string }).kind === 'share'
}

export function toValue(slot: string, said: Said): unknown {
  return slot.endsWith('maxSlippageBps') && said.kind === 'amount'
    ? (said.value as { bps: number }).bps
    : said.value
}

/** The slot of a kind that was said last: what a correction corrects. */
export function findSaid(
  draft: Intent,
  kind: Said['kind'],
): string | undefined {
  const suffix: Readonly<Record<Said['kind'], RegExp>> = {
    amount: /(?:^|\.)amount$/,
    token: /(?:^|\.)token$/,
    party: /^(?:to|spender)$/,
    chain: /^(?:toChain|chain)$/,
    venue: /^venue$/,
    pool: /^pool$/,
    slippage: /^maxSlippageBps$/,
    schedule: /^schedule$/,
    when: /^when/,
  }
  let found: { slot: string; end: number } | undefined
  for (const [index, step] of draft.steps.entries())
    for (const [path, span] of Object.entries(step.spans))
      if (
        suffix[kind].test(path) &&
        // What a step before gives is no number that could be another one.
        !(kind === 'amount' && isOutput(step, path)) &&
        (found === undefined || span[1] > found.end)
      )
        found = { slot: `steps[${index}].${path}`, end: span[1] }
  return found?.slot
}

const LINKS =
  /^(?:with|on|in|via|from|out|to|for|at|only|just|please|pls|plz|use|of|it|my|the|and|but|max|slippage|で|に|を|から|へ|は|して|変更|変えて|替えて|増やして|減らして|お願いします|お願い|ください|だけ|いい|です|いや|やっぱり|やっぱ|スリッページ|[\s,.!。、])*$/i

/** What is left beside the values is no sentence: nothing is told or asked. */
export function saysNothingElse(words: string, said: readonly Said[]): boolean {
  let rest = words
  for (const { start, end } of said)
    rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end)
  return LINKS.test(rest)
}
