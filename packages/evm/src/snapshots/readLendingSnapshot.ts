// One file because it is one translation: what two protocols answer, into one
// form, field by field.
import { type Address, type Hex, isSameAddress } from '@behest/spec'
import {
  type ContractFunctionReturnType,
  getAddress,
  maxUint256,
  zeroAddress,
} from 'viem'
import { getMorphoHealth } from '../chain/toHealthChange.js'
import type { ChainClient } from '../client/createChainClient.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { callLens } from '../lens/callLens.js'
import type { aaveLensAbi } from '../lens/lensAbi.js'
import { aaveLens, morphoLens, readLens } from '../lens/lenses.js'
import {
  type MorphoState,
  toBorrowedUnits,
  toMorphoRates,
  toSuppliedUnits,
} from '../lens/morphoState.js'
import { fitTwoSlope, sampledUses, type TwoSlope } from './fitTwoSlope.js'
import type {
  MarketLine,
  MorphoMarketLine,
  TwoSlopeLine,
} from './marketLine.js'
import type { TokenLine } from './poolLine.js'
import { toTokenLine } from './toTokenLine.js'

export type ReadLendingSnapshotOptions = {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  /** Whose positions are read too; nobody's if absent. */
  readonly account?: Address
  /** The block that everything is read at; the newest if absent. */
  readonly blockNumber?: bigint
}

/** One reserve of Aave, with what an account has there. */
export type AaveReserveState = {
  readonly token: Address
  readonly symbol: string
  readonly decimals: number
  /** US dollars for one whole token, times 1e8; 0 where nobody prices it. */
  readonly priceUsdE8: bigint
  readonly aToken: Address
  readonly stableDebtToken: Address
  readonly variableDebtToken: Address
  readonly isActive: boolean
  readonly isFrozen: boolean
  readonly isPaused: boolean
  readonly isBorrowable: boolean
  readonly ltvBps: number
  readonly liquidationThresholdBps: number
  readonly reserveFactorBps: number
  readonly suppliedUnits: bigint
  readonly borrowedUnits: bigint
  readonly availableUnits: bigint
  readonly supplyCapUnits: bigint
  readonly borrowCapUnits: bigint
  /** Per year in ray, not compounded. */
  readonly supplyRateRay: bigint
  readonly borrowRateRay: bigint
  readonly account: {
    readonly suppliedUnits: bigint
    readonly stableDebtUnits: bigint
    readonly variableDebtUnits: bigint
    readonly isCollateral: boolean
  }
}

/** What an account has at Aave as a whole. */
export type AaveAccountState = {
  readonly collateralUsdE8: bigint
  readonly debtUsdE8: bigint
  readonly borrowableUsdE8: bigint
  readonly liquidationThresholdBps: number
  readonly ltvBps: number
  /** `null` where there is no debt. */
  readonly healthWad: bigint | null
  /** 0: none. */
  readonly eModeCategory: number
}

/** One market of Morpho, with what an account has there. */
export type MorphoMarketState = {
  readonly id: Hex
  readonly loanToken: Address
  readonly loanSymbol: string
  readonly loanDecimals: number
  readonly collateralToken: Address
  readonly collateralSymbol: string
  readonly collateralDecimals: number
  readonly oracle: Address
  readonly irm: Address
  readonly lltv: bigint
  /** One unit of collateral in units of the loan token, times 1e36. */
  readonly price: bigint
  /** With the interest up to the block. */
  readonly totalSupplyAssets: bigint
  readonly totalSupplyShares: bigint
  readonly totalBorrowAssets: bigint
  readonly totalBorrowShares: bigint
  readonly feeWad: bigint
  /** Per year in wad, not compounded. */
  readonly supplyRateWad: bigint
  readonly borrowRateWad: bigint
  readonly account: {
    readonly supplyShares: bigint
    readonly borrowShares: bigint
    readonly suppliedUnits: bigint
    readonly borrowedUnits: bigint
    readonly collateralUnits: bigint
    /** `null` where there is no debt. */
    readonly healthWad: bigint | null
  }
}

/** Every place to lend and borrow, all of one block. */
export type LendingSnapshot = {
  readonly blockNumber: bigint
  readonly timestampUnixSeconds: number
  readonly aave: {
    readonly reserves: readonly AaveReserveState[]
    readonly account: AaveAccountState
  }
  readonly morpho: { readonly markets: readonly MorphoMarketState[] }
  readonly tokens: readonly TokenLine[]
  /** Markets that can be entered now, in the form of a market file. */
  readonly markets: readonly MarketLine[]
  /** Tokens and markets as the lines of a market file: one JSON object each. */
  readonly lines: readonly string[]
}

type AaveAnswer = ContractFunctionReturnType<
  typeof aaveLensAbi,
  'view',
  'readAave'
>
type ReserveAnswer = AaveAnswer['reserves'][number]

