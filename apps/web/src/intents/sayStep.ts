import type { PlanStep, Token } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { cutDecimal } from '../amounts/cutDecimal.js'
import type { Words } from '../words/english.js'
import { fillIn } from '../words/fillIn.js'

/** One line for a step of a plan, from its instruction and its bounds. */
export function sayStep(step: PlanStep, words: Words): string {
  const { instruction } = step
  const { headlines } = words
  const spend = step.spend
    .map(({ token, atMostUnits }) => say(token, atMostUnits))
    .join(words.joinWords)
  const receive = step.receive
    .map(({ token, atLeastUnits }) => say(token, atLeastUnits))
    .join(words.joinWords)
  const sentence =
    instruction.action === 'borrow' && spend !== ''
      ? headlines.borrowAgainst
      : headlines[instruction.action]
  return fillIn(sentence, {
    spend,
    receive,
    venue: step.venue,
    to:
      instruction.action === 'transfer'
        ? instruction.to
        : instruction.action === 'approve' || instruction.action === 'revoke'
          ? instruction.spender
          : '',
    token:
      instruction.action === 'approve' || instruction.action === 'revoke'
        ? instruction.token.symbol
        : '',
  })
}

function say(token: Token, units: bigint): string {
  return `${cutDecimal(toDecimal(units, token.decimals))} ${token.symbol}`
}
