import type { Intent, TokenRef } from '@behest/spec'
import { isSameToken } from '../check/findMissing.js'
import type { Fill, Said } from './Reply.js'
import { findSaid } from './readReply.js'

/**
 * An amount and the token right behind it belong to one side: to the one that
 * has this token, or else to the one whose amount was said last.
 */
export function readPair(
  draft: Intent,
  said: readonly Said[],
  at: number,
): Fill[] | 'taken' | undefined {
  const one = said[at]
  const before = said[at - 1]
  const isPair = (amount: Said | undefined, token: Said | undefined) =>
    amount?.kind === 'amount' &&
    token?.kind === 'token' &&
    token.start >= amount.end &&
    token.start - amount.end <= 4
  if (one === undefined) return undefined
  if (isPair(before, one)) {
    const sides = findSides(draft, one.value as TokenRef)
    return sides.length > 0 || findSaid(draft, 'amount') !== undefined
      ? 'taken'
      : undefined
  }
  const token = said[at + 1]
  if (token === undefined || !isPair(one, token)) return undefined
  const side = findSides(draft, token.value as TokenRef).at(-1)
  const amount = { value: one.value, start: one.start, end: one.end }
  if (side !== undefined) return [{ slot: `${side}amount`, ...amount }]
  const slot = findSaid(draft, 'amount')
  return slot === undefined
    ? undefined
    : [
        { slot, ...amount },
        {
          slot: slot.replace(/amount$/, 'token'),
          value: token.value,
          start: token.start,
          end: token.end,
        },
      ]
}

/** The sides of the steps that hold a token, as paths up to their last dot. */
function findSides(draft: Intent, token: TokenRef): string[] {
  return draft.steps.flatMap((step, index) =>
    (
      [
        ['sell.', step.sell?.token],
        ['buy.', step.buy?.token],
        ['collateral.', step.collateral?.token],
        ['', step.token],
      ] as const
    ).flatMap(([path, held]) =>
      isSameToken(held, token) ? [`steps[${index}].${path}`] : [],
    ),
  )
}
