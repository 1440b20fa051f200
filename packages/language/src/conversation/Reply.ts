import type { ParseResult } from '@behest/spec'

/** What is being asked about. */
export type Draft = Extract<ParseResult, { type: 'clarify' }>

/** The value of an answer and where in the reply it stands. */
export type Said = {
  readonly kind:
    | 'amount'
    | 'token'
    | 'party'
    | 'chain'
    | 'venue'
    | 'pool'
    | 'slippage'
    | 'schedule'
    | 'when'
  readonly value: unknown
  /** A name that nobody knows: what it is depends on what was asked. */
  readonly guessed?: true
  readonly start: number
  readonly end: number
}

/** A value and where in the reply it stands. */
export type Fill = {
  readonly slot: string
  readonly value: unknown
  readonly start: number
  readonly end: number
}
