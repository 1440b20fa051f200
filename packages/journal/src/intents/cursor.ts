import { CursorMalformedError } from './errors.js'

/** Gives the opaque text of a position in the list of intents. */
export function toCursor(position: string): string {
  return Buffer.from(`p${position}`).toString('base64url')
}

/** Gives the opaque text of a position in the list by what changed last. */
export function toChangeCursor(place: ChangePlace): string {
  return Buffer.from(
    `u${place.updatedMicroseconds}p${place.position}`,
  ).toString('base64url')
}

/**
 * Reads a cursor of the list by what changed last.
 *
 * @throws {CursorMalformedError} when it is not one of ours.
 */
export function parseChangeCursor(cursor: string): ChangePlace {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const [, updatedMicroseconds, position] =
    /^u([0-9]{1,18})p([0-9]{1,18})$/.exec(text) ?? []
  if (updatedMicroseconds === undefined || position === undefined)
    throw new CursorMalformedError()
  return { updatedMicroseconds, position }
}

/** Where a page ended: when it changed last, and which of those at that time. */
export type ChangePlace = {
  readonly updatedMicroseconds: string
  readonly position: string
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
