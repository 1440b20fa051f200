/** What a worker process of the harness is told. */
export type ChaosWorkerOrder = {
  readonly databaseUrl: string
  readonly rpcUrl: string
  readonly witnessUrl: string
  /** Of the local chain, as its snapshot writes them. */
  readonly addresses: unknown
  /** Blocks, its own included, that make a transaction final. */
  readonly depth: number
  /** Keys of the local chain's development accounts: everybody knows them. */
  readonly privateKeys: readonly string[]
  /** The crash point at which it ends itself. */
  readonly faultAt?: string
  /** How wrong its clock is, in ms. */
  readonly clockSkewMs: number
  readonly mutant?: string
}
