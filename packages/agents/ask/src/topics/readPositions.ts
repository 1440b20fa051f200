import { type LendingSnapshot, readLendingSnapshot } from '@behest/evm'
import { toDecimal } from '@behest/spec'
import type { AskContext } from '../AskContext.js'

/** One thing that an account has at a lending venue. */
export type Position = {
  readonly venue: string
  readonly market: string
  readonly kind: 'supplied' | 'collateral' | 'borrowed'
  readonly symbol: string
  readonly token: string
  readonly units: string
  readonly decimal: string
}

/** What is owned comes before what is owed. */
const kinds = ['supplied', 'collateral', 'borrowed'] as const

/** Health of one loan; absent from lists where there is no debt. */
export type LoanHealth = {
  readonly venue: string
  readonly market?: string
  /** As a decimal of 6 places, cut. Below 1 it may be liquidated. */
  readonly health: string
  readonly healthWad: bigint
}

/** Reads what the question's account supplied, pledged and borrowed. */
export async function readPositions(context: AskContext): Promise<{
  readonly positions: readonly Position[]
  readonly loans: readonly LoanHealth[]
}> {
  const { question, chain, blockNumber } = context
  const snapshot = await readLendingSnapshot({
    client: chain.client,
    deployment: chain.deployment,
    account: question.account,
    blockNumber,
  })
  const isAsked = ({ venue }: { readonly venue: string }) =>
    question.venue === undefined || venue === question.venue
  return {
    positions: [...toAave(snapshot), ...toMorpho(snapshot)]
      .filter(isAsked)
      .toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)),
    loans: toLoans(snapshot).filter(isAsked),
  }
}

function toAave({ aave }: LendingSnapshot): readonly Position[] {
  return aave.reserves.flatMap(({ token, symbol, decimals, account }) => {
    const base = { venue: 'aave', market: token, symbol, token }
    const debt = account.variableDebtUnits + account.stableDebtUnits
    return [
      toPosition({
        ...base,
        kind: account.isCollateral ? 'collateral' : 'supplied',
        units: account.suppliedUnits,
        decimals,
      }),
      toPosition({ ...base, kind: 'borrowed', units: debt, decimals }),
    ].flat()
  })
}

function toMorpho({ morpho }: LendingSnapshot): readonly Position[] {
  return morpho.markets.flatMap((market) => {
    const { account } = market
    const loan = {
      venue: 'morpho',
      market: market.id,
      symbol: market.loanSymbol,
      token: market.loanToken,
      decimals: market.loanDecimals,
    }
    return [
      toPosition({ ...loan, kind: 'supplied', units: account.suppliedUnits }),
      toPosition({
        venue: 'morpho',
        market: market.id,
        symbol: market.collateralSymbol,
        token: market.collateralToken,
        decimals: market.collateralDecimals,
        kind: 'collateral',
        units: account.collateralUnits,
      }),
      toPosition({ ...loan, kind: 'borrowed', units: account.borrowedUnits }),
    ].flat()
  })
}

function toPosition(
  options: Omit<Position, 'units' | 'decimal'> & {
    readonly units: bigint
    readonly decimals: number
  },
): readonly Position[] {
  const { units, decimals, ...rest } = options
  if (units === 0n) return []
  return [
    { ...rest, units: units.toString(), decimal: toDecimal(units, decimals) },
  ]
}

function toLoans({ aave, morpho }: LendingSnapshot): readonly LoanHealth[] {
  const one = (
    healthWad: bigint | null,
    place: { readonly venue: string; readonly market?: string },
  ): readonly LoanHealth[] =>
    healthWad === null
      ? []
      : [
          {
            ...place,
            health: toDecimal(healthWad / 10n ** 12n, 6),
            healthWad,
          },
        ]
  return [
    ...one(aave.account.healthWad, { venue: 'aave' }),
    ...morpho.markets.flatMap(({ id, account }) =>
      one(account.healthWad, { venue: 'morpho', market: id }),
    ),
  ]
}
