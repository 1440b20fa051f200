import type { Money, Said } from '../../clauses/Part.js'
import { VAGUE_AMOUNT } from '../../phrases/readQuantities.js'
import type { Quantity } from '../../text/Item.js'
import type { Problem } from '../../text/Problem.js'
import { moneyOf } from '../partsOf.js'
import type { ReadClause } from '../ReadClause.js'
import type { Common } from '../readCommon.js'
import { toLimit } from './toLimit.js'

/** What is paid and what is had, of one trade in a list. */
export type Pair = { sells: Money[]; buys: Money[]; follows?: true }

/** The object of these verbs is what one wants to have. */
export function buysFirstOf(sense: string): boolean {
  return sense === 'buy' || sense === 'get' || sense === 'invest'
}

/** Tells which amounts and tokens of a clause are paid, and which are had. */
export function pairMonies(
  clause: ReadClause,
  sense: string,
  common: Common,
): {
  pairs: Pair[]
  conditions: Common['conditions']
  problems: { slot: string; problem: Problem }[]
} {
  const problems: { slot: string; problem: Problem }[] = [
    ...(common.problems ?? []),
  ]
  const monies = moneyOf(clause.parts)
  const buysFirst = buysFirstOf(sense)
  let conditions = common.conditions
  const pairs: Pair[] = [{ sells: [], buys: [] }]
  let pair = pairs[0] as Pair
  for (const [at, money] of monies.entries()) {
    const next = monies[at + 1]
    let cue = money.cue
    const number = money.amount?.value
    // A list that begins again: `… to usdc and 2 eth to dai`.
    if (
      money.joined &&
      !buysFirst &&
      (/^(?:to|for)$/.test(cue) || (cue === '' && pair.buys.length > 0)) &&
      next !== undefined &&
      /^(?:to|for)$/.test(next.cue) &&
      !next.joined
    ) {
      pair = { sells: [], buys: [] }
      pairs.push(pair)
      cue = ''
    } else if (
      money.joined &&
      buysFirst &&
      /^(?:with|for|from)$/.test(cue) &&
      next !== undefined &&
      /^(?:with|for|from)$/.test(next.cue) &&
      !next.joined
    ) {
      pair = { sells: [], buys: [] }
      pairs.push(pair)
      cue = ''
    } else if (
      // `buy 100 usdc of eth, 100 usdc of link`
      sense === 'buy' &&
      money.joined &&
      money.amount !== undefined &&
      next?.cue === 'of' &&
      pair.sells.length > 0
    ) {
      pair = { sells: [], buys: [] }
      pairs.push(pair)
      cue = ''
    } else if (
      // `spend 100 usdc on eth and 50 on link`
      sense === 'invest' &&
      money.joined &&
      money.amount !== undefined &&
      next !== undefined &&
      /^(?:to|on|in|for)$/.test(next.cue) &&
      !next.joined
    ) {
      pair = { sells: [], buys: [] }
      pairs.push(pair)
      cue = ''
    } else if (
      // `500 usdc -> dai -> eth`: what the first gives is changed again.
      !buysFirst &&
      cue === 'to' &&
      !money.joined &&
      money.token !== undefined &&
      money.amount === undefined &&
      pair.buys.length === 1 &&
      pair.buys[0]?.cue === 'to' &&
      pair.buys[0].token !== undefined &&
      pair.buys[0].token.symbol !== money.token.symbol
    ) {
      pair = { sells: [], buys: [money], follows: true }
      pairs.push(pair)
      continue
    }
    if (cue === 'at') {
      // `buy 1 eth at $2500`: a price is a condition on the trade.
      const limit = toLimit(
        money,
        buysFirst ? 'buy' : 'sell',
        pair,
        /^stop/.test(clause.verbText),
      )
      if (limit !== undefined) {
        conditions = [...(conditions ?? []), limit]
        continue
      }
    }
    if (money.worth !== undefined) {
      // `buy 100 usdc worth of eth` pays 100 USDC.
      const { amount, worth, ...thing } = money
      if (buysFirst && pair.sells.length === 0) {
        pair.sells.push({
          ...thing,
          token: worth,
          ...(amount === undefined ? {} : { amount }),
        })
        pair.buys.push(thing)
        continue
      }
      problems.push({
        slot: buysFirst ? 'buy.amount' : 'sell.amount',
        problem: {
          reason:
            'An amount measured in another token has no fixed size. How much exactly?',
        },
      })
      ;(buysFirst ? pair.buys : pair.sells).push(thing)
      continue
    }
    if (
      money.each &&
      money.amount !== undefined &&
      cue !== '' &&
      pair.sells.some((each) => each.token?.symbol === money.token?.symbol)
    ) {
      // `swap eth to usdc and dai, 1 eth each`
      pair.sells = pair.sells.map((each) =>
        each.token?.symbol === money.token?.symbol
          ? { ...each, amount: money.amount as Said<Quantity> }
          : each,
      )
      continue
    }
    if (sense === 'invest') {
      // `dca 100 usdc into eth` sells, `put $100 into eth` names the worth.
      if (/^(?:to|on|in|for)$/.test(cue)) pair.buys.push(money)
      else if (cue === '' && /^(?:spend)/.test(clause.verbText))
        pair.sells.push(money)
      else pair.sells.push(money)
      continue
    }
    if (buysFirst) {
      const object = pair.buys.at(-1)
      // `the rest to buy link`, `100 usdc to buy eth`: said before the verb.
      if (
        cue === '' &&
        money.amount !== undefined &&
        money.end <= clause.verb.start &&
        monies.some((other) => other.start >= clause.verb.end)
      ) {
        pair.sells.push(money)
        continue
      }
      // `buy 100 usdc of eth`
      if (
        cue === 'of' &&
        pair.sells.length === 0 &&
        object?.amount !== undefined &&
        object.token !== undefined &&
        money.token !== undefined &&
        money.amount === undefined
      ) {
        pair.sells.push(object)
        pair.buys = [money]
        continue
      }
      if (cue === '' || cue === 'to' || cue === 'of' || cue === 'in') {
        if (
          cue === '' &&
          pair.buys.length > 0 &&
          !money.joined &&
          pair.sells.length === 0 &&
          money.token === undefined &&
          number?.kind === 'fiat'
        ) {
          pair.buys[pair.buys.length - 1] = {
            ...(pair.buys.at(-1) as Money),
            amount: money.amount as Said<Quantity>,
          }
          continue
        }
        pair.buys.push(money)
      } else if (
        cue === 'for' &&
        number?.kind === 'fiat' &&
        money.token === undefined &&
        pair.buys.length > 0 &&
        pair.buys.every((each) => each.amount === undefined)
      ) {
        // `buy eth for $50`
        pair.buys[pair.buys.length - 1] = {
          ...(pair.buys.at(-1) as Money),
          amount: money.amount as Said<Quantity>,
        }
      } else if (/^(?:with|for|from|against|via|by)$/.test(cue))
        pair.sells.push(money)
      else pair.buys.push(money)
      continue
    }
    if (
      cue === 'for' &&
      number?.kind === 'fiat' &&
      money.token === undefined &&
      pair.sells.length > 0 &&
      pair.sells.every((each) => each.amount === undefined)
    ) {
      pair.sells[pair.sells.length - 1] = {
        ...(pair.sells.at(-1) as Money),
        amount: money.amount as Said<Quantity>,
      }
      continue
    }
    if (
      money.amount !== undefined &&
      money.token !== undefined &&
      pair.sells.some(
        (each) =>
          each.amount === undefined &&
          each.token?.symbol === money.token?.symbol,
      )
    )
      pair.sells.push(money)
    else if (
      // `swap 1 eth half to usdc …`: parts of what was counted already.
      money.token === undefined &&
      money.pronoun === undefined &&
      money.amount?.value.kind === 'share' &&
      pair.sells.some((each) => each.amount?.value.kind === 'number')
    )
      problems.push({
        slot: 'sell.amount',
        problem: { reason: 'How much goes into each?' },
      })
    else if (
      // `swap usdc for weth using max`
      cue === 'with' &&
      money.token === undefined &&
      money.amount !== undefined &&
      pair.sells.length === 1 &&
      pair.sells[0]?.token !== undefined &&
      pair.sells[0].amount === undefined
    )
      pair.sells[0] = { ...pair.sells[0], amount: money.amount }
    else if (/^(?:to|for|in|as|on)$/.test(cue)) pair.buys.push(money)
    else if (cue === 'with' && pair.sells.length > 0 && pair.buys.length === 0)
      pair.buys.push(money)
    else if (
      cue === '' &&
      pair.sells.length > 0 &&
      !money.joined &&
      pair.buys.length === 0 &&
      money.token !== undefined &&
      money.amount === undefined
    )
      // `swap 1 eth usdc`
      pair.buys.push(money)
    else if (
      cue === '' &&
      pair.sells.length === 1 &&
      !money.joined &&
      money.token === undefined &&
      money.amount !== undefined &&
      pair.sells[0]?.amount === undefined
    )
      pair.sells[0] = { ...(pair.sells[0] as Money), amount: money.amount }
    else pair.sells.push(money)
  }
  // `1 eth for some pepe`: what is vague is fixed by the other side.
  for (const each of pairs) {
    const fixed = (list: readonly Money[]) =>
      list.some(
        (money) => money.amount !== undefined && !isVague(money.amount.value),
      )
    if (fixed(each.sells)) each.buys = each.buys.map(withoutVague)
    else if (fixed(each.buys)) each.sells = each.sells.map(withoutVague)
  }
  // `swap usdc to eth 500`: of which of the two?
  const [only, ...others] = pairs
  const [late] = only?.buys ?? []
  if (
    !buysFirst &&
    others.length === 0 &&
    only !== undefined &&
    only.buys.length === 1 &&
    late?.trailing === true &&
    only.sells.length === 1 &&
    only.sells[0]?.amount === undefined
  ) {
    const { amount: _, ...plain } = late
    only.buys = [plain]
    problems.push({
      slot: 'sell.amount',
      problem: { reason: 'Of which of the two is that amount?' },
    })
  }
  return { pairs, conditions, problems }
}

function isVague(quantity: Quantity): boolean {
  return quantity.kind === 'problem' && quantity.problem.reason === VAGUE_AMOUNT
}

function withoutVague(money: Money): Money {
  if (money.amount === undefined || !isVague(money.amount.value)) return money
  const { amount: _, ...rest } = money
  return rest
}
