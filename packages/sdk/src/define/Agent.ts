import type {
  Action,
  Address,
  AgentPrice,
  Hex,
  Instruction,
  Quote,
  QuoteRequest,
  UnsignedQuote,
} from '@behest/spec'

import type { AgentNetwork } from '../hire/createAgentNetwork.js'

/** An action that agents can be asked to carry out. */
export type ServedAction = Instruction['action']

/** The instruction of one action, or of several. */
export type InstructionOf<Served extends ServedAction> = Extract<
  Instruction,
  { action: Served }
>

/** What an agent knows about a request besides the instruction. */
export type QuoteContext = {
  /** The request as it was sent. */
  readonly request: QuoteRequest
  /** keccak256 of the request's canonical JSON: the quote is bound to it. */
  readonly requestHash: Hex
  /** The id that the quote will have; derives from the request. */
  readonly quoteId: string
  /** Whose tokens are spent. */
  readonly account: Address
  readonly chainId: number
  /** The block whose state the quote should be for. */
  readonly blockNumber: bigint
  readonly blockHash: Hex
  /** Chain time of that block, in Unix seconds. The only clock of an agent. */
  readonly nowUnixSeconds: number
  /** Until when the calls must be able to run, chain time, in Unix seconds. */
  readonly deadlineUnixSeconds: number
  /** Fires when nobody waits any more: stop reading the chain. */
  readonly signal: AbortSignal
  /** Other agents, where the server was given a network; bounded per request. */
  readonly network?: AgentNetwork
}

/** One call of a quote. `valueWei` is 0 and `data` empty where left out. */
export type AgentCall = {
  readonly to: Address
  readonly valueWei?: bigint
  readonly data?: Hex
  /** One line in the agent's own words. Never shown as fact. */
  readonly note?: string
  /**
   * Byte offsets of 32-byte words of `data` that hold the step's amount; -1
   * stands for `valueWei`. Needed where the amount is an earlier step's output.
   */
  readonly amountOffsets?: readonly number[]
}

type Optional<Field extends keyof Quote> = {
  readonly [Name in Field]?: Readonly<
    NonNullable<UnsignedQuote[Name & keyof UnsignedQuote]>
  >
}

/**
 * What an agent offers. Everything that derives from the request or from the
 * definition is filled in: ids, hashes, chain, account, name, version.
 */
export type AgentQuote = {
  /** Where it is carried out. The agent's first venue, or its name, if absent. */
  readonly venue?: string
  /** In the order in which they run. None for an answer to a question. */
  readonly calls?: readonly AgentCall[]
  /**
   * The most that leaves the account. If absent: the instruction's own amount
   * of its own token, where it states one.
   */
  readonly spend?: UnsignedQuote['spend']
  /**
   * The least that arrives, and with whom. If absent: of a transfer, the amount
   * that was said, with whom it was said; of everything else, nothing.
   */
  readonly receive?: Readonly<UnsignedQuote['receive']>
  /** Chain time in Unix seconds. If absent: as long as limits and deadline allow. */
  readonly validUntilUnixSeconds?: number
  /** One line in the agent's own words. */
  readonly summary?: string
} & Optional<
  | 'approvals'
  | 'positions'
  | 'fee'
  | 'health'
  | 'ratePerYear'
  | 'route'
  | 'certificate'
  | 'answer'
>

/** Why an agent gives no quote. */
export type AgentDecline = {
  /** Upper-case words joined by underscores, such as `POOL_FULL`. */
  readonly declined: string
  /** What stands in the way, and what would help. */
  readonly message: string
}

/** A quote, a reasoned no, or `null`: not this agent's business. */
export type AgentReply = AgentQuote | AgentDecline | null

/** The most that an agent may ever ask for. The SDK holds it to them. */
export type AgentLimits = {
  /** Contracts that its quotes may let take the user's tokens. */
  readonly spenders: readonly Address[]
  /** Longest life of a quote, in seconds. */
  readonly maxValidForSeconds: number
}

/** What a quote costs, in the smallest unit of an EIP-3009 token. */
export type QuotePrice = Omit<AgentPrice, 'payTo'> & {
  /** Who is paid; the agent's own key if absent. */
  readonly payTo?: Address
}

/** What an author declares. */
export type AgentDefinition<Served extends ServedAction> = {
  /** Lower-case words joined by hyphens; part of the agent's id. */
  readonly name: string
  readonly version: string
  /** One or two sentences, found by search. */
  readonly summary: string
  /** Chains served; `'any'` for every EVM chain. */
  readonly chainIds: readonly number[] | 'any'
  /** Actions served. Narrows the type of `instruction`. */
  readonly serves: readonly Served[]
  /** Symbols or addresses served; `'any'` if absent. */
  readonly tokens?: readonly string[] | 'any'
  /** Canonical lower-case venue names, such as `aave`. None if absent. */
  readonly venues?: readonly string[]
  /** Most that the agent itself takes of what is spent; 0 if absent. */
  readonly feeBps?: number
  /** Requests in people's words, found by search. */
  readonly examples?: readonly string[]
  /** What one quote costs, paid by x402 v2; quotes are free if absent. */
  readonly pricePerQuote?: QuotePrice
  readonly limits: AgentLimits
  /**
   * Answers one request. It quotes; it never signs and never sends.
   *
   * @param instruction - What is to be done, one of the actions served.
   * @param context - Account, chain, block, chain time and deadline.
   * @returns A quote, a reasoned decline, or `null` for "not ours".
   */
  quote(
    instruction: InstructionOf<Served>,
    context: QuoteContext,
  ): Promise<AgentReply> | AgentReply
}

/** A defined agent: frozen, complete, ready to be served. */
export type Agent<Served extends ServedAction = ServedAction> = Readonly<
  Required<Omit<AgentDefinition<Served>, 'quote' | 'pricePerQuote'>> &
    Pick<AgentDefinition<Served>, 'pricePerQuote'>
> & {
  // A method, so that an agent for one action passes where any agent is wanted.
  quote(
    instruction: InstructionOf<Served>,
    context: QuoteContext,
  ): Promise<AgentReply> | AgentReply
}

/** An action as a capability names it. */
export type AgentAction = Extract<Action, ServedAction>
