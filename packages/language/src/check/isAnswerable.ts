import type { DraftStep } from '../bind/DraftStep.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { hasEvidence } from './hasEvidence.js'

/** Whether a question is about something that a wallet could know. */
export function isAnswerable(
  step: DraftStep,
  items: readonly Item[],
  normalised: NormalisedText,
): boolean {
  const token = step.legs.main?.token ?? step.of?.legs.sell?.token
  if (token?.known) return true
  if (token !== undefined) return !isFamiliar(token.symbol?.toLowerCase() ?? '')
  const words = items.filter((item) => item.type === 'word')
  switch (step.topic) {
    // `how do i cook rice`: a question, and none about money.
    case 'help':
      return (
        !/^how (?:do|can|to|should) /.test(
          words.map((item) => textOf(item)).join(' '),
        ) ||
        hasEvidence(items, normalised) ||
        words.some(
          (item) =>
            Object.keys(item.senses).length > 0 ||
            /^(?:it|this|that|behest|start|begin|works?|defi|crypto|wallet|account|gas|slippage|leverage|liquidity|yield|loan|liquidation|chain|token|tokens|transaction|fees?|connect|sign|approval|allowance|order|orders|policy|here|help|you)$/.test(
              item.text,
            ),
        )
      )
    case 'price':
      return hasEvidence(items, normalised)
    case 'gas':
      return !/gas (?:station|stove|mask|tank|leak|bill|pedal|grill)|gallons?|natural gas|tear gas/.test(
        words.map((item) => textOf(item)).join(' '),
      )
    case 'balance':
    case 'position':
    case 'yield':
    case 'allowance':
    case 'totalSupply':
      return (
        hasEvidence(items, normalised) ||
        // `balance?`, said alone.
        (step.topic === 'balance' && words.length === 1) ||
        words.some((item) =>
          /^(?:my|i|i've|apr|lend|lending|borrow|borrowed|borrowing|earn|rates?|owe|staked?)$/.test(
            textOf(item),
          ),
        )
      )
    default:
      return true
  }
}
