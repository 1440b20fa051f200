import type { Mention, Money, Part, Said } from '../../clauses/Part.js'
import type { DraftStep } from '../DraftStep.js'
import { divideEvenly, EVENLY } from '../divideEvenly.js'
import { chainsOf, moneyOf, venuesOf, wordsOf } from '../partsOf.js'
import type { ReadClause } from '../ReadClause.js'
import { readCommon } from '../readCommon.js'
import { saidPlace, saidPlaces, saidPool } from '../saidPlaces.js'
import { joinHalves, shareAmounts } from '../shareAmounts.js'
import { toLeg } from '../toLeg.js'
import { withRecipient } from '../withRecipient.js'
import { UNWRAPPED, WRAPPED } from '../wrapped.js'
import { buysFirstOf, type Pair, pairMonies } from './pairMonies.js'

/** Verbs that part with the whole of a thing unless a number is said. */
const OUTRIGHT =
  /^(?:dump|offload|unload|liquidate|cash ?out|get rid of|sell off|sell out|ditch|paper ?hand|jeet|rug|nuke)/

export function bindTrade(clause: ReadClause, sense: string): DraftStep[] {
  const { parts } = clause
  const common = readCommon(clause)
  const places = saidPlaces(parts)
  const pool = saidPool(parts)
  const { pairs, conditions, problems } = pairMonies(clause, sense, common)
  const monies = moneyOf(parts)
  const buysFirst = buysFirstOf(sense)
  const steps: DraftStep[] = []
  let inherited: Mention | undefined
  for (const [pairAt, { sells, buys, follows }] of pairs.entries()) {
    // `swap my eth: 1 to usdc`: an amount and a token said apart are one leg.
    const sellList = shareAmounts(sells)
    const buyList = joinHalves(buys)
    const count = Math.max(1, sellList.length, buyList.length)
    const matched = sellList.length === buyList.length
    for (let at = 0; at < count; at += 1) {
      const sellMoney =
        matched || sellList.length > 1 ? sellList[at] : sellList[0]
      const buyMoney = matched || buyList.length > 1 ? buyList[at] : buyList[0]
      let sell = toLeg(sellMoney)
      let buy = toLeg(buyMoney)
      if (
        sell.token === undefined &&
        inherited !== undefined &&
        pairAt > 0 &&
        sell.pronoun === undefined &&
        sell.amount !== undefined &&
        (!buysFirst || sense === 'invest')
      )
        sell = { ...sell, token: inherited }
      inherited = sell.token ?? inherited
      // One amount behind a list of names is each one's own only if said so.
      if (sellMoney === undefined && sellList.length > 0)
        sell = toLeg(sellList.at(-1))
      if (buyMoney === undefined && buyList.length > 0)
        buy = toLeg(buyList.at(-1))
      if (
        at > 0 &&
        buy.amount === undefined &&
        buyList[0]?.amount !== undefined &&
        buyList.some((each) => each.each)
      )
        buy = {
          ...buy,
          amount:
            buyList.find((each) => each.each)?.amount ?? buyList[0].amount,
        }
      // `dump my shib`: slang for all of it; a plain `sell my …` is asked.
      if (
        OUTRIGHT.test(clause.verbText) &&
        sell.possessive !== undefined &&
        sell.amount === undefined &&
        sell.token !== undefined &&
        buy.amount === undefined
      )
        sell = {
          ...sell,
          amount: {
            ...sell.possessive,
            value: { kind: 'share', bps: 10_000 },
          },
        }
      // `buy 0.5 eth and wbtc each`… `swap usdc and dai for 1 eth each`
      if (sense === 'wrap' && buy.token === undefined) {
        const symbol = sell.token?.symbol
        const wrapped = symbol === undefined ? undefined : WRAPPED[symbol]
        if (wrapped !== undefined)
          buy = { token: { ...clause.verb, symbol: wrapped, known: true } }
        else if (symbol !== undefined && symbol in UNWRAPPED)
          // `wrap 2 weth` says what comes out.
          problems.push({
            slot: 'sell.token',
            problem: { reason: `${symbol} is wrapped already.` },
          })
      }
      if (sense === 'unwrap' && buy.token === undefined) {
        const symbol = sell.token?.symbol
        const plain =
          symbol === undefined ? undefined : (UNWRAPPED[symbol] ?? symbol)
        if (symbol !== undefined && plain !== undefined) {
          if (plain === symbol && WRAPPED[symbol] !== undefined)
            sell = {
              ...sell,
              token: {
                ...(sell.token as Mention),
                symbol: WRAPPED[symbol] as string,
              },
            }
          buy = { token: { ...clause.verb, symbol: plain, known: true } }
        }
      }
      const missingObject =
        follows === true ||
        (!buysFirst &&
          sellList.length === 0 &&
          (buyList.length > 0 || monies.length === 0))
      steps.push({
        ...common,
        ...(conditions === undefined ? {} : { conditions }),
        ...(problems.length > 0 ? { problems } : {}),
        ...(pairs.length > 1 ? placesOf(parts, pairs, pairAt) : places),
        ...(pairs.length > 1 ? timesOf(parts, pairs, pairAt) : {}),
        ...pool,
        action: 'swap',
        legs: { sell, buy },
        ...((sense === 'wrap' || sense === 'unwrap') && buy.token === undefined
          ? { wraps: sense }
          : {}),
        ...(missingObject || (buysFirst && sellList.length === 0)
          ? { elliptic: true as const }
          : {}),
      })
    }
  }
  // Two chains in one trade: swapped on the first, carried to the second.
  const chains = chainsOf(parts)
  const second = chains[1]
  if (
    pairs.length === 1 &&
    second !== undefined &&
    second.id !== chains[0]?.id &&
    steps.length === 1
  ) {
    const source = chains.find((chain) => chain.cue === 'from') ?? chains[0]
    const target = chains.find((chain) => chain !== source)
    const token = steps[0]?.legs.buy?.token
    if (
      source !== undefined &&
      target !== undefined &&
      steps[0] !== undefined
    ) {
      steps[0] = { ...steps[0], chain: saidPlace(source) as Said<string> }
      steps.push({
        action: 'bridge',
        verb: clause.verb,
        clause: clause.clause,
        sentence: clause.sentence,
        joined: false,
        elliptic: true,
        legs: token === undefined ? {} : { main: { token } },
        toChain: saidPlace(target) as Said<string>,
      })
    }
  }
  return withRecipient(
    EVENLY.test(wordsOf(parts)) ? divideEvenly(steps) : steps,
    clause,
    'buy',
  )
}

