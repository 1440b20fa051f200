// One file because every kind of argument is read off a quote in the same way.
import type { ParseContext, ParseResult } from '@behest/spec'
import type { DraftLeg, DraftStep } from '../bind/DraftStep.js'
import { buildResult } from '../check/buildResult.js'
import type { Mention, Said } from '../clauses/Part.js'
import { readParty } from '../clauses/parts/readParty.js'
import { readNumbers } from '../numbers/readNumbers.js'
import { foldQuotes } from '../phrases/foldQuotes.js'
import { readConditions } from '../phrases/readConditions.js'
import { readFloors } from '../phrases/readFloors.js'
import { readLimits } from '../phrases/readLimits.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import { resolveSteps } from '../resolve/resolveSteps.js'
import type { Item, Quantity, Range } from '../text/Item.js'
import { type NormalisedText, normaliseText } from '../text/normaliseText.js'
import type { Problem } from '../text/Problem.js'
import { tagItems, verbatim } from '../text/tagItems.js'
import { tokenise } from '../text/tokenise.js'
import { readTimes } from '../time/readTimes.js'
import type { Pointer, PointerAnswer, PointerStep } from './pointerAnswer.js'

type Reader = {
  readonly normalised: NormalisedText
  /** Items before amounts, times and conditions are joined. */
  readonly items: readonly Item[]
  /** The same, with the phrases read. */
  readonly phrases: readonly Item[]
  readonly quotes: readonly Range[]
}

const PRONOUN =
  /^(?:it|them|that|those|all of it|everything|both|the rest|the remainder|the proceeds|それ|全部|両方|残り)$/

/**
 * Turns a model's pointers into steps: each quote has to stand in the user's
 * own words, and its value is what our grammars read there. What cannot be
 * read becomes a question; what stands nowhere, or in a quotation, is dropped.
 */
export function groundAnswer(
  answer: PointerAnswer,
  utterance: string,
  context: ParseContext,
  language: string,
): ParseResult | undefined {
  if (answer.kind === 'none' || answer.steps.length === 0) return undefined
  const normalised = normaliseText(utterance)
  const tagged = readNumbers(
    tagItems(tokenise(normalised), normalised, context.locale),
  )
  const { items } = foldQuotes(tagged, normalised)
  const reader: Reader = {
    normalised,
    items: tagged,
    phrases: readQuantities(
      readTimes(
        readLimits(
          readConditions(
            readSlippage(readFloors(items, normalised)),
            normalised,
          ),
        ),
        context,
      ),
    ),
    quotes: items.filter((item) => item.type === 'quote'),
  }
  const drafts = answer.steps.map((step, index) => toDraft(step, index, reader))
  const { steps, tooMany } = resolveSteps(drafts)
  return buildResult({
    steps,
    normalised,
    context,
    language,
    leftovers: tooMany
      ? [
          {
            step: steps.length - 1,
            problem: { reason: 'One sentence can have ten steps at most.' },
          },
        ]
      : [],
  })
}

/** Where a quote stands in the matching text; nothing if it does not. */
function locate(pointer: Pointer | null, reader: Reader): Range | undefined {
  if (pointer === null || pointer.quote.trim() === '') return undefined
  const { normalised } = reader
  const { utterance } = normalised
  const quote = pointer.quote.trim()
  let at = -1
  for (
    let count = 0;
    count <= Math.min(Math.max(pointer.occurrence, 0), 50);
    count += 1
  ) {
    const next = utterance.indexOf(quote, at + 1)
    if (next < 0) break
    at = next
  }
  if (at < 0) return undefined
  const end = at + quote.length
  let first = -1
  let last = -1
  for (let index = 0; index < normalised.text.length; index += 1) {
    const start = normalised.startOf(index)
    if (start >= end) break
    if (start >= at) {
      if (first < 0) first = index
      last = index + 1
    }
  }
  if (first < 0) return undefined
  const range = { start: first, end: last }
  return reader.quotes.some(
    (each) => each.start <= range.start && range.end <= each.end,
  )
    ? undefined
    : range
}

function within(items: readonly Item[], range: Range): Item[] {
  return items.filter(
    (item) =>
      item.start >= range.start &&
      item.end <= range.end &&
      item.end > item.start,
  )
}