/**
 * Reads Aave's reserves and the listed Morpho markets: one request each, both
 * at one block.
 *
 * Paused, frozen and inactive reserves, and markets whose curve is unknown, are
 * described but are not among `markets`.
 *
 * @param options.account - Whose positions are read too.
 * @param options.blockNumber - The block; the newest if absent.
 * @returns State, positions, and markets in the form of a market file.
 * @throws {StateGoneError} when the node dropped that block's state.
 * @throws {ChainReadError} when the node refuses.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function readLendingSnapshot(
  options: ReadLendingSnapshotOptions,
): Promise<LendingSnapshot> {
  const { client, deployment, account = zeroAddress } = options
  // Two requests without a block could see two different ones.
  const blockNumber =
    options.blockNumber ?? (await client.getBlockNumber({ cacheTime: 0 }))
  const tokenAddresses = listTokens(deployment)
  const [aave, [, , markets], tokenAnswers] = await Promise.all([
    callLens({
      client,
      lens: aaveLens,
      functionName: 'readAave',
      args: [deployment.aaveV3.pool, deployment.aaveV3.oracle, account],
      blockNumber,
    }),
    callLens({
      client,
      lens: morphoLens,
      functionName: 'readMorpho',
      args: [
        deployment.morpho.morpho,
        deployment.morpho.markets.map(({ id }) => id),
        [account],
        sampledUses,
      ],
      blockNumber,
    }),
    callLens({
      client,
      lens: readLens,
      functionName: 'readTokens',
      args: [tokenAddresses, deployment.aaveV3.oracle],
      blockNumber,
    }),
  ])
  const nativePrice =
    tokenAnswers.find(({ token }) =>
      isSameAddress(token, deployment.wrappedNative),
    )?.price ?? 0n
  const described = new Map<string, TokenLine>()
  for (const token of [
    ...tokenAnswers,
    ...aave.reserves.map((reserve) => ({ ...reserve, token: reserve.asset })),
  ]) {
    const line = toTokenLine({ ...token, deployment, nativePrice })
    if (line !== undefined) described.set(line.token, line)
  }
  const tokens = [...described.values()]
  const reserves = aave.reserves.flatMap((answer) => {
    const token = described.get(getAddress(answer.asset))
    return token === undefined
      ? []
      : [
          {
            answer,
            state: toReserveState(answer, token, aave.userConfiguration),
          },
        ]
  })
  const morpho = markets.flatMap((answer) => {
    const loan = described.get(getAddress(answer.params.loanToken))
    const collateral = described.get(getAddress(answer.params.collateralToken))
    return loan === undefined || collateral === undefined
      ? []
      : [{ answer, state: toMarketState(answer, loan, collateral) }]
  })
  const lines: readonly MarketLine[] = [
    ...reserves.flatMap(({ answer, state }) =>
      toAaveLine(answer, state, deployment.aaveV3.pool),
    ),
    ...morpho.flatMap(({ answer, state }) => toMorphoLine(answer, state)),
  ]
  return {
    blockNumber,
    timestampUnixSeconds: Number(aave.timestamp),
    aave: {
      reserves: reserves.map(({ state }) => state),
      account: toAccountState(aave),
    },
    morpho: { markets: morpho.map(({ state }) => state) },
    tokens,
    markets: lines,
    lines: [...tokens, ...lines].map((line) => JSON.stringify(line)),
  }
}

function listTokens(deployment: ChainDeployment): readonly Address[] {
  const unique = new Map<string, Address>()
  for (const address of [
    deployment.wrappedNative,
    ...deployment.tokens.map((token) => token.address),
    ...deployment.morpho.markets.flatMap(({ loanToken, collateralToken }) => [
      loanToken,
      collateralToken,
    ]),
  ])
    if (address !== 'native')
      unique.set(address.toLowerCase(), getAddress(address))
  return [...unique.values()]
}

/** Cuts one field out of Aave's packed configuration. */
function field(configuration: bigint, from: number, bits: number): bigint {
  return (configuration >> BigInt(from)) & ((1n << BigInt(bits)) - 1n)
}

function toReserveState(
  answer: ReserveAnswer,
  token: TokenLine,
  userConfiguration: bigint,
): AaveReserveState {
  const { configuration } = answer
  const flag = (bit: number) => field(configuration, bit, 1) === 1n
  const whole = 10n ** BigInt(token.decimals)
  return {
    token: token.token,
    symbol: token.symbol,
    decimals: token.decimals,
    priceUsdE8: answer.price,
    aToken: answer.aToken,
    stableDebtToken: answer.stableDebtToken,
    variableDebtToken: answer.variableDebtToken,
    isActive: flag(56),
    isFrozen: flag(57),
    isBorrowable: flag(58),
    isPaused: flag(60),
    ltvBps: Number(field(configuration, 0, 16)),
    liquidationThresholdBps: Number(field(configuration, 16, 16)),
    reserveFactorBps: Number(field(configuration, 64, 16)),
    suppliedUnits: answer.aTokenSupply,
    borrowedUnits: answer.variableDebt + answer.stableDebt,
    availableUnits: answer.available,
    // Caps are kept in whole tokens.
    borrowCapUnits: field(configuration, 80, 36) * whole,
    supplyCapUnits: field(configuration, 116, 36) * whole,
    supplyRateRay: answer.supplyRate,
    borrowRateRay: answer.borrowRate,
    account: {
      suppliedUnits: answer.accountSupplied,
      stableDebtUnits: answer.accountStableDebt,
      variableDebtUnits: answer.accountVariableDebt,
      isCollateral:
        field(userConfiguration, Number(answer.id) * 2 + 1, 1) === 1n,
    },
  }
}

