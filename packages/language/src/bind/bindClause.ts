// One file because it is one table: a frame per verb, all over the same parts.

import type { Action } from '@behest/spec'
import type { Mention, Money, Part, Said } from '../clauses/Part.js'
import { getVenueKind, type VenueKind } from '../lexicon/lexicon.js'
import { divideDecimal } from '../numbers/readDecimal.js'
import { VAGUE_AMOUNT } from '../phrases/readQuantities.js'
import type { Problem, Quantity, Range } from '../text/Item.js'
import type { DraftLeg, DraftStep, LegName } from './DraftStep.js'
import { UNWRAPPED, WRAPPED } from './wrapped.js'

type Place = Extract<Part, { type: 'chain' | 'venue' }>
type Party = Extract<Part, { type: 'party' }>

/** A clause with its arguments read. */
export type ReadClause = {
  readonly sense: string
  readonly verb: Range
  readonly verbText: string
  readonly parts: readonly Part[]
  readonly clause: number
  readonly sentence: number
  readonly joined: boolean
}

const STAKED =
  /^(?:stETH|wstETH|rETH|cbETH|sfrxETH|osETH|swETH|rswETH|ankrETH|ETHx|weETH|eETH|ezETH|rsETH|pufETH|mETH|sAVAX|stMATIC|MaticX|wBETH|jitoSOL|mSOL|sETH|xSUSHI|stkAAVE|sUSDe|sENA)$/
const SAVINGS =
  /^(?:sDAI|sUSDS|sFRAX|aUSDC|aETH|aWETH|aDAI|aUSDT|cUSDC|cDAI|cETH)$/
const STABLE =
  /^(?:USDC|USDC\.e|USDT|USDT\.e|DAI|USDS|FRAX|GHO|LUSD|crvUSD|USDe|PYUSD|BUSD|TUSD|USDbC|xDAI|cUSD|MIM|sUSD|EURC)$/

/** Verbs that part with the whole of a thing unless a number is said. */
const OUTRIGHT =
  /^(?:dump|offload|unload|liquidate|cash ?out|get rid of|sell off|sell out|ditch|paper ?hand|jeet|rug|nuke)/

/** Puts the parts of a clause into the roles of its verb. */
export function bindClause(said: ReadClause): DraftStep[] {
  const clause = foldTopic(said)
  const sense = refineSense(clause)
  switch (sense) {
    case 'swap':
    case 'sell':
    case 'buy':
    case 'get':
    case 'wrap':
    case 'unwrap':
    case 'invest':
      return bindTrade(clause, sense)
    case 'bridge':
      return bindBridge(clause)
    case 'send':
      return bindTransfer(clause)
    case 'relocate':
      return bindRelocation(clause)
    case 'long':
    case 'short':
    case 'close':
      return bindPosition(clause, sense)
    case 'approve':
    case 'revoke':
      return bindAllowance(clause, sense)
    case 'borrow':
      return bindBorrow(clause)
    case 'split':
      return bindSplit(clause)
    case 'claim':
      return bindClaim(clause)
    case 'supply':
    case 'deposit':
    case 'withdraw':
    case 'repay':
    case 'stake':
    case 'unstake':
    case 'lock':
    case 'unlock':
    case 'vote':
      return bindSimple(clause, sense)
    default:
      return []
  }
}

/**
 * `take 500 usdc and swap it to eth`: `it` is what was named in front; and
 * `max sell op`: how much was said in front of the verb.
 */
function foldTopic(clause: ReadClause): ReadClause {
  const counted = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.end <= clause.verb.start &&
      part.amount !== undefined &&
      part.token === undefined &&
      part.pronoun === undefined,
  )
  const amount = clause.parts[counted]
  const object = clause.parts[counted + 1]
  if (
    !/^(?:buy|get|invest)$/.test(clause.sense) &&
    amount?.type === 'money' &&
    object?.type === 'money' &&
    object.start >= clause.verb.end &&
    object.token !== undefined &&
    object.amount === undefined &&
    object.cue === ''
  ) {
    const parts = [...clause.parts]
    parts.splice(counted, 2, {
      ...object,
      amount: amount.amount as Said<Quantity>,
    })
    return { ...clause, parts }
  }
  const topic = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.end <= clause.verb.start &&
      part.token !== undefined &&
      part.pronoun === undefined,
  )
  const pronoun = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.pronoun === 'it' &&
      part.amount === undefined &&
      part.start >= clause.verb.end,
  )
  const named = clause.parts[topic]
  const stands = clause.parts[pronoun]
  if (named?.type !== 'money' || stands?.type !== 'money') return clause
  const parts = [...clause.parts]
  parts[pronoun] = { ...named, cue: stands.cue }
  parts.splice(topic, 1)
  return { ...clause, parts }
}

function moneyOf(parts: readonly Part[]): Money[] {
  return parts.filter((part): part is Money => part.type === 'money')
}

function venuesOf(parts: readonly Part[]) {
  return parts.filter(
    (part): part is Extract<Part, { type: 'venue' }> => part.type === 'venue',
  )
}

function chainsOf(parts: readonly Part[]) {
  return parts.filter(
    (part): part is Extract<Part, { type: 'chain' }> => part.type === 'chain',
  )
}

function partiesOf(parts: readonly Part[]): Party[] {
  return parts.filter((part): part is Party => part.type === 'party')
}

function kindsOf(parts: readonly Part[]): (VenueKind | undefined)[] {
  return venuesOf(parts).map((venue) => getVenueKind(venue.id))
}

