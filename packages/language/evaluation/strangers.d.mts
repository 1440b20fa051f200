import type { ParseResult } from '@behest/spec'

export const SETS: readonly string[]
export function readStrangers(
  set: string,
): { utterance: string; golds: string[] }[]
export function isRight(golds: readonly string[], result: ParseResult): boolean
export function render(steps: readonly unknown[]): string
