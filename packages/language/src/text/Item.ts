import type { Condition } from '@behest/spec'
import type { Senses } from '../lexicon/lexicon.js'
import type { TimePart } from '../time/TimePart.js'
import type { Problem } from './Problem.js'

/** Offsets in the matching text, end exclusive. */
export type Range = { readonly start: number; readonly end: number }

/** How much, as it stands in the sentence. */
export type Quantity =
  | { readonly kind: 'number'; readonly decimal: string }
  | { readonly kind: 'share'; readonly bps: number }
  | {
      readonly kind: 'fiat'
      readonly decimal: string
      readonly currency: string
    }
  | { readonly kind: 'rest'; readonly keep: { readonly decimal: string } }
  /** `the rest`, `everything I get`: what an earlier step left or gave. */
  | { readonly kind: 'remainder' }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** A condition that was said, before `it` and `the price` are resolved. */
export type SaidCondition = Range & {
  readonly condition: Condition
  /** The subject names no token: the step's own is meant. */
  readonly bare?: true
  /** Measured where the step itself happens: `its apy`, `the rate there`. */
  readonly there?: true
  /** Where the venue of the subject was said. */
  readonly venueAt?: Range
  readonly problem?: Problem
}

type Kinds =
  | {
      readonly type: 'word'
      readonly text: string
      readonly senses: Senses
      readonly cashtag?: true
      /** Repaired from a misspelling; the span still covers the word as typed. */
      readonly repaired?: true
      /** Looks like this other word through letters of another script. */
      readonly lookalike?: string
    }
  | {
      readonly type: 'number'
      readonly text: string
      readonly decimal: string
      readonly problem?: Problem
    }
  | { readonly type: 'quantity'; readonly quantity: Quantity }
  | {
      readonly type: 'name'
      readonly text: string
      readonly lookalike?: string
    }
  | { readonly type: 'address'; readonly text: string }
  | { readonly type: 'hex'; readonly text: string }
  | { readonly type: 'symbol'; readonly text: string }
  | { readonly type: 'quote' }
  | { readonly type: 'break'; readonly strength: 'line' | 'sentence' }
  | {
      readonly type: 'slippage'
      readonly bps?: number
      readonly problem?: Problem
    }
  | { readonly type: 'leverage'; readonly decimal: string }
  | {
      readonly type: 'conditions'
      readonly conditions: readonly SaidCondition[]
    }
  | { readonly type: 'time'; readonly parts: readonly TimePart[] }
  | {
      readonly type: 'pool'
      readonly pool: string
      readonly tokens: readonly string[]
    }
  | {
      readonly type: 'limit'
      readonly slot?: string
      readonly problem: Problem
    }

/** One piece of the sentence: a word with its senses, or a phrase already read. */
export type Item = Range & { readonly spaced: boolean } & Kinds

/** The text of an item that is a word, a symbol or a number; else empty. */
export function textOf(item: Item | undefined): string {
  return item !== undefined && 'text' in item ? item.text : ''
}
