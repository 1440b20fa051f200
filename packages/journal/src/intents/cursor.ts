import { CursorMalformedError } from './errors.js'

/** Gives the opaque text of a position in the list of intents. */
export function toCursor(position: string): string {
  return Buffer.from(`p${position}`).toString('base64url')
}

/**
 * Reads a cursor back.
 *
 * @throws {CursorMalformedError} when it is not one of ours.
 */
export function parseCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  if (!/^p[0-9]{1,18}$/.test(text)) throw new CursorMalformedError()
  return text.slice(1)
}
