import type { SwapVenue } from '../calls/SwapLeg.js'

const venuesByName: Readonly<Record<string, readonly SwapVenue[]>> = {
  uniswap: ['uniswap-v2', 'uniswap-v3'],
  'uniswap v2': ['uniswap-v2'],
  'uniswap v3': ['uniswap-v3'],
}

/**
 * Reads which of our venues an instruction allows.
 *
 * @param venue - As the instruction names it; absent: any.
 * @returns The venues, or `null` where it names one that is not ours.
 */
export function readVenues(
  venue: string | undefined,
): readonly SwapVenue[] | null {
  if (venue === undefined) return ['uniswap-v2', 'uniswap-v3']
  const name = venue
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .replace(/^uniswap ?(v[23])$/, 'uniswap $1')
  return venuesByName[name] ?? null
}