function hasWord(parts: readonly Part[], pattern: RegExp): boolean {
  return parts.some((part) => part.type === 'word' && pattern.test(part.text))
}

/** The same verb means different things with different complements. */
function refineSense(clause: ReadClause): string {
  const { sense, parts } = clause
  const kinds = kindsOf(parts)
  const monies = moneyOf(parts)
  const pools = parts.filter((part) => part.type === 'pool')
  const pair = pools.some((pool) => pool.tokens.length >= 2)
  const parties = partiesOf(parts)
  const toParty = parties.some(
    (party) => party.cue === 'to' || party.cue === '',
  )
  const lending = kinds.includes('lending')
  const staking = kinds.includes('staking')
  const toToken = monies.find(
    (money) => money.cue === 'to' && money.token !== undefined,
  )
  const toChain = chainsOf(parts).some((chain) => chain.cue === 'to')
  const object = monies.find((money) => money.cue === '')
  const into = (): string => {
    if (pair || pools.length > 0) return lending && !pair ? 'supply' : 'deposit'
    if (lending) return 'supply'
    if (staking) return 'stake'
    if (kinds.length > 0) return 'deposit'
    return ''
  }
  switch (sense) {
    case 'lend': {
      if (pair && !lending) return 'deposit'
      if (hasWord(parts, /^liquidity$/) && !lending) return 'deposit'
      return kinds.includes('dex') ? 'deposit' : 'supply'
    }
    case 'earn':
    case 'save':
      return into() || 'supply'
    case 'deposit':
    case 'add':
    case 'topup': {
      const wrapped = monies.find(
        (money) =>
          /^(?:for|to|as)$/.test(money.cue) &&
          money.token?.symbol !== undefined,
      )
      if (
        wrapped?.token?.symbol !== undefined &&
        object?.token?.symbol !== undefined &&
        WRAPPED[object.token.symbol] === wrapped.token.symbol
      )
        return 'swap'
      const target = into()
      if (target !== '') return target
      if (hasWord(parts, /^collateral$/)) return 'supply'
      if (
        sense !== 'add' &&
        toParty &&
        parties.some((party) => party.cue === 'to')
      )
        return 'send'
      if (sense === 'deposit' && toChain) return 'bridge'
      return 'deposit'
    }
    case 'put':
    case 'yeet':
    case 'move': {
      if (sense === 'move') {
        const fromVenue = venuesOf(parts).some((venue) => venue.cue === 'from')
        const toVenue = venuesOf(parts).some((venue) =>
          /^(?:to|in|on)$/.test(venue.cue),
        )
        if (fromVenue && toVenue) return 'relocate'
        if (fromVenue && !toParty && !toChain) return 'withdraw'
      }
      if (toParty && !toChain) return 'send'
      const target = into()
      if (
        target !== '' &&
        !(
          sense === 'move' &&
          toChain &&
          kinds.every((kind) => kind === 'bridge')
        )
      )
        return target
      if (hasWord(parts, /^collateral$/)) return 'supply'
      if (toToken !== undefined) return 'swap'
      if (chainsOf(parts).length > 0) return 'bridge'
      if (sense === 'move') return toParty ? 'send' : 'bridge'
      if (sense === 'yeet')
        return monies.some((money) => money.cue === 'to') ? 'swap' : 'send'
      return 'supply'
    }
    case 'invest': {
      const target = into()
      if (target !== '' && !kinds.includes('dex')) return target
      return 'invest'
    }
    case 'bridge':
      if (
        toToken !== undefined &&
        !toChain &&
        toToken.token?.symbol !== object?.token?.symbol &&
        chainsOf(parts).length === 0 &&
        /^(?:hop|bring|port)/.test(clause.verbText)
      )
        return 'swap'
      return 'bridge'
    case 'send': {
      // `give uniswap permission to spend 50 dai`
      if (
        hasWord(parts, /^(?:permission|permissions|access|allowance|approval)$/)
      )
        return 'approve'
      // `pay my usdc loan`, `pay 500 dai back`
      if (
        (hasWord(parts, /^(?:back|off|down)$/) && !toParty) ||
        (hasWord(parts, /^(?:loan|loans|debt|debts|borrow)$/) && !toParty)
      )
        return 'repay'
      if (toParty) return 'send'
      if (/^(?:pay|tip|gift|give|donate)/.test(clause.verbText)) return 'send'
      if (chainsOf(parts).some((chain) => chain.cue === 'to')) return 'bridge'
      const venue = venuesOf(parts).some((each) => each.cue === 'to')
      if (venue && into() !== '') return into()
      return 'send'
    }
    case 'withdraw': {
      // `remove curve's access to my dai`
      if (
        /^(?:remove|take|pull)/.test(clause.verbText) &&
        hasWord(
          parts,
          /^(?:access|permission|permissions|allowance|allowances|approval|approvals)$/,
        )
      )
        return 'revoke'
      // `i need 1000 usdc on arb, take it from mainnet`
      if (
        /^take/.test(clause.verbText) &&
        kinds.length === 0 &&
        pools.length === 0 &&
        chainsOf(parts).length >= 2 &&
        chainsOf(parts).some((chain) => chain.cue === 'from')
      )
        return 'bridge'
      if (
        /^take out/.test(clause.verbText) &&
        (hasWord(parts, /^(?:loan|loans)$/) ||
          monies.some((money) => money.cue === 'against'))
      )
        return 'borrow'
      if (hasWord(parts, /^(?:loan)$/) && hasWord(parts, /^out$/))
        return 'borrow'
      const target = monies.find(
        (money) =>
          /^(?:for|to|as)$/.test(money.cue) &&
          money.token?.symbol !== undefined,
      )
      const from = object?.token?.symbol
      if (
        from !== undefined &&
        target?.token?.symbol !== undefined &&
        UNWRAPPED[from] === target.token.symbol &&
        !lending
      )
        return 'swap'
      if (staking && !pair) return 'unstake'
      return 'withdraw'
    }
    case 'get': {
      if (
        hasWord(parts, /^out$/) ||
        venuesOf(parts).some((venue) => venue.cue === 'from')
      )
        return 'withdraw'
      if (hasWord(parts, /^loan$/)) return 'borrow'
      return 'get'
    }
    case 'exit': {
      if (
        kinds.includes('perps') ||
        (kinds.length === 0 &&
          pools.length === 0 &&
          hasWord(parts, /^(?:long|short|trade)$/))
      )
        return 'close'
      if (toToken !== undefined && kinds.length === 0) return 'swap'
      if (kinds.includes('perps')) return 'close'
      return 'withdraw'
    }
    case 'redeem': {
      const symbol = object?.token?.symbol ?? ''
      const target = monies.find(
        (money) =>
          /^(?:for|to|as)$/.test(money.cue) && money.token !== undefined,
      )
      if (staking || STAKED.test(symbol)) return 'unstake'
      if (SAVINGS.test(symbol) || lending || pools.length > 0) return 'withdraw'
      if (symbol in UNWRAPPED && target !== undefined) return 'swap'
      if (target !== undefined) return 'swap'
      return /rewards/.test(clause.verbText) ? 'claim' : 'withdraw'
    }
    case 'repay': {
      // `return 50 dai to bob` is a transfer.
      if (
        /^(?:return|give back|settle|clear)/.test(clause.verbText) &&
        parties.length > 0
      )
        return 'send'
      return 'repay'
    }
    case 'stake':
      if (pair) return 'stake'
      return 'stake'
    case 'swap': {
      const venue = venuesOf(parts)
      if (
        toToken === undefined &&
        monies.every((money) => !/^(?:for|in)$/.test(money.cue)) &&
        chainsOf(parts).some((chain) => chain.cue === 'to') &&
        venue.every((each) => getVenueKind(each.id) !== 'dex')
      )
        return 'bridge'
      return 'swap'
    }
    case 'sell':
      return parts.some((part) => part.type === 'leverage') ? 'short' : 'sell'
    case 'buy':
      if (parts.some((part) => part.type === 'leverage')) return 'long'
      // `ape 2 eth into pepe`
      return toToken !== undefined &&
        object?.token !== undefined &&
        (object.amount !== undefined ||
          /^(?:ape|buy in|fomo|go)/.test(clause.verbText))
        ? 'swap'
        : 'buy'
    case 'mint':
      return object?.token !== undefined ? 'get' : ''
    case 'compound':
      return 'claim'
    default:
      return sense
  }
}

