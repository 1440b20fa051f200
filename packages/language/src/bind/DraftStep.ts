import type { Action, AskTopic } from '@behest/spec'
import type { Mention, Said } from '../clauses/Part.js'
import type { Quantity, Range, SaidCondition } from '../text/Item.js'
import type { Problem } from '../text/Problem.js'
import type { TimePart } from '../time/TimePart.js'

/** One side of a step before references are resolved. */
export type DraftLeg = {
  readonly token?: Mention
  readonly amount?: Said<Quantity>
  readonly pronoun?: Said<'it' | 'both'>
  /** `my loan`: the whole of it, where one gets out of something. */
  readonly possessive?: Range
  readonly definite?: true
}

/** Where an action keeps an argument; the names are those of the schema. */
export type LegName = 'sell' | 'buy' | 'main' | 'collateral'

/** What a clause asks for, with every argument where the frame puts it. */
export type DraftStep = {
  readonly action: Action
  readonly verb: Range
  readonly legs: Partial<Record<LegName, DraftLeg>>
  readonly to?: Said<string>
  readonly toChain?: Said<string>
  readonly chain?: Said<string>
  readonly venue?: Said<string>
  readonly pool?: Said<string>
  readonly spender?: Said<string>
  readonly account?: Said<string>
  readonly leverage?: Said<string>
  readonly slippageBps?: Said<number>
  /** `wrap it`: what comes out depends on what `it` is. */
  readonly wraps?: 'wrap' | 'unwrap'
  readonly topic?: AskTopic
  readonly of?: DraftStep
  readonly conditions?: readonly SaidCondition[]
  readonly times?: readonly (Range & { readonly parts: readonly TimePart[] })[]
  /** What was said and cannot be used: each becomes a question. */
  readonly problems?: readonly {
    readonly slot: string
    readonly problem: Problem
  }[]
  /** Number of the clause that it comes from. */
  readonly clause: number
  readonly sentence: number
  readonly joined: boolean
  /** `lend it there`: where the condition, or the step before, was about. */
  readonly there?: true
  /** The clause named no object at all: what the step before gave is meant. */
  readonly elliptic?: true
}
