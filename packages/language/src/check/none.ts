import type { ParseResult } from '@behest/spec'

export const NOTHING = 'Nothing is to be done, so nothing will be.'

export const NO_ADVICE =
  'Behest carries out what you decide; it gives no advice on what to buy or sell.'

/** The same two refusals, for who speaks Japanese. */
export const NOTHING_JA = '承知しました。何も行いません。'

export const NO_ADVICE_JA =
  'Behest は決まったことを実行します。何を売買すべきかの助言はしません。'

export function none(
  reason: 'out-of-scope' | 'not-understood' | 'injection',
  message: string,
): ParseResult {
  return { type: 'none', reason, message }
}