type Common = Pick<
  DraftStep,
  | 'verb'
  | 'conditions'
  | 'times'
  | 'problems'
  | 'clause'
  | 'sentence'
  | 'joined'
  | 'slippageBps'
  | 'leverage'
  | 'there'
>

/** What every action takes alike. */
function readCommon(clause: ReadClause): Common {
  const { parts } = clause
  const problems: { slot: string; problem: Problem }[] = []
  const conditions = parts.flatMap((part) =>
    part.type === 'conditions' ? part.conditions : [],
  )
  const times = parts.flatMap((part) =>
    part.type === 'time'
      ? [{ start: part.start, end: part.end, parts: part.parts }]
      : [],
  )
  const common: Common = {
    verb: clause.verb,
    clause: clause.clause,
    sentence: clause.sentence,
    joined: clause.joined,
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(times.length > 0 ? { times } : {}),
  }
  let slippageBps: Said<number> | undefined
  let leverage: Said<string> | undefined
  for (const part of parts) {
    const range = { start: part.start, end: part.end }
    if (part.type === 'slippage') {
      if (part.bps !== undefined) slippageBps = { ...range, value: part.bps }
      if (part.problem !== undefined)
        problems.push({ slot: 'maxSlippageBps', problem: part.problem })
    } else if (part.type === 'leverage')
      leverage = { ...range, value: part.decimal }
    else if (part.type === 'problem')
      problems.push({
        slot: part.slot ?? 'amount',
        problem: part.problem,
      })
  }
  return {
    ...common,
    ...(problems.length > 0 ? { problems } : {}),
    ...(hasWord(parts, /^there$/) ? { there: true as const } : {}),
    ...(slippageBps === undefined ? {} : { slippageBps }),
    ...(leverage === undefined ? {} : { leverage }),
  }
}

function toLeg(money: Money | undefined): DraftLeg {
  if (money === undefined) return {}
  return {
    ...(money.token === undefined ? {} : { token: money.token }),
    ...(money.amount === undefined ? {} : { amount: money.amount }),
    ...(money.pronoun === undefined
      ? {}
      : {
          pronoun: { start: money.start, end: money.end, value: money.pronoun },
        }),
    ...(money.possessive
      ? { possessive: money.owner ?? { start: money.start, end: money.end } }
      : {}),
    ...(money.definite ? { definite: true as const } : {}),
  }
}

