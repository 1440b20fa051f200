import type { Turn } from '../desk/converse.js'

const charactersPerToken = 4

/** How much was read and written, in tokens. */
export type Usage = { readonly input: number; readonly output: number }

/**
 * Estimates tokens, a quarter of the characters each: no model counts here, and
 * clients want a number.
 */
export function measureUsage(options: {
  readonly turns: readonly Turn[]
  readonly written: string
}): Usage {
  const read = options.turns.reduce(
    (sum, turn) => sum + ('text' in turn ? turn.text.length : 0),
    0,
  )
  return {
    input: Math.ceil(read / charactersPerToken),
    output: Math.ceil(options.written.length / charactersPerToken),
  }
}
