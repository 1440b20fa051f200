import type {
  Address,
  AgentPayment,
  AgentPort,
  AttestorPort,
  ChainPort,
  Hex,
  HolderPort,
  IntentStorePort,
  LanguagePort,
  MandatePort,
  OptionsPort,
  OrderPort,
  PolicyPort,
  PricePort,
  Receipt,
  RegistryPort,
  SenderPort,
} from '@behest/spec'
import type { Abi, AbiFunction } from 'viem'

/** A contract whose calls can be put into words. */
export type KnownContract = {
  readonly address: Address
  readonly name: string
  readonly abi: Abi
  /**
   * For a contract that runs a byte string of commands by
   * `execute(bytes commands, bytes[] inputs, …)`: what each of its bytes means.
   */
  readonly commands?: Readonly<Record<number, AbiFunction>>
}

/** Everything that the engine reaches the world through. */
export type EnginePorts = {
  readonly store: IntentStorePort
  readonly language: LanguagePort
  /** What could be answered to questions; without it they stand alone. */
  readonly options?: OptionsPort
  readonly registry: RegistryPort
  readonly agents: AgentPort
  readonly chain: ChainPort
  readonly sender: SenderPort
  readonly attestor: AttestorPort
  /** Absent where no executor can use mandates: then all custody is direct. */
  readonly mandates?: MandatePort
  /** Absent where every account is one that this house signs for. */
  readonly holder?: HolderPort
  /** Where what waits is kept; without it, what waits is refused. */
  readonly orders?: OrderPort
  /** Where signed policies are kept; without it, only persons approve. */
  readonly policies?: PolicyPort
  /** What a policy's caps are measured by; without it, nothing has a price. */
  readonly prices?: PricePort
  /** Wall clock, for records and for the age of waiting; never for money. */
  readonly now: () => Date
  /** Fresh ids for requests. */
  readonly createId: () => string
  /** What agents were paid for quotes of an intent; nothing if absent. */
  readonly readPayments?: (intentId: string) => Promise<readonly AgentPayment[]>
  /** Told of every receipt; must not throw and must not be waited for. */
  readonly onReceipt?: (receipt: Receipt) => void
  /** Told of what nobody expected: a defect, with the intent it struck. */
  readonly onDefect?: (options: {
    readonly intentId: string
    readonly error: unknown
  }) => void
}

/** The engine's limits. Each has a default that suits one user on one chain. */
export type EngineOptions = {
  /** Contracts whose calls are decoded for the preview; others are refused. */
  readonly knownContracts: readonly KnownContract[]
  /** Contracts that only runs of standing orders may call: their mandates. */
  readonly orderContracts?: readonly KnownContract[]
  /** The wrapped form of the chain's coin. */
  readonly wrappedNative: Address
  /** How long agents have to quote. Default 2000. */
  readonly quoteTimeoutMs?: number
  /** How many agents are asked per step. Default 8. */
  readonly maxCandidates?: number
  /** Slippage where the user stated none, in basis points. Default 50. */
  readonly defaultSlippageBps?: number
  /** How long a plan may be approved and carried out, chain time. Default 300. */
  readonly planValidForSeconds?: number
  /** Health factor under which a borrow is refused, times 100. Default 110. */
  readonly minHealthPercent?: number
  /** How long one transaction is waited for. Default 30000. */
  readonly sendWaitMs?: number
  /** Most that agents get to sign a receipt, in milliseconds. 1000 if absent. */
  readonly countersignMs?: number
}

/** The options with every default filled in. */
export type Limits = Required<EngineOptions>

/** Fills in the defaults of {@link EngineOptions}. */
export function toLimits(options: EngineOptions): Limits {
  return {
    quoteTimeoutMs: 2000,
    maxCandidates: 8,
    defaultSlippageBps: 50,
    planValidForSeconds: 300,
    minHealthPercent: 110,
    sendWaitMs: 30_000,
    orderContracts: [],
    countersignMs: 1000,
    ...options,
  }
}

/** A link of an intent's chain: an artifact and its hash. */
export type Linked<Body> = { readonly body: Body; readonly hash: Hex }

/** The limits of a run: it may use the mandate of its order. */
export function toRunLimits(limits: Limits): Limits {
  return {
    ...limits,
    knownContracts: [...limits.knownContracts, ...limits.orderContracts],
  }
}