function toAccountState(aave: AaveAnswer): AaveAccountState {
  const [collateral, debt, borrowable, threshold, ltv, health] = aave.account
  return {
    collateralUsdE8: collateral,
    debtUsdE8: debt,
    borrowableUsdE8: borrowable,
    liquidationThresholdBps: Number(threshold),
    ltvBps: Number(ltv),
    healthWad: debt === 0n || health === maxUint256 ? null : health,
    eModeCategory: Number(aave.userEMode),
  }
}

function toMarketState(
  answer: MorphoState,
  loan: TokenLine,
  collateral: TokenLine,
): MorphoMarketState {
  const { params, totals, price } = answer
  const position = answer.positions[0] ?? {
    supplyShares: 0n,
    borrowShares: 0n,
    collateral: 0n,
  }
  const { supplyWad, borrowWad } = toMorphoRates(answer)
  const borrowedUnits = toBorrowedUnits(answer, position.borrowShares)
  const health = getMorphoHealth({
    collateralUnits: position.collateral,
    borrowedUnits,
    price,
    lltv: params.lltv,
  })
  return {
    id: answer.id,
    loanToken: loan.token,
    loanSymbol: loan.symbol,
    loanDecimals: loan.decimals,
    collateralToken: collateral.token,
    collateralSymbol: collateral.symbol,
    collateralDecimals: collateral.decimals,
    oracle: params.oracle,
    irm: params.irm,
    lltv: params.lltv,
    price,
    totalSupplyAssets: totals.totalSupplyAssets,
    totalSupplyShares: totals.totalSupplyShares,
    totalBorrowAssets: totals.totalBorrowAssets,
    totalBorrowShares: totals.totalBorrowShares,
    feeWad: totals.fee,
    supplyRateWad: supplyWad,
    borrowRateWad: borrowWad,
    account: {
      supplyShares: position.supplyShares,
      borrowShares: position.borrowShares,
      suppliedUnits: toSuppliedUnits(answer, position.supplyShares),
      borrowedUnits,
      collateralUnits: position.collateral,
      healthWad: health === maxUint256 ? null : health,
    },
  }
}

function toAaveLine(
  answer: ReserveAnswer,
  state: AaveReserveState,
  pool: Address,
): readonly MarketLine[] {
  const [optimalUsageRay, baseRay, slope1Ray, slope2Ray] = answer.curve
  if (
    optimalUsageRay === undefined ||
    baseRay === undefined ||
    slope1Ray === undefined ||
    slope2Ray === undefined ||
    !state.isActive ||
    state.isFrozen ||
    state.isPaused
  )
    return []
  return [
    {
      market: state.token,
      kind: 'aave-v3',
      venue: 'aave',
      pool,
      // The strategies of 3.1 keep virtual books and round like their heirs.
      version: answer.hasVirtualBalance ? '3.2' : '3.0',
      token: state.token,
      symbol: state.symbol,
      decimals: state.decimals,
      supplied: state.suppliedUnits.toString(),
      borrowed: state.borrowedUnits.toString(),
      available: state.availableUnits.toString(),
      reserveFactorBps: state.reserveFactorBps,
      rate: toTwoSlopeLine({ optimalUsageRay, baseRay, slope1Ray, slope2Ray }),
      ltvBps: state.ltvBps,
      liquidationThresholdBps: state.liquidationThresholdBps,
      supplyCap: state.supplyCapUnits.toString(),
      borrowCap: state.borrowCapUnits.toString(),
    },
  ]
}

function toMorphoLine(
  answer: MorphoState,
  state: MorphoMarketState,
): readonly MorphoMarketLine[] {
  const common = {
    market: state.id,
    kind: 'morpho-blue',
    venue: 'morpho',
    token: state.loanToken,
    symbol: state.loanSymbol,
    decimals: state.loanDecimals,
    collateralToken: state.collateralToken,
    totalSupplyAssets: state.totalSupplyAssets.toString(),
    totalBorrowAssets: state.totalBorrowAssets.toString(),
    feeWad: state.feeWad.toString(),
    lltvWad: state.lltv.toString(),
  } as const
  if (answer.rateAtTarget !== 0n)
    return [{ ...common, rateAtTargetWad: answer.rateAtTarget.toString() }]
  const curve = fitTwoSlope(answer.sampledRates)
  return curve === undefined ? [] : [{ ...common, rate: toTwoSlopeLine(curve) }]
}

function toTwoSlopeLine(curve: TwoSlope): TwoSlopeLine {
  return {
    optimalUsageRay: curve.optimalUsageRay.toString(),
    baseRay: curve.baseRay.toString(),
    slope1Ray: curve.slope1Ray.toString(),
    slope2Ray: curve.slope2Ray.toString(),
  }
}
