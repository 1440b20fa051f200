import { BehestError } from '@behest/spec'

/** Thrown when a line of a market file cannot be read as a market or a token. */
export class MarketFileError extends BehestError {
  readonly code = 'LENDING_MARKET_FILE_INVALID'
  readonly retry = 'never'

  constructor(facts: {
    readonly line: number
    readonly field: string
    readonly problem: string
    readonly cause?: unknown
  }) {
    const { line, field, problem, cause } = facts
    super(
      `Line ${line} of the market file is not usable: ${field} ${problem}. Correct the line, then load the file again.`,
      { facts: { line, field, problem }, cause },
    )
  }
}
