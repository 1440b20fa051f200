import type { QuoteRequest } from '../artifacts/instruction.js'
import type { Quote, QuoteDecline } from '../artifacts/quote.js'
import type { Candidate } from '../artifacts/stages.js'
import type { Action, ParseContext, ParseResult } from '../intent/intent.js'
import type { JsonValue } from '../units/canonicalJson.js'

/** Finds agents that could serve a step. */
export type RegistryPort = {
  findCandidates(options: {
    readonly action: Action
    readonly chainId: number
    readonly tokens: readonly string[]
    readonly venue?: string
    readonly limit: number
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
}

/** What a parser says, and who it was. */
export type ParseAnswer = {
  readonly result: ParseResult
  /** `'embedded'` or `'model'`. */
  readonly parser: string
  /** E.g. `model-unavailable`: shown to the user, never acted on. */
  readonly notes: readonly string[]
}

/** Turns words into intents. */
export type LanguagePort = {
  parse(options: {
    readonly utterance: string
    readonly context: ParseContext
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
