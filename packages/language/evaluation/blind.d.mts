import type { ParseContext, ParseResult } from '@behest/spec'

/** A sentence and its meaning in the wire form. */
export type BlindSentence = {
  text: string
  context?: Partial<ParseContext>
  gold: { type: string }
}
export const BLIND_SETS: readonly string[]
export function readBlind(set: string): BlindSentence[]
export function compareBlind(
  gold: { type: string },
  result: ParseResult,
): { right: boolean; actions: boolean; differs: string[] }
