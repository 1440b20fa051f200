import type { AgentIndex } from '../index/agentIndex.js'
import type { RankedDocument } from './rankAgents.js'

const maxPerOwner = 2

/**
 * Keeps one owner, or one text published many times, from filling the top.
 * Nobody is dropped: who is one too many comes after the others of the top.
 *
 * @param ranked - Best first.
 * @param options.topCount - How many places count as the top.
 * @param options.comparesTexts - Whether equal texts are spread too; only where
 *   words were asked for, for prose takes no part elsewhere.
 */
export function spreadTop(
  index: AgentIndex,
  ranked: readonly RankedDocument[],
  options: { readonly topCount: number; readonly comparesTexts: boolean },
): RankedDocument[] {
  const { topCount, comparesTexts } = options
  const firstOfText = new Map<number, number>()
  if (comparesTexts)
    for (const { document } of ranked.slice(0, topCount * 4)) {
      const key = index.textKeyOf(document)
      const known = firstOfText.get(key)
      // Who published a text first keeps the place; the copy waits.
      if (
        known === undefined ||
        index.publishedAtMsOf(document) < index.publishedAtMsOf(known)
      )
        firstOfText.set(key, document)
    }
  const perOwner = new Map<number, number>()
  const top: RankedDocument[] = []
  const waiting: RankedDocument[] = []
  let place = 0
  for (; place < ranked.length && top.length < topCount; place += 1) {
    const entry = ranked[place] as RankedDocument
    const owner = index.ownerOf(entry.document)
    const held = perOwner.get(owner) ?? 0
    const isCopy =
      comparesTexts &&
      (firstOfText.get(index.textKeyOf(entry.document)) ?? entry.document) !==
        entry.document
    if ((owner !== 0 && held >= maxPerOwner) || isCopy) {
      waiting.push(entry)
      continue
    }
    perOwner.set(owner, held + 1)
    top.push(entry)
  }
  return [...top, ...waiting, ...ranked.slice(place)]
}
