/**
 * Tells whether an instruction leaves the choice to us: it names no venue, or
 * ours by any of its names.
 *
 * @param venue - As the instruction names it.
 * @param names - Ours, in lower case with single spaces.
 */
export function isOurVenue(
  venue: string | undefined,
  names: readonly string[],
): boolean {
  if (venue === undefined) return true
  const said = venue
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
  return names.some(
    (name) => name === said || name.replaceAll(' ', '') === said,
  )
}
