import { BehestError } from '@behest/spec'

/** Thrown when the database is there for nobody right now, or takes nothing. */
export class DatabaseAwayError extends BehestError {
  readonly code = 'DATABASE_AWAY'
  readonly retry = 'same-input'

  constructor(
    facts: { reason: string; databaseCode: string },
    cause?: unknown,
  ) {
    super(
      `The database cannot do this now: ${facts.reason} (${facts.databaseCode}). Nothing that was acknowledged is lost. Try again in a few seconds, with the same Idempotency-Key.`,
      { facts, cause },
    )
  }
}

/** By SQLSTATE; a whole class by its first two letters. */
const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^53100$/, 'its disk is full'],
  [/^25006$/, 'it takes no writes'],
  [/^53/, 'it has no room left'],
  // Statements and locks that waited too long end by themselves.
  [/^(57014|55P03)$/, 'it is too busy'],
  [/^(57P0[1-5]|58|08)/, 'it stopped, or starts again'],
  // XX000 … XX002 and the rest are defects, and told as such.
]

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
])

/** The driver's own words where a connection ended, or none came. */
const driverWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/

/**
 * Tells whether something failed because the database is away, full, read-only or too
 * busy: whoever asked may ask again. Everything else about a statement is a defect.
 *
 * @param error - Anything that was thrown.
 * @returns Our error, or nothing where it is none of these.
 */
export function toDatabaseError(error: unknown): DatabaseAwayError | undefined {
  if (!(error instanceof Error) || BehestError.isInstance(error))
    return undefined
  const { code, syscall } = error as NodeJS.ErrnoException
  if (
    typeof code === 'string' &&
    networkCodes.has(code) &&
    // A file that is not there is another matter.
    (code !== 'ENOENT' || syscall === 'connect')
  )
    return new DatabaseAwayError(
      { reason: 'it does not answer', databaseCode: code },
      error,
    )
  if (driverWords.test(error.message))
    return new DatabaseAwayError(
      { reason: 'it does not answer', databaseCode: 'CONNECTION' },
      error,
    )
  // Errors of the server have five letters, and say how bad it is.
  if (typeof code !== 'string' || !('severity' in error)) return undefined
  const known = reasons.find(([pattern]) => pattern.test(code))
  return known === undefined
    ? undefined
    : new DatabaseAwayError({ reason: known[1], databaseCode: code }, error)
}
