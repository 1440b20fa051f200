import {
  type Address,
  type AssetDelta,
  type Hex,
  isSameAddress,
  type PositionDelta,
  type Token,
} from '@behest/spec'
import {
  encodeFunctionData,
  getAddress,
  hexToBigInt,
  parseAbi,
  size,
  slice,
} from 'viem'
import type { Read } from './balanceRead.js'

/** The parts of Aave's reserve data that measuring needs. */
export type AaveReserve = {
  /** Per year in ray, not compounded. */
  readonly supplyRateRay: bigint
  readonly borrowRateRay: bigint
  readonly aToken: Address
  readonly stableDebtToken: Address
  readonly variableDebtToken: Address
}

const reserveAbi = parseAbi([
  'function getReserveData(address asset) view returns (bytes32)',
])

/** Builds the read of a reserve's data. */
export function toReserveRead(pool: Address, asset: Address): Read {
  return {
    target: pool,
    data: encodeFunctionData({
      abi: reserveAbi,
      functionName: 'getReserveData',
      args: [asset],
    }),
  }
}

/** Takes a reserve's data apart: fifteen words, the same from 3.0 to 3.5. */
export function toAaveReserve(answer: Hex): AaveReserve | undefined {
  if (size(answer) < 480) return undefined
  const word = (index: number) => slice(answer, index * 32, index * 32 + 32)
  const address = (index: number) => getAddress(slice(word(index), 12))
  return {
    supplyRateRay: hexToBigInt(word(2)),
    borrowRateRay: hexToBigInt(word(4)),
    aToken: address(8),
    stableDebtToken: address(9),
    variableDebtToken: address(10),
  }
}

/**
 * Says what changes of Aave's own tokens are worth.
 *
 * @param options.deltas - Changes of balances.
 * @param options.reserves - The reserves that were touched, by underlying token.
 * @returns One line per change of a reserve's supply or debt token.
 */
export function toAavePositions(options: {
  readonly deltas: readonly AssetDelta[]
  readonly reserves: readonly {
    readonly token: Token
    readonly reserve: AaveReserve
  }[]
}): readonly PositionDelta[] {
  return options.deltas.flatMap((delta) =>
    options.reserves.flatMap(({ token, reserve }): readonly PositionDelta[] => {
      const isSupply = isSameAddress(delta.token, reserve.aToken)
      const isDebt =
        isSameAddress(delta.token, reserve.variableDebtToken) ||
        isSameAddress(delta.token, reserve.stableDebtToken)
      if (!isSupply && !isDebt) return []
      return [
        {
          account: delta.account,
          venue: 'aave',
          market: token.address,
          kind: isSupply ? 'supplied' : 'borrowed',
          token: token.address,
          symbol: token.symbol,
          units: delta.units,
          decimal: delta.decimal,
          // It is one of the reserve's own tokens, so no native coin.
          ...(delta.token === 'native' ? {} : { heldAs: delta.token }),
        },
      ]
    }),
  )
}
