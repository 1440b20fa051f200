import type { Address, Hex, PositionDelta, Token } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import type { ContractFunctionReturnType } from 'viem'
import type { morphoLensAbi } from './lensAbi.js'

/** One Morpho market as the lens answers it, interest up to the block. */
export type MorphoState = ContractFunctionReturnType<
  typeof morphoLensAbi,
  'view',
  'readMorpho'
>[2][number]

type Shares = MorphoState['positions'][number]

// Morpho's virtual assets and shares: they stop the first supplier's tricks.
const virtualAssets = 1n
const virtualShares = 1_000_000n

/** What supply shares are worth, rounded down as Morpho pays out. */
export function toSuppliedUnits(market: MorphoState, shares: bigint): bigint {
  const { totalSupplyAssets, totalSupplyShares } = market.totals
  return (
    (shares * (totalSupplyAssets + virtualAssets)) /
    (totalSupplyShares + virtualShares)
  )
}

/** What borrow shares owe, rounded up as Morpho collects. */
export function toBorrowedUnits(market: MorphoState, shares: bigint): bigint {
  const { totalBorrowAssets, totalBorrowShares } = market.totals
  const divisor = totalBorrowShares + virtualShares
  return (shares * (totalBorrowAssets + virtualAssets) + divisor - 1n) / divisor
}

/** Interest per year at a market, in wad, not compounded. */
export function toMorphoRates(market: MorphoState): {
  readonly supplyWad: bigint
  readonly borrowWad: bigint
} {
  const { totalSupplyAssets, totalBorrowAssets, fee } = market.totals
  const borrowWad = market.borrowRate * 31_536_000n
  if (totalSupplyAssets === 0n) return { supplyWad: 0n, borrowWad }
  const grossWad = (borrowWad * totalBorrowAssets) / totalSupplyAssets
  return { supplyWad: (grossWad * (10n ** 18n - fee)) / 10n ** 18n, borrowWad }
}

/**
 * Builds what changed in one account's position at one market.
 *
 * Shares that did not move are no change: rounding alone may shift their worth
 * by a unit when somebody else's shares move.
 */
export function toPositionDeltas(options: {
  readonly account: Address
  readonly before: { readonly market: MorphoState; readonly shares: Shares }
  readonly after: { readonly market: MorphoState; readonly shares: Shares }
  readonly loanToken: Token
  readonly collateralToken: Token
}): readonly PositionDelta[] {
  const { account, before, after, loanToken, collateralToken } = options
  const changes: readonly (readonly [
    PositionDelta['kind'],
    Token,
    bigint,
    boolean,
  ])[] = [
    [
      'supplied',
      loanToken,
      toSuppliedUnits(after.market, after.shares.supplyShares) -
        toSuppliedUnits(before.market, before.shares.supplyShares),
      after.shares.supplyShares !== before.shares.supplyShares,
    ],
    [
      'borrowed',
      loanToken,
      toBorrowedUnits(after.market, after.shares.borrowShares) -
        toBorrowedUnits(before.market, before.shares.borrowShares),
      after.shares.borrowShares !== before.shares.borrowShares,
    ],
    [
      'collateral',
      collateralToken,
      after.shares.collateral - before.shares.collateral,
      after.shares.collateral !== before.shares.collateral,
    ],
  ]
  return changes.flatMap(([kind, token, units, isMoved]) =>
    isMoved && units !== 0n
      ? [
          {
            account,
            venue: 'morpho',
            market: after.market.id as Hex,
            kind,
            token: token.address,
            symbol: token.symbol,
            units,
            decimal: toDecimal(units, token.decimals),
          },
        ]
      : [],
  )
}
