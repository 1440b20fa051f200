/** What the shell is told. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badUsage: 2,
  needsUser: 3,
  unknown: 4,
} as const

/** Thrown when a command line makes no sense. Shown with the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
