/** A binary heap of numbered entries; the smallest key comes out first. */
export type Heap = {
  readonly push: (key: number, entry: number) => void
  /** Takes the entry with the smallest key, or gives -1 when it is empty. */
  readonly pop: () => number
  /** The key of the entry that came out last. */
  readonly lastKey: () => number
}

/** Creates an empty heap. */
export function createHeap(): Heap {
  const keys: number[] = []
  const entries: number[] = []
  let last = 0
  return {
    lastKey: () => last,
    push: (key, entry) => {
      let at = keys.length
      keys.push(key)
      entries.push(entry)
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (keys[parent]! <= key) break
        keys[at] = keys[parent]!
        entries[at] = entries[parent]!
        at = parent
      }
      keys[at] = key
      entries[at] = entry
    },
    pop: () => {
      if (keys.length === 0) return -1
      const top = entries[0]!
      last = keys[0]!
      const key = keys.pop()!
      const entry = entries.pop()!
      const size = keys.length
      if (size === 0) return top
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= size) break
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++
        if (keys[child]! >= key) break
        keys[at] = keys[child]!
        entries[at] = entries[child]!
        at = child
      }
      keys[at] = key
      entries[at] = entry
      return top
    },
  }
}
