import { readFileSync } from 'node:fs'
import { UsageError } from './exitCodes.js'

/**
 * Reads a file that a command was given.
 *
 * @throws {UsageError} when it is not named or cannot be read.
 */
export function readFileArgument(
  name: string,
  path: string | undefined,
): string {
  if (path === undefined) throw new UsageError(`Give ${name} <file>.`)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(
      `${name} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/**
 * Reads a whole amount in smallest units.
 *
 * @throws {UsageError} when it is missing, signed, or no whole number.
 */
export function readUnits(name: string, value: string | undefined): bigint {
  if (value === undefined) throw new UsageError(`Give ${name} <units>.`)
  if (!/^\d{1,78}$/.test(value))
    throw new UsageError(
      `${name} must be a whole number of smallest units, and is "${value.slice(0, 80)}".`,
    )
  return BigInt(value)
}