function toDraft(step: PointerStep, index: number, reader: Reader): DraftStep {
  const problems: { slot: string; problem: Problem }[] = []
  const legs: DraftStep['legs'] = {}
  const leg = (
    amount: Pointer | null,
    token: Pointer | null,
    slot: string,
  ): DraftLeg => ({
    ...readToken(token, reader),
    ...readAmount(amount, reader, (problem) =>
      problems.push({
        slot: slot === '' ? 'amount' : `${slot}.amount`,
        problem,
      }),
    ),
  })
  const isSwap = step.action === 'swap'
  if (isSwap) {
    legs.sell = leg(
      step.sellAmount ?? step.amount,
      step.sellToken ?? step.token,
      'sell',
    )
    legs.buy = leg(step.buyAmount, step.buyToken, 'buy')
  } else
    legs.main = leg(
      step.amount ?? step.sellAmount,
      step.token ?? step.sellToken,
      '',
    )
  const collateral = leg(
    step.collateralAmount,
    step.collateralToken,
    'collateral',
  )
  if (Object.keys(collateral).length > 0) legs.collateral = collateral
  const main = legs.sell ?? legs.main
  const place = (pointer: Pointer | null, kind: 'chain' | 'venue') =>
    readPlace(pointer, kind, reader)
  const party = (
    pointer: Pointer | null,
    slot: string,
  ): Said<string> | undefined => {
    const range = locate(pointer, reader)
    if (range === undefined) return undefined
    const [item, ...more] = within(reader.items, range)
    if (item === undefined || more.length > 3) return undefined
    if (
      item.type === 'name' ||
      item.type === 'address' ||
      item.type === 'hex'
    ) {
      const read = readParty(item)
      if (read.problem !== undefined)
        problems.push({ slot, problem: read.problem })
      return { start: item.start, end: item.end, value: read.text }
    }
    const venue = item.type === 'word' ? item.senses.venue : undefined
    return {
      ...range,
      value:
        slot === 'spender' && venue !== undefined
          ? venue
          : verbatim(reader.normalised, range),
    }
  }
  const text = (pointer: Pointer | null): Said<string> | undefined => {
    const range = locate(pointer, reader)
    return range === undefined
      ? undefined
      : { ...range, value: verbatim(reader.normalised, range).slice(0, 100) }
  }
  const chain = place(step.fromChain, 'chain')
  const toChain = place(step.toChain, 'chain')
  const venue = place(step.venue, 'venue')
  const to = party(step.to, 'to')
  const spender = party(step.spender, 'spender')
  const pool = text(step.pool)
  const leverage = readLeverage(step.leverage, reader)
  const slippageBps = readSlippageBps(step.slippage, reader)
  const conditions = overlapping(step.when, reader).flatMap((item) =>
    item.type === 'conditions' ? item.conditions : [],
  )
  const times = overlapping(step.schedule, reader).flatMap((item) =>
    item.type === 'time'
      ? [{ start: item.start, end: item.end, parts: item.parts }]
      : [],
  )
  if (step.when !== null && conditions.length === 0)
    problems.push({
      slot: 'when[0].value',
      problem: { reason: 'When exactly should this happen?' },
    })
  if (step.schedule !== null && times.length === 0)
    problems.push({ slot: 'schedule', problem: { reason: 'When exactly?' } })
  const first = Object.values(legs)
    .flatMap((each) => [each.token, each.amount])
    .find((each) => each !== undefined)
  return {
    action: step.action,
    verb: first ?? { start: 0, end: 1 },
    clause: index,
    sentence: 0,
    joined: false,
    legs,
    ...(main === undefined || Object.keys(main).length === 0
      ? { elliptic: true as const }
      : {}),
    ...(step.topic === null || step.action !== 'ask'
      ? {}
      : { topic: step.topic }),
    ...(step.action === 'ask' && step.topic === null
      ? { topic: 'help' as const }
      : {}),
    ...(chain === undefined ? {} : { chain }),
    ...(toChain === undefined || step.action !== 'bridge' ? {} : { toChain }),
    ...(venue === undefined ? {} : { venue }),
    ...(to === undefined || step.action !== 'transfer' ? {} : { to }),
    ...(spender === undefined || !/^(?:approve|revoke|ask)$/.test(step.action)
      ? {}
      : { spender }),
    ...(pool === undefined || !takesPool(step.action) ? {} : { pool }),
    ...(leverage === undefined || !/^(?:long|short|close)$/.test(step.action)
      ? {}
      : { leverage }),
    ...(slippageBps === undefined ? {} : { slippageBps }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(times.length === 0 ? {} : { times }),
    ...(problems.length === 0 ? {} : { problems }),
  }
}

function takesPool(action: string): boolean {
  return /^(?:swap|supply|deposit|withdraw|claim|lock|unlock|vote|ask)$/.test(
    action,
  )
}

function overlapping(pointer: Pointer | null, reader: Reader): Item[] {
  const range = locate(pointer, reader)
  return range === undefined
    ? []
    : reader.phrases.filter(
        (item) => item.start < range.end && range.start < item.end,
      )
}

function readToken(
  pointer: Pointer | null,
  reader: Reader,
): { token?: Mention } {
  const range = locate(pointer, reader)
  if (range === undefined) return {}
  const named = within(reader.items, range).find(
    (item) => item.type === 'address' || item.type === 'word',
  )
  if (named?.type === 'address') {
    const { problem } = readParty(named)
    return {
      token: {
        start: named.start,
        end: named.end,
        address: named.text,
        known: true,
        ...(problem === undefined ? {} : { problem }),
      },
    }
  }
  if (named?.type !== 'word') return {}
  const said = verbatim(reader.normalised, named)
  return {
    token: {
      start: named.start,
      end: named.end,
      symbol:
        named.lookalike === undefined ? (named.senses.token ?? said) : said,
      known: named.senses.token !== undefined,
      ...(named.lookalike === undefined
        ? {}
        : {
            problem: {
              reason: `"${said}" has letters of another alphabet that look like "${named.lookalike}".`,
            },
          }),
    },
  }
}

/** Reads an amount off its quote; a quote that we cannot read is asked about. */
function readAmount(
  pointer: Pointer | null,
  reader: Reader,
  ask: (problem: Problem) => void,
): { amount?: Said<Quantity>; pronoun?: Said<'it' | 'both'> } {
  const range = locate(pointer, reader)
  if (range === undefined) return {}
  const said = reader.normalised.text.slice(range.start, range.end).trim()
  if (PRONOUN.test(said)) {
    if (/rest|remainder|残り/.test(said))
      return { amount: { ...range, value: { kind: 'remainder' } } }
    return {
      pronoun: { ...range, value: /both|両方/.test(said) ? 'both' : 'it' },
    }
  }
  const [found, ...more] = readQuantities(within(reader.items, range)).filter(
    (item) => item.type === 'number' || item.type === 'quantity',
  )
  if (found === undefined || more.length > 0) {
    ask({
      reason: `How much is "${verbatim(reader.normalised, range).slice(0, 60)}"?`,
    })
    return {}
  }
  const place = { start: found.start, end: found.end }
  if (found.type === 'quantity')
    return { amount: { ...place, value: found.quantity } }
  if (found.type !== 'number') return {}
  return {
    amount: {
      ...place,
      value:
        found.problem !== undefined
          ? { kind: 'problem', problem: found.problem }
          : /^0(?:\.0*)?$/.test(found.decimal)
            ? { kind: 'problem', problem: { reason: 'The amount is zero.' } }
            : { kind: 'number', decimal: found.decimal },
    },
  }
}

function readPlace(
  pointer: Pointer | null,
  kind: 'chain' | 'venue',
  reader: Reader,
): Said<string> | undefined {
  const range = locate(pointer, reader)
  if (range === undefined) return undefined
  const words = within(reader.items, range).filter(
    (item) => item.type === 'word',
  )
  for (const item of words) {
    if (item.type !== 'word') continue
    const known = item.senses[kind]
    if (known !== undefined)
      return { start: item.start, end: item.end, value: known }
  }
  const [only] = words
  return words.length === 1 && only?.type === 'word'
    ? { start: only.start, end: only.end, value: only.text }
    : undefined
}

function readLeverage(
  pointer: Pointer | null,
  reader: Reader,
): Said<string> | undefined {
  const range = locate(pointer, reader)
  if (range === undefined) return undefined
  const number = within(reader.items, range).find(
    (item) => item.type === 'number',
  )
  return number?.type === 'number' && number.problem === undefined
    ? { start: number.start, end: number.end, value: number.decimal }
    : undefined
}

function readSlippageBps(
  pointer: Pointer | null,
  reader: Reader,
): Said<number> | undefined {
  const found = overlapping(pointer, reader).find(
    (item) => item.type === 'slippage',
  )
  return found?.type === 'slippage' && found.bps !== undefined
    ? { start: found.start, end: found.end, value: found.bps }
    : undefined
}
