import { commonWords, getVenueKind } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import type { Cue, Part } from '../Part.js'
import {
  CHAIN_NOUN,
  DETERMINERS,
  FROM_PLACE,
  INTO_PLACE,
  PLACE_NOUN,
  POOL_NOUN,
  TRADE,
} from './cues.js'
import { isPhraseEnd } from './isPhraseEnd.js'

export type PlaceOptions = {
  readonly items: readonly Item[]
  readonly index: number
  readonly cue: Cue
  readonly sense: string
  readonly parts: readonly Part[]
  readonly normalised: NormalisedText
  readonly behindVerb?: boolean
  /** Joined by `and` or a comma to what stands before. */
  readonly joined?: boolean
}

/** Reads a chain or a venue where the cue and the verb make it one. */
export function readPlace(
  options: PlaceOptions,
): { part: Part; next: number } | undefined {
  const { items, index, cue, sense, parts } = options
  let at = index
  while (DETERMINERS.test(textOf(items[at])) && at < index + 3) at += 1
  const item = items[at]
  if (item?.type !== 'word' || item.cashtag) return undefined
  const { venue, token, venueWeak, chainWeak } = item.senses
  const nextItem = items[at + 1]
  const next = textOf(nextItem)
  // A rare chain is one only where a chain must stand: `on zircuit`.
  const chain =
    chainWeak &&
    !CHAIN_NOUN.test(next) &&
    cue !== 'on' &&
    !(/^(?:to|from)$/.test(cue) && /^(?:bridge|cross|move|send)$/.test(sense))
      ? undefined
      : item.senses.chain
  if (chain === undefined && venue === undefined) return undefined
  const range = { start: item.start, end: item.end }
  const asChain = (skip: number) => ({
    part: { type: 'chain' as const, ...range, cue, id: chain ?? '' },
    next: at + 1 + skip,
  })
  const asVenue = (skip: number) => {
    let after = at + 1 + skip
    while (
      PLACE_NOUN.test(textOf(items[after])) ||
      /^(?:'s|s)$/.test(textOf(items[after])) ||
      (POOL_NOUN.test(textOf(items[after])) &&
        !/^(?:gauges?)$/.test(textOf(items[after])) &&
        skip === 0 &&
        cue !== '')
    )
      after += 1
    return {
      part: {
        type: 'venue' as const,
        ...range,
        cue,
        id: venue ?? '',
        ...(token === undefined ? {} : { symbol: token }),
      },
      next: after,
    }
  }
  if (chain !== undefined && CHAIN_NOUN.test(next)) return asChain(1)
  if (venue !== undefined && PLACE_NOUN.test(next)) return asVenue(0)
  // `arbitrum usdc`, `base eth`: a chain in front of its token.
  const beforeToken =
    nextItem?.type === 'word' &&
    nextItem.senses.token !== undefined &&
    nextItem.senses.verb === undefined
  if (chain !== undefined && token === undefined && beforeToken && cue !== 'to')
    return asChain(0)
  const last = items[at - 1]
  if (last?.type === 'number' || last?.type === 'quantity') {
    if (token !== undefined) return undefined
    if (last.type === 'number' && chain === undefined) return undefined
  }
  // `my compound position`, `the aave loan`
  if (
    venue !== undefined &&
    cue === '' &&
    token === undefined &&
    /^(?:loans?|debts?|positions?|deposits?|balance|account|rewards?)$/.test(
      next,
    )
  )
    return asVenue(0)
  // `invest 100 usdc in aave` lends it, `in gmx` buys it.
  if (sense === 'invest' && /^(?:to|in|on)$/.test(cue) && token !== undefined) {
    const kind = venue === undefined ? undefined : getVenueKind(venue)
    return kind === 'lending' || kind === 'staking' || kind === 'yield'
      ? asVenue(0)
      : undefined
  }
  // `100 usdc of my aave debt`
  if (
    venue !== undefined &&
    /^(?:of|from|on|in)$/.test(cue) &&
    /^(?:loans?|debts?|positions?|deposits?|borrow|account|balance|rewards?)$/.test(
      next,
    )
  )
    return asVenue(0)
  switch (cue) {
    case 'on':
    case 'via':
    case 'in':
    case 'at':
    case 'by':
      if (chain !== undefined && !(venue !== undefined && cue === 'via')) {
        // `long on eth`: no chain in a trade of positions.
        if (
          token !== undefined &&
          /^(?:long|short|open|close)$/.test(sense) &&
          !parts.some((part) => part.type === 'money' && part.token)
        )
          return undefined
        if (
          token !== undefined &&
          cue === 'in' &&
          TRADE.test(sense) &&
          chain === 'ethereum'
        )
          return undefined
        return asChain(0)
      }
      if (venue !== undefined) {
        if (
          token !== undefined &&
          /^(?:long|short|open|earn)$/.test(sense) &&
          !parts.some((part) => part.type === 'money' && part.token)
        )
          return undefined
        return asVenue(0)
      }
      return undefined
    case 'to':
      if (sense === 'bridge' || sense === 'cross')
        return chain !== undefined
          ? asChain(0)
          : venue !== undefined && token === undefined
            ? asVenue(0)
            : undefined
      if (INTO_PLACE.test(sense)) {
        if (venue !== undefined && !venueWeak) {
          // `put 100 usdc into aave`: the protocol; `into eth` has no venue.
          return asVenue(0)
        }
        if (chain !== undefined && token === undefined) return asChain(0)
        if (
          chain !== undefined &&
          sense === 'move' &&
          (!/^(?:eth|ether)$/.test(item.text) ||
            parts.some((part) => part.type === 'chain' && part.cue === 'from'))
        )
          return asChain(0)
        return undefined
      }
      // `to binance`: an account there, and no chain.
      if (sense === 'send' && item.text === 'binance') return undefined
      if (token !== undefined) {
        if (sense === 'send' && chain !== undefined) return asChain(0)
        return undefined
      }
      if (chain !== undefined) return asChain(0)
      return venueWeak ? undefined : asVenue(0)
    case 'from':
      if (FROM_PLACE.test(sense)) {
        if (venue !== undefined) return asVenue(0)
        if (chain !== undefined && token === undefined) return asChain(0)
        return chain !== undefined && sense !== 'unstake' && sense !== 'redeem'
          ? asChain(0)
          : undefined
      }
      if (
        chain !== undefined &&
        (token === undefined || sense === 'bridge' || sense === 'send')
      )
        return asChain(0)
      if (venue !== undefined && token === undefined && !venueWeak)
        return asVenue(0)
      return undefined
    case 'with':
      // `long eth 3x with 25 usdc, gmx`: a comma, then where.
      if (
        options.joined &&
        venue !== undefined &&
        textOf(items[at - 1]) === ',' &&
        getVenueKind(venue) === 'perps' &&
        /^(?:long|short|close)$/.test(sense) &&
        isPhraseEnd(nextItem)
      )
        return asVenue(0)
      if (
        sense === 'bridge' &&
        venue !== undefined &&
        getVenueKind(venue) === 'bridge' &&
        isPhraseEnd(nextItem)
      )
        return asVenue(0)
      if (
        venue !== undefined &&
        (!venueWeak || (token === undefined && isPhraseEnd(nextItem)))
      ) {
        if (token === undefined) return asVenue(0)
        const backs = items
          .slice(at + 1, at + 4)
          .some((each) => /^(?:collateral|security)$/.test(textOf(each)))
        if (
          /^(?:lend|borrow|deposit|stake|unstake|withdraw|repay|bridge|save|add)$/.test(
            sense,
          ) &&
          !backs &&
          (parts.some((part) => part.type === 'money') ||
            getVenueKind(venue) === 'lending')
        )
          return asVenue(0)
        // `use 1inch to swap 5 dai`: what is swapped is counted elsewhere.
        const counted =
          items
            .slice(at + 1)
            .some(
              (each) => each.type === 'number' || each.type === 'quantity',
            ) || parts.filter((part) => part.type === 'money').length >= 2
        if (getVenueKind(venue) === 'dex' && TRADE.test(sense) && counted)
          return asVenue(0)
      }
      if (chain !== undefined && token === undefined) return asChain(0)
      return undefined
    case 'for':
      // `… for eth, optimism chain`: a comma goes on with the places.
      if (options.joined && chain !== undefined && token === undefined)
        return asChain(0)
      // `approve usdc for uniswap`
      if (/^(?:approve|revoke)$/.test(sense) && venue !== undefined)
        return asVenue(0)
      return undefined
    case 'of':
    case 'against':
    case 'as':
      if (cue === 'of' && FROM_PLACE.test(sense) && venue !== undefined) {
        const kind = getVenueKind(venue)
        if (
          (kind === 'lending' || token === undefined) &&
          parts.some((part) => part.type === 'money' && part.token)
        )
          return asVenue(0)
      }
      if (token === undefined && venue !== undefined && !venueWeak)
        return asVenue(0)
      return undefined
    default: {
      // `curve swap 100 usdc usdt`, `supply aave 100 usdc`: where, in front.
      const counts =
        nextItem?.type === 'number' ||
        nextItem?.type === 'quantity' ||
        textOf(nextItem) === '$'
      if (
        venue !== undefined &&
        cue === '' &&
        ((nextItem?.type === 'break' &&
          nextItem.start < nextItem.end &&
          at === 0) ||
          (counts &&
            items[at - 1]?.type === 'break' &&
            at > 0 &&
            /^(?:lend|borrow|withdraw|repay|deposit|stake|unstake)$/.test(
              sense,
            )) ||
          (sense === 'claim' && nextItem === undefined) ||
          (/^(?:long|short|close)$/.test(sense) &&
            getVenueKind(venue) === 'perps' &&
            nextItem === undefined &&
            parts.some((part) => part.type === 'money' && part.token)))
      )
        return asVenue(0)
      // `lend .25 wbtc, compound, arbitrum`: the thing, then where.
      const listed =
        textOf(items[at - 1]) === ',' &&
        (nextItem === undefined ||
          textOf(nextItem) === ',' ||
          nextItem.type === 'break' ||
          nextItem.type === 'time' ||
          nextItem.type === 'conditions')
      const filled = parts.some(
        (part) =>
          part.type === 'money' &&
          part.token !== undefined &&
          part.amount !== undefined,
      )
      const traded = parts.some(
        (part) => part.type === 'money' && /^(?:to|for)$/.test(part.cue),
      )
      if (
        listed &&
        (filled || sense === 'claim') &&
        (TRADE.test(sense) ? traded : sense !== 'send' && sense !== 'ask')
      ) {
        const kind = venue === undefined ? undefined : getVenueKind(venue)
        if (
          venue !== undefined &&
          ((/^(?:lend|deposit|borrow|repay|withdraw|save|put|add|claim)$/.test(
            sense,
          ) &&
            kind === 'lending') ||
            (/stake$/.test(sense) && kind === 'staking') ||
            (sense === 'claim' && kind === 'dex') ||
            (TRADE.test(sense) && kind === 'dex') ||
            (/^(?:long|short|close)$/.test(sense) && kind === 'perps'))
        )
          return asVenue(0)
        if (
          chain !== undefined &&
          !/^(?:eth|ether|bnb|avax|matic)$/.test(item.text)
        )
          return asChain(0)
      }
      if (token === undefined) {
        if (chain !== undefined && !commonWords.has(item.text))
          return asChain(0)
        if (
          chain !== undefined &&
          cue === '' &&
          /^(?:bridge|move)$/.test(sense)
        )
          return asChain(0)
        if (venue !== undefined && !venueWeak) return asVenue(0)
        // `lend 100 dai spark`: a plain word, where only a place is left.
        if (
          venue !== undefined &&
          !options.joined &&
          getVenueKind(venue) === 'lending' &&
          (isPhraseEnd(nextItem) ||
            (nextItem?.type === 'word' &&
              nextItem.senses.chain !== undefined &&
              nextItem.senses.token === undefined)) &&
          /^(?:lend|borrow|repay|withdraw|deposit)$/.test(sense) &&
          parts.some((part) => part.type === 'money' && part.token)
        )
          return asVenue(0)
        return undefined
      }
      // `my aave loan`, `gmx rewards`, `the compound position`
      if (
        venue !== undefined &&
        /^(?:loans?|debts?|positions?|rewards?|deposits?|borrow|borrows|vaults?|account|balance|collateral|pools?|lp|market|fees|stake|farm|airdrop|yield|emissions|incentives|supply)$/.test(
          next,
        ) &&
        !/^(?:long|short|swap|sell|buy|bridge|send)$/.test(sense)
      ) {
        if (
          next === 'balance' ||
          (next === 'collateral' &&
            venue !== undefined &&
            getVenueKind(venue) !== 'lending')
        )
          return undefined
        return asVenue(0)
      }
      // `0.42 eth -> usdc arb`: both sides are named, and nothing joins a third.
      if (
        chain !== undefined &&
        TRADE.test(sense) &&
        !options.joined &&
        isPhraseEnd(nextItem) &&
        last?.type !== 'number' &&
        traded &&
        filled &&
        !/^(?:eth|ether|bnb|avax|matic)$/.test(item.text)
      )
        return asChain(0)
      const full = parts.some((part) => part.type === 'money' && part.token)
      // `bridge 100 usdc arb base`: what it is has been said already.
      if (
        chain !== undefined &&
        full &&
        !options.joined &&
        (sense === 'bridge' || (sense === 'move' && chain !== 'ethereum'))
      )
        return asChain(0)
      // `supply 100 usdc aave`, `withdraw my dai compound`
      if (
        venue !== undefined &&
        !options.joined &&
        !parts.some((part) => part.type === 'venue') &&
        ((/^(?:withdraw|exit|claim)$/.test(sense) &&
          getVenueKind(venue) !== undefined &&
          nextItem === undefined &&
          parts.some((part) => part.type === 'money')) ||
          (full &&
            (last?.type !== 'number' ||
              parts.some((part) => part.type === 'money' && part.trailing)) &&
            /^(?:lend|deposit|borrow|repay|withdraw|exit|save|add|put|stake|unstake)$/.test(
              sense,
            ) &&
            (getVenueKind(venue) === 'lending' ||
              (getVenueKind(venue) === 'staking' && /stake$/.test(sense)))))
      )
        return asVenue(0)
      return undefined
    }
  }
}
