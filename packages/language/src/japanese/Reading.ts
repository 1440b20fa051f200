import type { DraftStep } from '../bind/DraftStep.js'
import type { Part } from '../clauses/Part.js'
import type { Range } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import type { Kept } from './readKept.js'
import type { Slot } from './Slot.js'

/** What a Japanese text asks for, before references are resolved. */
export type JapaneseReading = {
  readonly drafts: DraftStep[]
  readonly clauses: { step: number; parts: Part[] }[]
  readonly blocked: boolean
  readonly advice: boolean
  readonly quoted: boolean
  /** Somebody changed their mind, and it cannot be told about what. */
  readonly unclear: boolean
}

/** What was read so far, clause by clause. */
export type Reading = {
  readonly normalised: NormalisedText
  readonly drafts: DraftStep[]
  readonly clauses: { step: number; parts: Part[] }[]
  blocked: boolean
  advice: boolean
  /** What is to stay behind of what the next order names. */
  kept: Kept | undefined
  /** The verb that was read last: what stands behind it may still be its own. */
  last: BoundVerb | undefined
  /** The question that was read last, with what was said in it. */
  asked: { readonly at: number; readonly slots: readonly Slot[] } | undefined
  /** Times and conditions that stood alone, for the next order. */
  pending: Slot[]
  clause: number
  sentence: number
  /** The sentence in which something was forbidden last. */
  forbidden: number | undefined
}

/** A verb with the phrases that it took. */
export type BoundVerb = {
  readonly sense: string
  readonly verb: Range
  readonly verbText: string
  readonly slots: readonly Slot[]
  readonly clause: number
  readonly sentence: number
  /** Where its steps begin among the drafts, and its phrases among the clauses. */
  readonly from: number
  readonly clauseAt: number
}
