import type { DraftStep, LegName } from '../bind/DraftStep.js'
import type { Mention, Said } from '../clauses/Part.js'
import type { Quantity, Range } from '../text/Item.js'

/** A leg whose references point at steps. */
export type ResolvedLeg = {
  readonly token?: Mention
  /** The token was not said here: it is what the step named gives. */
  readonly derived?: true
  readonly amount?: Said<Quantity>
  readonly output?: { readonly step: string; readonly said?: Range }
}

/** A step with its references resolved and its places spread. */
export type ResolvedStep = Omit<DraftStep, 'legs'> & {
  readonly id: string
  readonly legs: Partial<Record<LegName, ResolvedLeg>>
}

/** What a step leaves in the account, for those after it. */
export type Given = {
  readonly id: string
  readonly token?: Mention
  readonly clause: number
  readonly at: number
}