/** `1 eth to usdc now and 1 eth to dai tomorrow`: `now` keeps the time off. */
function timesOf(
  parts: readonly Part[],
  pairs: readonly Pair[],
  at: number,
): { times?: [] } {
  const now = parts.find(
    (part) =>
      part.type === 'word' && /^(?:now|immediately|today)$/.test(part.text),
  )
  const next = pairs[at + 1]
  const begins = Math.min(
    ...[...(next?.sells ?? []), ...(next?.buys ?? [])].map(
      (money) => money.start,
    ),
  )
  return now !== undefined && next !== undefined && now.start < begins
    ? { times: [] }
    : {}
}

/**
 * The places of one trade in a list: its own, where several were named, or the
 * one that all share.
 */
function placesOf(
  parts: readonly Part[],
  pairs: readonly { sells: Money[]; buys: Money[] }[],
  at: number,
): ReturnType<typeof saidPlaces> {
  const startOf = (index: number): number =>
    Math.min(
      ...[...(pairs[index]?.sells ?? []), ...(pairs[index]?.buys ?? [])].map(
        (money) => money.start,
      ),
    )
  const from = at === 0 ? 0 : startOf(at)
  const to = at + 1 < pairs.length ? startOf(at + 1) : Number.MAX_SAFE_INTEGER
  const within = parts.filter((part) => part.start >= from && part.start < to)
  const own = saidPlaces(within)
  const all = saidPlaces(parts)
  const several = (ids: readonly string[]) => new Set(ids).size > 1
  const chain = several(chainsOf(parts).map((each) => each.id))
    ? own.chain
    : all.chain
  const venue = several(venuesOf(parts).map((each) => each.id))
    ? own.venue
    : all.venue
  return {
    ...(chain === undefined ? {} : { chain }),
    ...(venue === undefined ? {} : { venue }),
  }
}
