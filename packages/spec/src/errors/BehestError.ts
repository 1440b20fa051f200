import type { Stage } from '../stage.js'

/** What may be done next without thinking. */
export type Retry = 'never' | 'same-input' | 'new-quote' | 'ask-user'

/** The values behind an error, as strings: safe to log, no keys, no RPC URLs. */
export type ErrorFacts = Readonly<
  Record<string, string | number | bigint | boolean | undefined>
>

const brand = Symbol.for('behest.error')

/** The frozen parts of an error, as they travel over the wire. */
export type ErrorReport = {
  readonly code: string
  readonly stage?: Stage
  readonly retry: Retry
  readonly shortMessage: string
  readonly facts: Readonly<Record<string, string>>
  readonly docsPath: string
}

/**
 * The ancestor of every error that Behest throws.
 *
 * A subclass fixes `code`, `retry` and, where one of the nine stages failed,
 * `stage`. The message is one line: what happened, with values and units, and
 * what to do next.
 */
export abstract class BehestError extends Error {
  abstract readonly code: string
  abstract readonly retry: Retry
  readonly stage?: Stage
  /** The one line that a person reads. */
  readonly shortMessage: string
  /** The values of the line, as strings. */
  readonly facts: Readonly<Record<string, string>>

  constructor(
    shortMessage: string,
    options: { readonly facts?: ErrorFacts; readonly cause?: unknown } = {},
  ) {
    const facts: Record<string, string> = {}
    for (const [name, value] of Object.entries(options.facts ?? {}))
      if (value !== undefined) facts[name] = String(value)
    super(
      renderMessage(shortMessage, facts),
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.shortMessage = shortMessage
    this.facts = Object.freeze(facts)
    this.name = new.target.name
    Object.defineProperty(this, brand, { value: true })
  }

  /** Where the docs explain this error, e.g. `/errors/QUOTE_EXPIRED`. */
  get docsPath(): string {
    return `/errors/${this.code}`
  }

  /** Gives the parts that may leave the process: no stack, no cause. */
  toReport(): ErrorReport {
    return {
      code: this.code,
      ...(this.stage === undefined ? {} : { stage: this.stage }),
      retry: this.retry,
      shortMessage: this.shortMessage,
      facts: this.facts,
      docsPath: this.docsPath,
    }
  }

  /** Tells whether a value is one of ours, also across bundled copies. */
  static isInstance(error: unknown): error is BehestError {
    return (
      typeof error === 'object' &&
      error !== null &&
      (error as Record<symbol, unknown>)[brand] === true
    )
  }
}

function renderMessage(
  shortMessage: string,
  facts: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(facts)
  if (names.length === 0) return shortMessage
  const width = Math.max(...names.map((name) => name.length)) + 1
  const rows = names.map(
    (name) => `  ${`${name}:`.padEnd(width + 1)}${facts[name] ?? ''}`,
  )
  return `${shortMessage}\n\n${rows.join('\n')}`
}