function saidPlace(place: Place | undefined): Said<string> | undefined {
  return place === undefined
    ? undefined
    : { start: place.start, end: place.end, value: place.id }
}

function saidPool(parts: readonly Part[]): { pool?: Said<string> } {
  const pool = parts.find((part) => part.type === 'pool')
  return pool === undefined
    ? {}
    : { pool: { start: pool.start, end: pool.end, value: pool.pool } }
}

function saidPlaces(parts: readonly Part[]): {
  chain?: Said<string>
  venue?: Said<string>
} {
  const chain = saidPlace(chainsOf(parts)[0])
  const venue = saidPlace(venuesOf(parts)[0])
  return {
    ...(chain === undefined ? {} : { chain }),
    ...(venue === undefined ? {} : { venue }),
  }
}

/** A second recipient of what a step gives: `withdraw 5 dai from aave to 0x…`. */
function withRecipient(
  steps: DraftStep[],
  clause: ReadClause,
  leg: LegName,
): DraftStep[] {
  const party = partiesOf(clause.parts).find((each) => each.cue === 'to')
  const last = steps.at(-1)
  if (party === undefined || last === undefined) return steps
  const token = last.legs[leg]?.token
  return [
    ...steps,
    {
      action: 'transfer',
      verb: { start: party.start, end: party.end },
      clause: clause.clause,
      sentence: clause.sentence,
      joined: false,
      elliptic: true,
      legs: token === undefined ? {} : { main: { token } },
      to: { start: party.start, end: party.end, value: party.text },
      ...(party.problem === undefined
        ? {}
        : { problems: [{ slot: 'to', problem: party.problem }] }),
    },
  ]
}

/**
 * Cuts the parts where the pattern of the clause begins again without its
 * verb: `send 1 eth to bob and 2 usdc to alice`.
 */
function splitGaps(
  parts: readonly Part[],
  isComplement: (part: Part) => boolean,
): Part[][] {
  const groups: Part[][] = []
  let group: Part[] = []
  let complete = false
  for (const [at, part] of parts.entries()) {
    const opens =
      part.type === 'money' &&
      (part.joined === true ||
        (part.cue === '' && part.amount !== undefined)) &&
      complete &&
      parts.slice(at + 1).some(isComplement) &&
      isComplementBeforeMoney(parts, at + 1, isComplement)
    if (opens) {
      groups.push(group)
      group = []
      complete = false
    }
    group.push(opens && part.type === 'money' ? { ...part, cue: '' } : part)
    if (isComplement(part)) complete = true
  }
  groups.push(group)
  return groups
}

function isComplementBeforeMoney(
  parts: readonly Part[],
  from: number,
  isComplement: (part: Part) => boolean,
): boolean {
  for (let at = from; at < parts.length; at += 1) {
    const part = parts[at]
    if (part === undefined) return false
    if (isComplement(part)) return true
  }
  return false
}

/** Conditions, times and slippage of a list belong to each of its steps. */
function spreadCommon(steps: DraftStep[]): DraftStep[] {
  return steps
}

function bindTrade(clause: ReadClause, sense: string): DraftStep[] {
  const { parts } = clause
  const common = readCommon(clause)
  const places = saidPlaces(parts)
  const pool = saidPool(parts)
  const problems: { slot: string; problem: Problem }[] = [
    ...(common.problems ?? []),
  ]
  const monies = moneyOf(parts)
  const buysFirst = sense === 'buy' || sense === 'get' || sense === 'invest'
  let conditions = common.conditions
  type Pair = { sells: Money[]; buys: Money[]; follows?: true }
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
    EVENLY.test(wordsOf(parts)) ? divideEvenly(steps) : spreadCommon(steps),
    clause,
    'buy',
  )
}

const EVENLY =
  /(?:^| )(?:equally|evenly|equal|even|split|divided|half and half|50 50)(?= |$)/

function wordsOf(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => (part.type === 'word' ? [part.text] : []))
    .join(' ')
}

/** `600 usdc into eth, wbtc and link equally`: to each its part of the one sum. */
function divideEvenly(steps: readonly DraftStep[]): DraftStep[] {
  const first = steps[0]?.legs.sell?.amount ?? steps[0]?.legs.main?.amount
  if (first === undefined || steps.length < 2) return [...steps]
  return steps.map((step) => {
    const name = step.legs.sell === undefined ? 'main' : 'sell'
    const leg = step.legs[name]
    if (leg?.amount === undefined || leg.amount.start !== first.start)
      return step
    const amount = divideAmount(leg.amount, steps.length)
    if (amount !== undefined)
      return { ...step, legs: { ...step.legs, [name]: { ...leg, amount } } }
    const { amount: _, ...rest } = leg
    return {
      ...step,
      legs: { ...step.legs, [name]: rest },
      problems: [
        ...(step.problems ?? []),
        {
          slot: name === 'sell' ? 'sell.amount' : 'amount',
          problem: { reason: 'How much goes into each?' },
        },
      ],
    }
  })
}

function divideAmount(
  amount: Said<Quantity>,
  count: number,
): Said<Quantity> | undefined {
  const { value } = amount
  if (value.kind !== 'number' && value.kind !== 'fiat') return undefined
  const decimal = divideDecimal(value.decimal, count)
  return decimal === undefined
    ? undefined
    : { ...amount, value: { ...value, decimal } }
}

