/** A source of chance that gives the same sequence for the same seed. */
export type Random = {
  /** From 0 up to, but not including, 1. */
  readonly next: () => number
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <Item>(items: readonly Item[]) => Item
  /** A source of its own: what others draw does not change what it gives. */
  readonly fork: (label: string) => Random
}

/**
 * Creates a source of chance from a seed.
 *
 * @param seed - Any text; the same one gives the same sequence.
 */
export function createRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (const letter of seed)
    state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0

  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) =>
    least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] as (typeof items)[0],
    fork: (label) => createRandom(`${seed}/${label}`),
  }
}
