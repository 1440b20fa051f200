import { getVenueKind } from '../lexicon/lexicon.js'
import {
  chainsOf,
  hasWord,
  kindsOf,
  moneyOf,
  partiesOf,
  venuesOf,
} from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { UNWRAPPED, WRAPPED } from './wrapped.js'

const STAKED =
  /^(?:stETH|wstETH|rETH|cbETH|sfrxETH|osETH|swETH|rswETH|ankrETH|ETHx|weETH|eETH|ezETH|rsETH|pufETH|mETH|sAVAX|stMATIC|MaticX|wBETH|jitoSOL|mSOL|sETH|xSUSHI|stkAAVE|sUSDe|sENA)$/

const SAVINGS =
  /^(?:sDAI|sUSDS|sFRAX|aUSDC|aETH|aWETH|aDAI|aUSDT|cUSDC|cDAI|cETH)$/

/** The same verb means different things with different complements. */
export function refineSense(clause: ReadClause): string {
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
    case 'zap':
      return into() || 'swap'
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
      // `mint 500 dai against 1 eth`
      if (monies.some((money) => money.cue === 'against')) return 'borrow'
      return object?.token !== undefined ? 'get' : ''
    case 'compound':
      return 'claim'
    default:
      return sense
  }
}
