import type { AllowanceChange } from '../artifacts/stages.js'
import type {
  AssetDelta,
  HealthChange,
  PositionDelta,
  Token,
} from '../artifacts/token.js'
import type { TokenRef } from '../intent/intent.js'
import type { Address, AssetAddress, Hex } from '../units/hex.js'

/** One block, as far as stages need it. */
export type Block = {
  readonly number: bigint
  readonly hash: Hex
  readonly timestampUnixSeconds: number
  readonly baseFeePerGasWei: bigint
}

/** One call of a simulation. */
export type SimulatedCallInput = {
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
}

/** What to simulate: whole steps, in order, from one account at one block. */
export type SimulateOptions = {
  readonly account: Address
  readonly blockNumber: bigint
  readonly steps: readonly {
    readonly stepId: string
    readonly calls: readonly SimulatedCallInput[]
  }[]
  /** Accounts besides the user's whose balances are measured too. */
  readonly otherAccounts: readonly Address[]
  /** Tokens measured in any case; tokens seen in logs are added. */
  readonly tokens: readonly AssetAddress[]
  /** Allowances measured in any case; those seen in logs are added. */
  readonly allowances: readonly {
    readonly token: Address
    readonly spender: Address
  }[]
}

/** What a simulation measured. Balances and allowances are read, not inferred. */
export type SimulationResult = {
  readonly steps: readonly {
    readonly stepId: string
    readonly calls: readonly {
      readonly succeeded: boolean
      readonly gasUsed: bigint
      /** Decoded reason where it reverted. */
      readonly reason?: string
    }[]
    /** Of the account and `otherAccounts`; zero changes are left out; gas is not counted. */
    readonly deltas: readonly AssetDelta[]
    readonly positions: readonly PositionDelta[]
  }[]
  /** ERC-20, Permit2 and operator approvals of the account that were touched. */
  readonly allowances: readonly AllowanceChange[]
  readonly health: readonly HealthChange[]
  /** Interest per year at each venue and market touched, after the plan. */
  readonly rates: readonly {
    readonly venue: string
    readonly market: string
    readonly token: AssetAddress
    readonly supplyPerYear: string
    readonly borrowPerYear: string
  }[]
}

/** What one mined transaction changed, from balances around its block. */
export type RealisedChanges = {
  readonly deltas: readonly AssetDelta[]
  readonly positions: readonly PositionDelta[]
}

/** Reads of one chain. The engine's only eyes. */
export type ChainPort = {
  readonly chainId: number
  /** Canonical lower-case name, as in `intent.chain`; `'local'` for the devnet. */
  readonly chainName: string
  readonly nativeToken: Token
  readHead(): Promise<Block>
  /**
   * Finds the tokens that a reference may mean: listed ones by symbol, any
   * contract by address (decimals are read from it). Empty when there is none;
   * several when it is ambiguous.
   */
  findTokens(reference: TokenRef): Promise<readonly Token[]>
  /** Finds the address that a name stands for; `null` when it has none. */
  resolveParty(name: string): Promise<Address | null>
  /** In the token's smallest unit. */
  readBalance(options: {
    readonly account: Address
    readonly token: AssetAddress
    readonly blockNumber?: bigint
  }): Promise<bigint>
  /** ERC-20 allowances, in the order asked, in each token's smallest unit. */
  readAllowances(options: {
    readonly account: Address
    readonly pairs: readonly {
      readonly token: Address
      readonly spender: Address
    }[]
    readonly blockNumber?: bigint
  }): Promise<readonly bigint[]>
  /** US dollars for one whole token, times 1e8; `null` where nobody prices it. */
  readPriceUsdE8(options: {
    readonly token: AssetAddress
    readonly blockNumber?: bigint
  }): Promise<bigint | null>
  /** Simulates exactly these calls; never sends. */
  simulate(options: SimulateOptions): Promise<SimulationResult>
  /**
   * Measures what mined transactions changed: balances before and after, of the
   * account and the others, gas not counted.
   */
  readRealised(options: {
    readonly account: Address
    readonly otherAccounts: readonly Address[]
    readonly tokens: readonly AssetAddress[]
    readonly transactions: readonly Hex[]
  }): Promise<RealisedChanges>
  /** Health factors of an account now, by venue; none where it has no debt. */
  readHealth(options: {
    readonly account: Address
  }): Promise<readonly HealthChange[]>
}
