/** What is posted in a lending position, in one token. */
export type HealthCollateral = {
  /** A lower-case address. */
  readonly token: string
  readonly decimals: number
  /** In the token's smallest unit. */
  readonly units: bigint
  /**
   * The price of one whole token in the smallest unit of the venue's base
   * currency (Aave: USD with 8 decimals). One unit for the whole position.
   */
  readonly priceUnits: bigint
  /** The share of the value that may be borrowed, in 1/10000. */
  readonly ltvBps: number
  /** The share of the value that debt may reach before liquidation, in 1/10000. */
  readonly liquidationThresholdBps: number
}

/** What is owed in a lending position, in one token. */
export type HealthDebt = {
  /** A lower-case address. */
  readonly token: string
  readonly decimals: number
  /** In the token's smallest unit. */
  readonly units: bigint
  /** As in {@link HealthCollateral}. */
  readonly priceUnits: bigint
}

/** Everything that decides whether one account at one venue is liquidated. */
export type HealthPosition = {
  readonly collaterals: readonly HealthCollateral[]
  readonly debts: readonly HealthDebt[]
}

/** One thing an account may do to its position. */
export type PositionChange =
  | { readonly type: 'supply'; readonly collateral: HealthCollateral }
  | {
      readonly type: 'withdraw'
      readonly token: string
      /** In the token's smallest unit. */
      readonly units: bigint
    }
  | { readonly type: 'borrow'; readonly debt: HealthDebt }
  | {
      readonly type: 'repay'
      readonly token: string
      /** In the token's smallest unit. */
      readonly units: bigint
    }
