import type { ParseResult } from '@behest/spec'

export const NOTHING = 'Nothing is to be done, so nothing will be.'

export const NO_ADVICE =
  'Behest carries out what you decide; it gives no advice on what to buy or sell.'

export function none(
  reason: 'out-of-scope' | 'not-understood' | 'injection',
  message: string,
): ParseResult {
  return { type: 'none', reason, message }
}
