import type { Quantity, Range, SaidCondition } from '../text/Item.js'
import type { Problem } from '../text/Problem.js'
import type { TimePart } from '../time/TimePart.js'

/** A token as it was said, with what may be wrong with the name. */
export type Mention = Range & {
  /** As said, or the usual spelling of a symbol we know. */
  readonly symbol?: string
  readonly address?: string
  /** In our lexicon: an unknown name is only a token where one must stand. */
  readonly known: boolean
  readonly problem?: Problem
}

/** How much, and where it was said. */
export type Said<T> = Range & { readonly value: T }

/** The words that tie a phrase to its clause; `''` for a plain object. */
export type Cue =
  | ''
  | 'to'
  | 'for'
  | 'with'
  | 'from'
  | 'on'
  | 'in'
  | 'at'
  | 'via'
  | 'against'
  | 'of'
  | 'by'
  | 'as'

/** A noun phrase of money: how much, of what, or a reference to either. */
export type Money = Range & {
  readonly type: 'money'
  readonly cue: Cue
  readonly amount?: Said<Quantity>
  readonly token?: Mention
  /** `it`, `both`: what earlier steps gave. */
  readonly pronoun?: 'it' | 'both'
  /** `all of it`, as a share of what stands in the same clause. */
  readonly whole?: Said<Quantity>
  readonly each?: true
  /** `eth 500`: the number stands behind the name. */
  readonly trailing?: true
  readonly possessive?: true
  /** Where `my` was said. */
  readonly owner?: Range
  readonly definite?: true
  /** `1 eth worth of usdc`: measured in another token. */
  readonly worth?: Mention
  /** Joined to the phrase before it by `and` or a comma. */
  readonly joined?: true
}

/** One argument of a clause, before it has a role. */
export type Part =
  | Money
  | (Range & { readonly type: 'chain'; readonly cue: Cue; readonly id: string })
  | (Range & {
      readonly type: 'venue'
      readonly cue: Cue
      readonly id: string
      readonly symbol?: string
      readonly joined?: true
    })
  | (Range & {
      readonly type: 'party'
      readonly cue: Cue
      readonly text: string
      readonly problem?: Problem
      readonly joined?: true
    })
  | (Range & {
      readonly type: 'pool'
      readonly cue: Cue
      readonly pool: string
      readonly tokens: readonly string[]
    })
  | (Range & {
      readonly type: 'slippage'
      readonly bps?: number
      readonly problem?: Problem
    })
  | (Range & { readonly type: 'leverage'; readonly decimal: string })
  | (Range & {
      readonly type: 'conditions'
      readonly conditions: readonly SaidCondition[]
    })
  | (Range & { readonly type: 'time'; readonly parts: readonly TimePart[] })
  | (Range & {
      readonly type: 'problem'
      readonly slot?: string
      readonly problem: Problem
    })
  | (Range & { readonly type: 'word'; readonly text: string })

/** One clause: what is to be done, and everything said about it. */
export type Clause = {
  /** Sense of the verb. */
  readonly sense: string
  readonly verb: Range
  /** Text of the verb as matched, for verbs that carry a token (`wrap`). */
  readonly verbText: string
  readonly parts: readonly Part[]
  /** Number of the sentence that it stands in. */
  readonly sentence: number
  /** Joined to the clause before it by `and` alone. */
  readonly joined: boolean
}
