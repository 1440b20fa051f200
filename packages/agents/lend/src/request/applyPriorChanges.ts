import type {
  AaveReserveState,
  LendingSnapshot,
  MorphoMarketState,
} from '@behest/evm'
import { isSameAddress, type PriorChanges } from '@behest/spec'
import { subtract } from './interest.js'

type Position = PriorChanges['positions'][number]

// Morpho's virtual assets and shares, as in the conversion of the contract.
const virtualAssets = 1n
const virtualShares = 1_000_000n

/**
 * Makes the changes of a plan's earlier steps to a snapshot: a borrow can stand
 * on what the step before it supplies, and a withdrawal on what it repays.
 *
 * Only amounts change. Rates and prices stay those of the block.
 *
 * @param options.snapshot - Of the block.
 * @param options.priorChanges - What the earlier steps change; `undefined` for
 *   a first step.
 * @returns The snapshot as it is when the next step starts.
 */
export function applyPriorChanges(options: {
  readonly snapshot: LendingSnapshot
  readonly priorChanges: PriorChanges | undefined
}): LendingSnapshot {
  const { snapshot, priorChanges } = options
  const { positions = [] } = priorChanges ?? {}
  if (positions.length === 0) return snapshot
  const { aave, morpho } = snapshot
  const reserves = aave.reserves.map((reserve) =>
    changeReserve(reserve, at(positions, 'aave', reserve.token)),
  )
  return {
    ...snapshot,
    aave: {
      reserves,
      account: changeAccount(aave, reserves),
    },
    morpho: {
      markets: morpho.markets.map((market) =>
        changeMarket(market, at(positions, 'morpho', market.id)),
      ),
    },
  }
}

type Moved = {
  readonly supplied: bigint
  readonly borrowed: bigint
  readonly collateral: bigint
}

function at(
  positions: readonly Position[],
  venue: string,
  market: string,
): Moved {
  const sum = (kind: Position['kind']) =>
    positions
      .filter((one) => one.venue === venue && one.kind === kind)
      .filter((one) => isSameAddress(one.market, market))
      .reduce((total, { units }) => total + units, 0n)
  return {
    supplied: sum('supplied'),
    borrowed: sum('borrowed'),
    collateral: sum('collateral'),
  }
}

function changeReserve(
  reserve: AaveReserveState,
  { supplied, borrowed }: Moved,
): AaveReserveState {
  if (supplied === 0n && borrowed === 0n) return reserve
  const { account, ltvBps } = reserve
  const suppliedUnits = add(account.suppliedUnits, supplied)
  return {
    ...reserve,
    suppliedUnits: add(reserve.suppliedUnits, supplied),
    borrowedUnits: add(reserve.borrowedUnits, borrowed),
    availableUnits: add(reserve.availableUnits, supplied - borrowed),
    account: {
      ...account,
      suppliedUnits,
      variableDebtUnits: add(account.variableDebtUnits, borrowed),
      // A first supply counts as collateral by itself; taking all ends it.
      isCollateral:
        suppliedUnits > 0n &&
        (account.isCollateral || (account.suppliedUnits === 0n && ltvBps > 0)),
    },
  }
}

/** The account as a whole, told worse than it can be where factors hide. */
function changeAccount(
  before: LendingSnapshot['aave'],
  reserves: readonly AaveReserveState[],
): LendingSnapshot['aave']['account'] {
  let { collateralUsdE8, debtUsdE8 } = before.account
  for (const [index, reserve] of reserves.entries()) {
    const from = before.reserves[index]
    if (from === undefined || from === reserve) continue
    const value = (units: bigint) =>
      (units * reserve.priceUsdE8) / 10n ** BigInt(reserve.decimals)
    // What is added may count for less than the average, so it counts nothing.
    if (from.account.isCollateral)
      collateralUsdE8 = subtract(
        collateralUsdE8,
        value(
          subtract(from.account.suppliedUnits, reserve.account.suppliedUnits),
        ),
      )
    const owed = getDebt(reserve) - getDebt(from)
    debtUsdE8 =
      owed > 0n
        ? debtUsdE8 + value(owed) + 1n
        : subtract(debtUsdE8, value(-owed))
  }
  return {
    ...before.account,
    collateralUsdE8,
    debtUsdE8: reserves.some((one) => getDebt(one) > 0n) ? debtUsdE8 : 0n,
  }
}

function getDebt({ account }: AaveReserveState): bigint {
  return account.stableDebtUnits + account.variableDebtUnits
}

function changeMarket(
  market: MorphoMarketState,
  { supplied, borrowed, collateral }: Moved,
): MorphoMarketState {
  if (supplied === 0n && borrowed === 0n && collateral === 0n) return market
  const { account } = market
  const suppliedUnits = add(account.suppliedUnits, supplied)
  const borrowedUnits = add(account.borrowedUnits, borrowed)
  const supplyShares = toShares(
    suppliedUnits,
    market.totalSupplyAssets,
    market.totalSupplyShares,
  )
  const borrowShares = toShares(
    borrowedUnits,
    market.totalBorrowAssets,
    market.totalBorrowShares,
  )
  return {
    ...market,
    totalSupplyAssets: add(market.totalSupplyAssets, supplied),
    totalSupplyShares: add(
      market.totalSupplyShares,
      supplyShares - account.supplyShares,
    ),
    totalBorrowAssets: add(market.totalBorrowAssets, borrowed),
    totalBorrowShares: add(
      market.totalBorrowShares,
      borrowShares - account.borrowShares,
    ),
    account: {
      ...account,
      suppliedUnits,
      borrowedUnits,
      collateralUnits: add(account.collateralUnits, collateral),
      supplyShares: supplied === 0n ? account.supplyShares : supplyShares,
      borrowShares: borrowed === 0n ? account.borrowShares : borrowShares,
    },
  }
}

/** Rounded down, so that no call asks for a share that is not there. */
function toShares(
  units: bigint,
  totalAssets: bigint,
  totalShares: bigint,
): bigint {
  return (units * (totalShares + virtualShares)) / (totalAssets + virtualAssets)
}

function add(units: bigint, change: bigint): bigint {
  return change < 0n ? subtract(units, -change) : units + change
}