/** `split 1000 usdc between eth and wbtc`: the same sum into each of a list. */
function bindSplit(clause: ReadClause): DraftStep[] {
  const { parts } = clause
  const monies = moneyOf(parts)
  const source = monies.find(
    (money) => /^(?:|with)$/.test(money.cue) && money.amount !== undefined,
  )
  const whole =
    source ?? monies.find((money) => money.cue === '' || money.pronoun)
  const targets = monies.filter(
    (money) =>
      money !== whole &&
      money.token !== undefined &&
      money.amount === undefined,
  )
  const parties = partiesOf(parts)
  const venues = venuesOf(parts)
  const common = readCommon(clause)
  const places = saidPlaces(parts)
  if (whole === undefined) return []
  if (targets.length >= 2)
    return divideEvenly(
      targets.map((money) => ({
        ...common,
        ...places,
        action: 'swap',
        legs: { sell: toLeg(whole), buy: toLeg(money) },
      })),
    )
  if (parties.length >= 2)
    return divideEvenly(
      parties.map((party) => ({
        ...common,
        ...(places.chain === undefined ? {} : { chain: places.chain }),
        action: 'transfer',
        legs: { main: toLeg(whole) },
        to: { start: party.start, end: party.end, value: party.text },
        ...(party.problem === undefined
          ? {}
          : { problems: [{ slot: 'to', problem: party.problem }] }),
      })),
    )
  if (venues.length >= 2)
    return divideEvenly(
      venues.map((venue) => ({
        ...common,
        ...(places.chain === undefined ? {} : { chain: places.chain }),
        action:
          getVenueKind(venue.id) === 'lending'
            ? 'supply'
            : getVenueKind(venue.id) === 'staking'
              ? 'stake'
              : 'deposit',
        legs: { main: toLeg(whole) },
        venue: saidPlace(venue) as Said<string>,
      })),
    )
  return [
    {
      ...common,
      ...places,
      action: 'swap',
      legs: { sell: toLeg(whole) },
      problems: [
        {
          slot: 'buy.token',
          problem: { reason: 'Between which tokens should that be split?' },
        },
      ],
    },
  ]
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

function isVague(quantity: Quantity): boolean {
  return quantity.kind === 'problem' && quantity.problem.reason === VAGUE_AMOUNT
}

function withoutVague(money: Money): Money {
  if (money.amount === undefined || !isVague(money.amount.value)) return money
  const { amount: _, ...rest } = money
  return rest
}

/** An amount without a token beside a token without an amount are one leg. */
function joinHalves(list: readonly Money[]): Money[] {
  const joined: Money[] = []
  for (const money of list) {
    const before = joined.at(-1)
    // `convert my eth to weth, 20 eth`: the same token, counted later.
    const same = joined.findIndex(
      (other) =>
        other.token?.symbol !== undefined &&
        other.token.symbol === money.token?.symbol &&
        (other.amount === undefined) !== (money.amount === undefined),
    )
    if (same >= 0 && money.pronoun === undefined) {
      const other = joined[same] as Money
      joined[same] =
        other.amount === undefined
          ? { ...other, ...money, cue: other.cue }
          : other
      continue
    }
    // `unstake everything, all my cake`: the same, said twice.
    if (
      before !== undefined &&
      before.token === undefined &&
      before.pronoun === undefined &&
      before.amount?.value.kind === 'share' &&
      money.amount?.value.kind === 'share' &&
      before.amount.value.bps === money.amount.value.bps &&
      money.token !== undefined &&
      money.cue === before.cue
    ) {
      const { joined: _, ...same } = money
      joined[joined.length - 1] = {
        ...same,
        ...(before.joined ? { joined: true as const } : {}),
        amount: { ...before.amount, end: money.amount.end },
      }
      continue
    }
    if (
      before !== undefined &&
      before.token === undefined &&
      before.amount !== undefined &&
      before.pronoun === undefined &&
      money.token?.known === true &&
      money.amount === undefined &&
      !money.joined
    )
      joined[joined.length - 1] = { ...money, amount: before.amount }
    else joined.push(money)
  }
  return joined
}

function toLimit(
  money: Money,
  side: 'buy' | 'sell',
  pair: { sells: Money[]; buys: Money[] },
  isStop: boolean,
) {
  const amount = money.amount?.value
  const stable =
    money.token === undefined || STABLE.test(money.token.symbol ?? '')
  if (amount === undefined || !stable) return undefined
  if (amount.kind !== 'fiat' && amount.kind !== 'number') return undefined
  const list = side === 'buy' ? pair.buys : pair.sells
  const named = list.find((each) => each.token !== undefined)?.token
  const other = (side === 'buy' ? pair.sells : pair.buys).find(
    (each) => each.token !== undefined,
  )?.token
  // `swap all usdc for eth at 2000`: the price is that of what is not a dollar.
  const turned =
    STABLE.test(named?.symbol ?? '') && other !== undefined && !isStop
  const token = turned ? other : named
  return {
    start: money.start,
    end: money.end,
    condition: {
      subject: {
        kind: 'price' as const,
        ...(token?.symbol === undefined
          ? {}
          : { token: { symbol: token.symbol } }),
        text: token?.symbol ?? 'price',
      },
      comparator:
        ((side === 'buy') !== turned) !== isStop
          ? ('<=' as const)
          : ('>=' as const),
      value: amount.decimal,
      unit: amount.kind === 'fiat' ? amount.currency.toLowerCase() : 'usd',
    },
  }
}

function bindBridge(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const groups = splitGaps(
    clause.parts,
    (part) => part.type === 'chain' && part.cue === 'to',
  )
  const steps: DraftStep[] = []
  for (const parts of groups) {
    const chains = chainsOf(parts)
    const all = chainsOf(clause.parts)
    const target =
      chains.find((chain) => chain.cue === 'to') ??
      (chains.length >= 2
        ? chains.findLast((chain) => chain.cue !== 'from')
        : chains.find(
            (chain) => chain.cue === '' && clause.verbText !== 'swap',
          )) ??
      all.find((chain) => chain.cue === 'to')
    const source =
      chains.find((chain) => chain.cue === 'from') ??
      chains.find((chain) => chain !== target) ??
      all.find((chain) => chain.cue === 'from')
    const venue = saidPlace(
      venuesOf(clause.parts).find((each) => each.cue !== 'from'),
    )
    const monies = moneyOf(parts)
    const changed = monies.find(
      (money) =>
        /^(?:to|for|as)$/.test(money.cue) &&
        money.token !== undefined &&
        monies.some((other) => other.cue === '' && other.token !== undefined),
    )
    const objects = monies.filter((money) => money !== changed)
    const toChain = saidPlace(target)
    const chain = saidPlace(source)
    const list = shareAmounts(objects)
    for (const money of list.length === 0 ? [undefined] : list) {
      const carried: DraftStep = {
        ...common,
        action: 'bridge',
        legs: { main: toLeg(money) },
        ...(toChain === undefined ? {} : { toChain }),
        ...(chain === undefined ? {} : { chain }),
        ...(venue === undefined ? {} : { venue }),
        ...(money === undefined ? { elliptic: true as const } : {}),
      }
      if (
        changed === undefined ||
        changed.token?.symbol === money?.token?.symbol
      ) {
        steps.push(carried)
        continue
      }
      // `bridge 1 eth to base as usdc`: changed first, then carried over.
      steps.push({
        ...common,
        action: 'swap',
        legs: { sell: toLeg(money), buy: toLeg(changed) },
        ...(chain === undefined ? {} : { chain }),
      })
      const { conditions: _c, times: _t, slippageBps: _s, ...plain } = carried
      steps.push({
        ...plain,
        legs:
          changed.token === undefined ? {} : { main: { token: changed.token } },
        elliptic: true,
      })
    }
  }
  return withRecipient(steps, clause, 'main')
}

/** `100 usdc and dai`, `1 eth and wbtc each`: who has which amount. */
function shareAmounts(said: readonly Money[]): Money[] {
  const list = said.map((money, at) => {
    const before = said[at - 1]
    return money.token === undefined &&
      money.pronoun === undefined &&
      money.amount?.value.kind === 'number' &&
      money.joined &&
      before?.token !== undefined &&
      before.amount?.value.kind === 'number'
      ? { ...money, token: before.token }
      : money
  })
  const joined = joinHalves(list)
  const each = joined.find((money) => money.each && money.amount !== undefined)
  if (each === undefined) {
    // `all my usdc and dai`: the quantifier stands before the list.
    const first = joined[0]
    return joined.map((money, at) =>
      at > 0 &&
      money.joined &&
      money.amount === undefined &&
      money.pronoun === undefined &&
      first?.amount?.value.kind === 'share' &&
      money.token !== undefined
        ? { ...money, amount: first.amount }
        : money,
    )
  }
  return joined
    .filter((money) => money.token !== undefined || money === joined[0])
    .map((money) =>
      money.amount === undefined && each.amount !== undefined
        ? { ...money, amount: each.amount }
        : money,
    )
}

function bindTransfer(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const shared = saidPlace(
    chainsOf(clause.parts).find((each) => each.cue !== 'to') ??
      chainsOf(clause.parts)[0],
  )
  const steps: DraftStep[] = []
  const groups = splitParties(clause.parts)
  const several =
    new Set(chainsOf(clause.parts).map((each) => each.id)).size > 1
  // `30 dai to ann, 40 to ben`: counted in what was named before.
  let unit: Mention | undefined
  const counted = (money: Money): Money => {
    if (money.token !== undefined) {
      unit = money.token
      return money
    }
    return unit !== undefined && money.amount?.value.kind === 'number'
      ? { ...money, token: unit }
      : money
  }
  for (const parts of groups) {
    const own = partiesOf(parts)
    // `… on base and 5 usdc to bob on arbitrum`: each on its own.
    const chain =
      several && groups.length > 1 ? saidPlace(chainsOf(parts)[0]) : shared
    const parties = own.length > 0 ? own : partiesOf(clause.parts).slice(-1)
    const monies = moneyOf(parts).filter(
      (money) =>
        !(
          money.cue === 'for' &&
          money.token === undefined &&
          money.amount === undefined
        ),
    )
    const list = shareAmounts(
      monies
        .filter(
          (money) => /^(?:|of|with|from|in)$/.test(money.cue) || money.joined,
        )
        .map(counted),
    )
    // A weak name in a person's place: `send 5 usdc to safe`.
    for (const party of parties.length === 0 ? [undefined] : parties)
      for (const money of list.length === 0 ? [undefined] : list)
        steps.push({
          ...common,
          ...(party?.problem === undefined
            ? {}
            : {
                problems: [
                  ...(common.problems ?? []),
                  { slot: 'to', problem: party.problem },
                ],
              }),
          action: 'transfer',
          legs: { main: toLeg(money) },
          ...(chain === undefined ? {} : { chain }),
          ...(party === undefined
            ? {}
            : {
                to: { start: party.start, end: party.end, value: party.text },
              }),
          ...(money === undefined ? { elliptic: true as const } : {}),
        })
  }
  return steps
}

/** Both orders of a list: `5 usdc to bob, 1 eth to al`, `bob 5 usdc, al 1 eth`. */
function splitParties(parts: readonly Part[]): Part[][] {
  const isParty = (part: Part) => part.type === 'party'
  const first = parts.find(
    (part) => part.type === 'party' || part.type === 'money',
  )
  const last = parts.findLast(
    (part) => part.type === 'party' || part.type === 'money',
  )
  if (first?.type !== 'party' || last?.type !== 'money')
    return splitGaps(parts, isParty)
  const groups: Part[][] = []
  let paid = false
  for (const part of parts) {
    if (groups.length === 0 || (isParty(part) && paid)) {
      groups.push([])
      paid = false
    }
    groups.at(-1)?.push(part)
    if (part.type === 'money') paid = true
  }
  return groups
}

/** `move my usdc from aave to compound`: out of one, into the other. */
function bindRelocation(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const venues = venuesOf(clause.parts)
  const from = venues.find((venue) => venue.cue === 'from')
  const to = venues.find((venue) => venue !== from)
  const chain = saidPlace(chainsOf(clause.parts)[0])
  const money = moneyOf(clause.parts)[0]
  const leg = toLeg(money)
  const into: Action =
    to !== undefined && getVenueKind(to.id) === 'lending'
      ? 'supply'
      : to !== undefined && getVenueKind(to.id) === 'staking'
        ? 'stake'
        : 'deposit'
  const where = chain === undefined ? {} : { chain }
  return [
    {
      ...common,
      action:
        from !== undefined && getVenueKind(from.id) === 'staking'
          ? 'unstake'
          : 'withdraw',
      legs: { main: leg },
      ...where,
      ...(from === undefined ? {} : { venue: saidPlace(from) as Said<string> }),
    },
    {
      verb: clause.verb,
      clause: clause.clause,
      sentence: clause.sentence,
      joined: false,
      elliptic: true,
      action: into,
      legs: leg.token === undefined ? {} : { main: { token: leg.token } },
      ...where,
      ...(to === undefined ? {} : { venue: saidPlace(to) as Said<string> }),
    },
  ]
}

function bindSimple(
  clause: ReadClause,
  action: Extract<
    Action,
    | 'supply'
    | 'deposit'
    | 'withdraw'
    | 'repay'
    | 'stake'
    | 'unstake'
    | 'lock'
    | 'unlock'
    | 'vote'
  >,
): DraftStep[] {
  const common = readCommon(clause)
  const outward =
    action === 'withdraw' || action === 'unstake' || action === 'unlock'
  const isVenue = (part: Part) => part.type === 'venue' || part.type === 'pool'
  const groups = splitGaps(clause.parts, isVenue)
  const steps: DraftStep[] = []
  const allVenues = venuesOf(clause.parts)
  for (const parts of groups) {
    const own = venuesOf(parts)
    const venues = own.length > 0 ? own : allVenues.slice(-1)
    const chain = saidPlace(chainsOf(parts)[0] ?? chainsOf(clause.parts)[0])
    const pool = saidPool(parts).pool ?? saidPool(clause.parts).pool
    const monies = moneyOf(parts).filter((money) => {
      // What comes back is no argument: `stake 1 eth for steth`, `to get reth`.
      if (
        money.amount === undefined &&
        money.token !== undefined &&
        (/^(?:for|as)$/.test(money.cue) ||
          (/^(?:to|with)$/.test(money.cue) &&
            action === 'stake' &&
            moneyOf(parts).some((other) => other.amount !== undefined)))
      )
        return false
      if (money.cue === 'to' && money.amount === undefined && outward)
        return false
      if (
        money.cue === 'with' &&
        action === 'repay' &&
        money.amount === undefined
      )
        return false
      return true
    })
    let list = shareAmounts(monies)
    const foreign = list.find(
      (money) => money.cue === 'with' && action === 'repay',
    )
    if (foreign !== undefined && list.length > 1)
      list = list.filter((money) => money !== foreign)
    const targets = venues.filter(
      (venue) => venue.joined === true || venue === venues[0],
    )
    for (const venue of targets.length === 0 ? [undefined] : targets)
      for (const money of list.length === 0 ? [undefined] : list) {
        // `exit my aave position`: the verb itself says all of it.
        const leaves =
          clause.sense === 'exit' && money?.amount === undefined
            ? {
                ...toLeg(money),
                amount: {
                  ...clause.verb,
                  value: { kind: 'share' as const, bps: 10_000 },
                },
              }
            : undefined
        // `withdraw everything from aave`: neither token nor number is missing.
        steps.push({
          ...common,
          action,
          legs: { main: leaves ?? toLeg(money) },
          ...(chain === undefined ? {} : { chain }),
          ...(venue === undefined
            ? {}
            : { venue: saidPlace(venue) as Said<string> }),
          ...(pool === undefined ||
          action === 'repay' ||
          action === 'stake' ||
          action === 'unstake'
            ? {}
            : { pool }),
          ...(money === undefined ? { elliptic: true as const } : {}),
        })
      }
  }
  return outward ? withRecipient(steps, clause, 'main') : steps
}

function bindBorrow(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const groups = splitGaps(clause.parts, (part) => part.type === 'venue')
  const steps = groups.flatMap((parts) => {
    const own = saidPlaces(parts)
    const places = { ...saidPlaces(clause.parts), ...own }
    const monies = moneyOf(parts)
    const backing = monies.filter(
      (money) =>
        /^(?:against|with|on|by)$/.test(money.cue) ||
        (/^(?:for|from)$/.test(money.cue) &&
          money.token !== undefined &&
          !money.joined),
    )
    const objects = shareAmounts(
      monies.filter((money) => !backing.includes(money)),
    )
    const collateral = backing[0]
    // `borrow against it`: what was supplied before backs the loan already.
    const leg =
      collateral === undefined || collateral.pronoun !== undefined
        ? undefined
        : toLeg(collateral)
    return (objects.length === 0 ? [undefined] : objects).map(
      (money): DraftStep => ({
        ...common,
        ...places,
        action: 'borrow',
        legs: {
          main: toLeg(money),
          ...(leg === undefined ? {} : { collateral: leg }),
        },
      }),
    )
  })
  return withRecipient(steps, clause, 'main')
}

function bindClaim(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const places = saidPlaces(clause.parts)
  const pool = saidPool(clause.parts)
  const monies = moneyOf(clause.parts).filter(
    (money) => money.token !== undefined && !/^(?:to|for)$/.test(money.cue),
  )
  const venues = venuesOf(clause.parts)
  const list = monies.length === 0 ? [undefined] : monies
  const where = venues.length > 1 ? venues : [venues[0]]
  return withRecipient(
    where.flatMap((venue) =>
      list.map(
        (money): DraftStep => ({
          ...common,
          ...places,
          ...(venue === undefined
            ? {}
            : { venue: saidPlace(venue) as Said<string> }),
          ...pool,
          action: 'claim',
          legs:
            money?.token === undefined ? {} : { main: { token: money.token } },
        }),
      ),
    ),
    clause,
    'main',
  )
}

function bindPosition(
  clause: ReadClause,
  action: 'long' | 'short' | 'close',
): DraftStep[] {
  const common = readCommon(clause)
  const places = saidPlaces(clause.parts)
  const monies = moneyOf(clause.parts)
  let main: Money | undefined
  let collateral: Money | undefined
  const rest: Money[] = []
  for (const money of monies) {
    if (
      /^(?:with|from|for|via|by|in|against)$/.test(money.cue) &&
      (money.token !== undefined || money.amount !== undefined)
    ) {
      if (
        collateral === undefined &&
        (main !== undefined || money.cue === 'with')
      ) {
        collateral = money
        continue
      }
    }
    if (main === undefined) main = money
    else if (
      main.token === undefined &&
      money.token !== undefined &&
      money.amount === undefined
    )
      // `long $100 on eth`, `a long of 100 usdc on eth`
      main = {
        ...money,
        ...(main.amount === undefined ? {} : { amount: main.amount }),
      }
    else rest.push(money)
  }
  // `long eth 100 usdc`, `100 usdc long eth`
  if (rest.length > 0 && collateral === undefined) collateral = rest.shift()
  if (
    main !== undefined &&
    collateral !== undefined &&
    STABLE.test(main.token?.symbol ?? '') &&
    main.amount !== undefined &&
    collateral.amount === undefined &&
    collateral.token !== undefined &&
    collateral.cue !== 'with'
  )
    [main, collateral] = [collateral, main]
  return [
    {
      ...common,
      ...places,
      action,
      legs: {
        main: toLeg(main),
        ...(collateral === undefined ? {} : { collateral: toLeg(collateral) }),
      },
    },
  ]
}

function bindAllowance(
  clause: ReadClause,
  action: 'approve' | 'revoke',
): DraftStep[] {
  const common = readCommon(clause)
  const party = partiesOf(clause.parts)[0]
  const venue = venuesOf(clause.parts)[0]
  const chain = saidPlace(chainsOf(clause.parts)[0])
  const monies = moneyOf(clause.parts)
  // `approve aave to spend my dai`: the name is a token's as well.
  let list = shareAmounts(
    monies.filter(
      (money) => money.token !== undefined || money.amount !== undefined,
    ),
  )
  let spender: Said<string> | undefined
  let problem: Problem | undefined
  if (party !== undefined) {
    spender = { start: party.start, end: party.end, value: party.text }
    problem = party.problem
  } else if (venue !== undefined)
    spender = { start: venue.start, end: venue.end, value: venue.id }
  else if (list.length > 1) {
    const named = list.find(
      (money) =>
        money.amount === undefined &&
        money.token?.symbol !== undefined &&
        getVenueKind(money.token.symbol.toLowerCase()) !== undefined,
    )
    if (named?.token?.symbol !== undefined) {
      spender = {
        start: named.token.start,
        end: named.token.end,
        value: named.token.symbol.toLowerCase(),
      }
      list = list.filter((money) => money !== named)
    }
  }
  return (list.length === 0 ? [undefined] : list).map(
    (money): DraftStep => ({
      ...common,
      ...(problem === undefined
        ? {}
        : {
            problems: [
              ...(common.problems ?? []),
              { slot: 'spender', problem },
            ],
          }),
      ...(chain === undefined ? {} : { chain }),
      action,
      legs: { main: toLeg(money) },
      ...(spender === undefined ? {} : { spender }),
      ...(money === undefined ? { elliptic: true as const } : {}),
    }),
  )
}
