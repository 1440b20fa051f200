import { type AnchorPlaces, parseAnchorPlaces } from '@behest/evm'
import { BehestError } from '@behest/spec'

/**
 * Reads which contracts agents are anchored at.
 *
 * @throws {AnchorPlacesMissingError} when BEHEST_ANCHOR names none.
 */
export function readAnchorPlaces(
  environment: Readonly<Record<string, string | undefined>>,
): AnchorPlaces {
  const places = parseAnchorPlaces(environment.BEHEST_ANCHOR ?? '')
  if (places === undefined || places === 'malformed')
    throw new AnchorPlacesMissingError({
      value: environment.BEHEST_ANCHOR ?? '',
    })
  return places
}

/** Thrown when nothing says which contracts on chain are meant. */
export class AnchorPlacesMissingError extends BehestError {
  readonly code = 'ANCHOR_PLACES_MISSING'
  readonly retry = 'never'

  constructor(facts: { readonly value: string }) {
    super(
      `BEHEST_ANCHOR is "${facts.value.slice(0, 100)}" and names no contracts. Set it to "own" (see "behest registry anchors"), or to an identity registry's address, a comma, and a reputation registry's, for this command and for the registry.`,
      { facts: { value: facts.value.slice(0, 100) } },
    )
  }
}
