import type { ChosenQuote } from '../5-plan/buildPlan.js'

/** Says what agents answered to questions. */
export function sayAnswers(answers: readonly ChosenQuote[]): string {
  return answers
    .map(({ quote }) => quote.answer?.text ?? '')
    .join('\n')
    .slice(0, 1000)
}
