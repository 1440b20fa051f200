import type { QuoteRequest } from '../artifacts/instruction.js'
import type { Quote, QuoteDecline } from '../artifacts/quote.js'
import type { IntentStatus } from '../artifacts/record.js'
import type { Candidate, Follows, Receipt } from '../artifacts/stages.js'
import type {
  Action,
  ParseContext,
  ParseResult,
  Question,
} from '../intent/intent.js'
import type { JsonValue } from '../units/canonicalJson.js'
import type { Address } from '../units/hex.js'

/** Finds agents that could serve a step. */
export type RegistryPort = {
  findCandidates(options: {
    readonly action: Action
    readonly chainId: number
    readonly tokens: readonly string[]
    readonly venue?: string
    readonly limit: number
    /** The same seed gives the same newcomers a chance to quote, now and then. */
    readonly seed: string
  }): Promise<readonly Candidate[]>
}

/** Asks one agent. What comes back is untrusted. */
export type AgentPort = {
  /**
   * @throws a BehestError with code `AGENT_TIMEOUT`, `AGENT_UNREACHABLE` or
   *   `AGENT_ANSWER_MALFORMED`.
   */
  requestQuote(options: {
    readonly candidate: Candidate
    readonly request: QuoteRequest
    readonly timeoutMs: number
  }): Promise<Quote | QuoteDecline>
  /**
   * Has an agent sign a receipt that rests on its quotes. What comes back was
   * checked to be its signature over exactly that receipt.
   *
   * @throws as `requestQuote` does.
   */
  signReceipt?(options: {
    readonly candidate: Candidate
    readonly receipt: Receipt
    readonly quotes: readonly Quote[]
    readonly timeoutMs: number
  }): Promise<Receipt['signatures'][number]>
  /**
   * The request that was paid for in the same place before a crash, and whose
   * answer is still owed: it is asked again instead of a new one.
   */
  recallRequest?(options: {
    readonly candidate: Candidate
    readonly request: QuoteRequest
  }): Promise<QuoteRequest | null>
}

/** A request that the same account made before, as far as words can refer to it. */
export type PastIntent = {
  readonly id: string
  readonly status: IntentStatus
  /** What it was understood as. */
  readonly result: ParseResult
  /**
   * What each step that its receipt calls met gave the account, by step id. A
   * step that is not here was not carried out, or nobody knows.
   */
  readonly gave: Readonly<
    Record<string, readonly { readonly symbol: string; decimal: string }[]>
  >
}

/** Finds what a person could answer to a question, from what is true now. */
export type OptionsPort = {
  /**
   * @param options.question - What is asked, its slot a path into `draft`.
   * @returns The question with options and facts; as it was where none are known.
   */
  suggest(options: {
    readonly account: Address
    readonly result: Extract<ParseResult, { type: 'clarify' }>
    readonly question: Question
  }): Promise<Question>
}

/** What a parser says, and who it was. */
export type ParseAnswer = {
  readonly result: ParseResult
  /** `'embedded'` or `'model'`. */
  readonly parser: string
  /** E.g. `model-unavailable`: shown to the user, never acted on. */
  readonly notes: readonly string[]
  /** Where the words mean an earlier request: which, and what of it cannot be. */
  readonly follows?: Pick<Follows, 'type' | 'intentId'> & {
    readonly cannot: readonly string[]
  }
}

/** Turns words into intents. */
export type LanguagePort = {
  parse(options: {
    readonly utterance: string
    readonly context: ParseContext
    /**
     * Gives what the account asked for before, the newest first: what `that`
     * and `it` may mean. Called only for words that say too little by themselves.
     */
    readonly readPast?: () => Promise<readonly PastIntent[]>
  }): Promise<ParseAnswer>
  /** Reads a reply to questions: free words, or values by slot. */
  answer(options: {
    readonly previous: ParseResult
    readonly reply:
      | { readonly utterance: string }
      | { readonly answers: Readonly<Record<string, JsonValue>> }
    readonly context: ParseContext
  }): Promise<ParseAnswer>
}
