import type { Question } from './intent.js'

/**
 * Tells whether a bare number picks an option of a question. Where an amount is
 * asked for, `2` is two of it and not the second option; only where two readings
 * of one number stand side by side is it the other way round.
 *
 * @param question - As it was shown.
 */
export function isNumbered(question: Question): boolean {
  const options = question.options ?? []
  if (options.length === 0) return false
  if (!/(?:amount|leverage|maxSlippageBps)$/.test(question.slot)) return true
  return (
    options.length > 1 &&
    options.every(
      ({ value }) =>
        typeof value === 'object' &&
        value !== null &&
        'kind' in value &&
        (value.kind === 'exact' || value.kind === 'fiat'),
    )
  )
}
