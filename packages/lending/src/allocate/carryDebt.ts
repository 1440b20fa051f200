import { MarketCapacityError } from '../errors/MarketCapacityError.js'
import type { Market } from '../market/market.js'
import { max, min } from '../math/fixedPoint.js'
import {
  type CollateralTerms,
  type Exchange,
  getCarriedDebtUnits,
  getNeededCollateralUnits,
} from './collateralTerms.js'

/** A market that lends against the collateral. */
export type Place = {
  readonly market: Market
  readonly terms: CollateralTerms
  readonly limitUnits: bigint
  readonly gasUnits: bigint
}

export type Carrier = {
  readonly places: readonly Place[]
  readonly exchange: Exchange
  readonly floorWad: bigint
  readonly units: bigint
  readonly collateralUnits: bigint
}

/** Gets how much a market still lends, by its liquidity and all caps. */
export function getRoomUnits(market: Market, callerCapUnits?: bigint): bigint {
  const { borrowCapUnits, borrowedUnits, availableUnits } = market
  const byCap =
    borrowCapUnits === 0n
      ? availableUnits
      : max(0n, borrowCapUnits - borrowedUnits)
  const room = min(availableUnits, byCap)
  return callerCapUnits === undefined ? room : min(room, callerCapUnits)
}

/**
 * Asserts that liquidity and collateral allow the whole.
 *
 * @throws {MarketCapacityError} when they allow less.
 */
export function assertCapacity(carrier: Carrier): void {
  const { places, units } = carrier
  const liquidUnits = places.reduce(
    (sum, { limitUnits }) => sum + limitUnits,
    0n,
  )
  const isDry = liquidUnits < units
  const capacityUnits = isDry ? liquidUnits : getCapacityUnits(carrier)
  if (capacityUnits < units)
    throw new MarketCapacityError({
      action: 'borrow',
      units,
      capacityUnits,
      limitedBy: isDry ? 'liquidity' : 'collateral',
      markets: places.length,
    })
}

/** The most that the collateral carries: the most generous markets first. */
export function getCapacityUnits(carrier: Carrier): bigint {
  const { exchange, floorWad } = carrier
  let left = carrier.collateralUnits
  let carried = 0n
  for (const index of orderByNeed(carrier)) {
    const { limitUnits, terms } = carrier.places[index]!
    const debtUnits = min(
      limitUnits,
      getCarriedDebtUnits({ collateralUnits: left, terms, exchange, floorWad }),
    )
    left -= getNeededCollateralUnits({ debtUnits, terms, exchange, floorWad })
    carried += debtUnits
  }
  return carried
}

/** Places by the collateral that one unit of debt needs, the least first. */
function orderByNeed(carrier: Omit<Carrier, 'collateralUnits'>): number[] {
  const { places, exchange, floorWad } = carrier
  const needs = places.map(({ terms }) =>
    getNeededCollateralUnits({
      debtUnits: 10n ** 36n,
      terms,
      exchange,
      floorWad,
    }),
  )
  return places
    .map((_, index) => index)
    .sort((a, b) =>
      needs[a] === needs[b] ? a - b : needs[a]! < needs[b]! ? -1 : 1,
    )
}

function getNeeds(carrier: Carrier, parts: readonly bigint[]): bigint[] {
  const { places, exchange, floorWad } = carrier
  return parts.map((debtUnits, index) =>
    debtUnits === 0n
      ? 0n
      : getNeededCollateralUnits({
          debtUnits,
          terms: places[index]!.terms,
          exchange,
          floorWad,
        }),
  )
}

/**
 * Moves the few units that rounding put beyond the collateral from the most
 * demanding market to the least demanding one that has room.
 *
 * @returns Parts within the collateral, or `undefined` when there are none.
 */
export function fitCollateral(
  options: Carrier & { readonly parts: readonly bigint[] },
): bigint[] | undefined {
  const parts = [...options.parts]
  const order = orderByNeed(options)
  const leastOf = (index: number) =>
    options.places[index]!.market.minBorrowUnits
  const isEnough = () =>
    getNeeds(options, parts).reduce((sum, need) => sum + need, 0n) <=
    options.collateralUnits
  // Each round doubles what is moved, so that few rounds are enough.
  let step = 1n
  for (let round = 0; round < 256; round += 1) {
    if (isEnough()) return parts
    const giver = order.findLast((index) => parts[index]! > leastOf(index))
    const taker = order.find(
      (index) =>
        (parts[index]! > 0n || leastOf(index) === 0n) &&
        parts[index]! < options.places[index]!.limitUnits,
    )
    if (giver === undefined || taker === undefined) return undefined
    if (order.indexOf(taker) >= order.indexOf(giver)) return undefined
    const room = options.places[taker]!.limitUnits - parts[taker]!
    const moved = min(step, min(parts[giver]! - leastOf(giver), room))
    parts[giver]! -= moved
    parts[taker]! += moved
    step *= 2n
  }
  return undefined
}

/** Posts all the collateral, in proportion to what each part needs. */
export function spreadCollateral(
  options: Carrier & { readonly parts: readonly bigint[] },
): bigint[] {
  const { collateralUnits } = options
  const needs = getNeeds(options, options.parts)
  const needed = needs.reduce((sum, need) => sum + need, 0n)
  const posted = needs.map((need) =>
    need === 0n ? 0n : need + (need * (collateralUnits - needed)) / needed,
  )
  const rest = collateralUnits - posted.reduce((sum, part) => sum + part, 0n)
  const first = posted.findIndex((part) => part > 0n)
  posted[first]! += rest
  return posted
}
