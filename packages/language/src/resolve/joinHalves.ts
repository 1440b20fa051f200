import type { DraftStep } from '../bind/DraftStep.js'

/** `sell 1 wbtc and buy eth`: two verbs, one trade. */
export function joinHalves(drafts: readonly DraftStep[]): DraftStep[] {
  const joined: DraftStep[] = []
  for (const draft of drafts) {
    const before = joined.at(-1)
    const { sell, buy } = draft.legs
    if (
      before?.action === 'swap' &&
      draft.action === 'swap' &&
      before.sentence === draft.sentence &&
      before.clause !== draft.clause &&
      before.legs.sell?.token !== undefined &&
      before.legs.buy?.token === undefined &&
      before.legs.buy?.amount === undefined &&
      sell?.token === undefined &&
      sell?.amount === undefined &&
      buy?.token !== undefined &&
      draft.conditions === undefined &&
      draft.times === undefined
    )
      joined[joined.length - 1] = {
        ...draft,
        ...before,
        legs: { sell: before.legs.sell, buy },
        ...(before.chain === undefined && draft.chain !== undefined
          ? { chain: draft.chain }
          : {}),
        ...(before.venue === undefined && draft.venue !== undefined
          ? { venue: draft.venue }
          : {}),
      }
    else joined.push(draft)
  }
  return joined
}
