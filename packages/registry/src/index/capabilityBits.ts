import { actions } from '@behest/spec'
import type { CompiledFilter } from './capabilityPool.js'

/** A set of documents, one bit each. */
class DocumentSet {
  words = new Uint32Array(32)

  add(document: number): void {
    const place = document >>> 5
    if (place >= this.words.length) {
      const grown = new Uint32Array(Math.ceil(place * 1.5) + 32)
      grown.set(this.words)
      this.words = grown
    }
    this.words[place] = (this.words[place] as number) | (1 << (document & 31))
  }

  remove(document: number): void {
    const place = document >>> 5
    if (place < this.words.length)
      this.words[place] =
        (this.words[place] as number) & ~(1 << (document & 31))
  }
}

/**
 * Most values of one kind that get a set. Cards name what they like: whatever
 * they name must not fill the memory. A filter by any other value narrows
 * nothing, and finds the same a little later.
 */
export const mostSetsOfKind = 64

/** Who serves which value of one kind: chains, tokens or venues. */
class ValueSets {
  readonly everything = new DocumentSet()
  private readonly sets = new Map<number, DocumentSet>()

  add(document: number, value: number): void {
    let set = this.sets.get(value)
    if (set === undefined) {
      if (this.sets.size === mostSetsOfKind) return
      set = new DocumentSet()
      this.sets.set(value, set)
    }
    set.add(document)
  }

  remove(document: number): void {
    this.everything.remove(document)
    for (const set of this.sets.values()) set.remove(document)
  }

  /** The sets that together hold all who serve a value, if that is known. */
  find(value: number): readonly DocumentSet[] | undefined {
    const set = this.sets.get(value)
    if (set !== undefined) return [this.everything, set]
    // While there is room, a value without a set is one that nobody named.
    return this.sets.size < mostSetsOfKind ? [this.everything] : undefined
  }
}

/** Which of a document's lists a value stands in. */
export type ValueKind = 'chains' | 'tokens' | 'venues'

/**
 * One set of documents for each action, chain, token and venue. What lies in all
 * sets of a filter may fit it; who does not, cannot. Two values may come from two
 * capabilities of one agent: each document that is kept is still asked exactly.
 */
export class CapabilityBits {
  private readonly byAction = actions.map(() => new DocumentSet())
  private readonly byKind: Readonly<Record<ValueKind, ValueSets>> = {
    chains: new ValueSets(),
    tokens: new ValueSets(),
    venues: new ValueSets(),
  }

  addAction(document: number, action: number): void {
    this.byAction[action]?.add(document)
  }

  addValue(document: number, kind: ValueKind, value: number): void {
    this.byKind[kind].add(document, value)
  }

  /** Takes in that a document serves every value of a kind. */
  addEverything(document: number, kind: ValueKind): void {
    this.byKind[kind].everything.add(document)
  }

  /** Takes a document out of every set. */
  remove(document: number): void {
    for (const set of this.byAction) set.remove(document)
    for (const sets of Object.values(this.byKind)) sets.remove(document)
  }

  /**
   * Gets the documents that may fit a filter, as bits.
   *
   * @param end - One above the highest document.
   * @returns Nothing where no set narrows the filter.
   */
  narrow(filter: CompiledFilter, end: number): Uint32Array | undefined {
    const { chains, tokens, venues } = this.byKind
    const wanted = [
      filter.action === undefined
        ? undefined
        : this.byAction.slice(filter.action, filter.action + 1),
      filter.chain === undefined ? undefined : chains.find(filter.chain),
      filter.venue === undefined ? undefined : venues.find(filter.venue),
      ...filter.tokens.map((names) => {
        const found = names.map((name) => tokens.find(name))
        return found.some((sets) => sets === undefined)
          ? undefined
          : [...new Set(found.flatMap((sets) => sets ?? []))]
      }),
    ].filter((sets) => sets !== undefined)
    if (wanted.length === 0) return undefined
    const bits = new Uint32Array((end >>> 5) + 1).fill(0xffff_ffff)
    const union = new Uint32Array(bits.length)
    for (const sets of wanted) {
      union.fill(0)
      for (const { words } of sets) {
        const count = Math.min(words.length, union.length)
        for (let place = 0; place < count; place += 1)
          union[place] = (union[place] as number) | (words[place] as number)
      }
      for (let place = 0; place < bits.length; place += 1)
        bits[place] = (bits[place] as number) & (union[place] as number)
    }
    return bits
  }
}

/** Whether a document is among those that bits hold. */
export function holdsDocument(bits: Uint32Array, document: number): boolean {
  return (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1
}
