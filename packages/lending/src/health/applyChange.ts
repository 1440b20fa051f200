import { PositionAmountError } from '../errors/PositionAmountError.js'
import { RateInputError } from '../errors/RateInputError.js'
import type {
  HealthCollateral,
  HealthDebt,
  HealthPosition,
  PositionChange,
} from './position.js'

/**
 * Builds the position that an action leaves behind.
 *
 * @param position - Before the action.
 * @param change - What is done, in the token's smallest unit.
 * @returns After the action; entries that reach 0 are left out.
 * @throws {PositionAmountError} when more is withdrawn or repaid than there is.
 * @throws {RateInputError} when an amount is negative.
 */
export function applyChange(
  position: HealthPosition,
  change: PositionChange,
): HealthPosition {
  const { collaterals, debts } = position
  switch (change.type) {
    case 'supply':
      return { debts, collaterals: add(collaterals, change.collateral) }
    case 'borrow':
      return { collaterals, debts: add(debts, change.debt) }
    case 'withdraw':
      return { debts, collaterals: take(collaterals, change) }
    case 'repay':
      return { collaterals, debts: take(debts, change) }
  }
}

/**
 * Builds the position as it stands after a fall of all collateral prices.
 *
 * Debts keep their prices, so this is the harsher of the two ways to be wrong.
 *
 * @param position - At today's prices.
 * @param dropBps - How far the prices fall, in 1/10000.
 * @returns The position at the fallen prices.
 * @throws {RateInputError} when `dropBps` is not in 0..10000.
 */
export function applyPriceDrop(
  position: HealthPosition,
  dropBps: number,
): HealthPosition {
  if (!Number.isInteger(dropBps) || dropBps < 0 || dropBps > 10_000)
    throw new RateInputError({ field: 'dropBps', value: dropBps })
  const kept = BigInt(10_000 - dropBps)
  return {
    debts: position.debts,
    collaterals: position.collaterals.map((collateral) => ({
      ...collateral,
      priceUnits: (collateral.priceUnits * kept) / 10_000n,
    })),
  }
}

function add<Asset extends HealthCollateral | HealthDebt>(
  assets: readonly Asset[],
  added: Asset,
): Asset[] {
  if (added.units < 0n)
    throw new RateInputError({ field: 'units', value: added.units })
  const isKnown = assets.some(({ token }) => token === added.token)
  if (!isKnown) return [...assets, added]
  return assets.map((asset) =>
    asset.token === added.token
      ? { ...asset, units: asset.units + added.units }
      : asset,
  )
}

function take<Asset extends HealthCollateral | HealthDebt>(
  assets: readonly Asset[],
  taken: {
    readonly type: 'withdraw' | 'repay'
    readonly token: string
    readonly units: bigint
  },
): Asset[] {
  const { type, token, units } = taken
  if (units < 0n) throw new RateInputError({ field: 'units', value: units })
  const held = assets.find((asset) => asset.token === token)?.units ?? 0n
  if (units > held)
    throw new PositionAmountError({
      action: type,
      token,
      askedUnits: units,
      heldUnits: held,
    })
  return assets
    .map((asset) =>
      asset.token === token ? { ...asset, units: asset.units - units } : asset,
    )
    .filter((asset) => asset.token !== token || asset.units > 0n)
}
