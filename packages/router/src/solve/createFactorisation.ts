/** Solves sparse symmetric positive definite systems, keeping its buffers. */
export type Factorisation = {
  /**
   * Solves `(diagonal + L) x = right`, where `L` is the Laplacian of the edges
   * and nodes are numbered in elimination order. `right` becomes the solution.
   *
   * @param reuse - True when the edges join the same nodes as the last time.
   * @returns False when a pivot is not positive.
   */
  readonly solve: (system: {
    readonly count: number
    readonly edges: number
    /** Lower and higher node of each edge; parallel edges add up. */
    readonly low: Int32Array
    readonly high: Int32Array
    readonly weight: Float64Array
    readonly diagonal: Float64Array
    readonly right: Float64Array
    readonly reuse: boolean
  }) => boolean
}

/**
 * Creates an up-looking LDLᵀ factorisation: the elimination tree and the column
 * counts once per pattern, the numbers once per system.
 */
export function createFactorisation(): Factorisation {
  let columnStart = new Int32Array(1)
  let rowOf = new Int32Array(0)
  let edgeOf = new Int32Array(0)
  let parent = new Int32Array(0)
  let flag = new Int32Array(0)
  let lowerStart = new Int32Array(1)
  let lowerCount = new Int32Array(0)
  let lowerRow = new Int32Array(0)
  let lowerValue = new Float64Array(0)
  let pivot = new Float64Array(0)
  let work = new Float64Array(0)
  let pattern = new Int32Array(0)

  return {
    solve: ({ count, edges, low, high, weight, diagonal, right, reuse }) => {
      if (pivot.length < count) {
        parent = new Int32Array(count * 2)
        flag = new Int32Array(count * 2)
        lowerCount = new Int32Array(count * 2)
        pattern = new Int32Array(count * 2)
        pivot = new Float64Array(count * 2)
        work = new Float64Array(count * 2)
        columnStart = new Int32Array(count * 2 + 1)
        lowerStart = new Int32Array(count * 2 + 1)
      }
      if (rowOf.length < edges) {
        rowOf = new Int32Array(edges * 2)
        edgeOf = new Int32Array(edges * 2)
      }
      if (!reuse) analyse(count, edges, low, high)

      for (let k = 0; k < count; k++) pivot[k] = diagonal[k]!
      for (let e = 0; e < edges; e++) {
        pivot[low[e]!]! += weight[e]!
        pivot[high[e]!]! += weight[e]!
      }
      flag.fill(-1, 0, count)
      lowerCount.fill(0, 0, count)
      for (let k = 0; k < count; k++) {
        let top = count
        flag[k] = k
        for (let p = columnStart[k]!; p < columnStart[k + 1]!; p++) {
          let node = rowOf[p]!
          work[node]! -= weight[edgeOf[p]!]!
          let length = 0
          while (flag[node] !== k) {
            pattern[length++] = node
            flag[node] = k
            node = parent[node]!
          }
          while (length > 0) pattern[--top] = pattern[--length]!
        }
        for (; top < count; top++) {
          const node = pattern[top]!
          const value = work[node]!
          work[node] = 0
          const start = lowerStart[node]!
          const end = start + lowerCount[node]!
          for (let p = start; p < end; p++)
            work[lowerRow[p]!]! -= lowerValue[p]! * value
          const scaled = value / pivot[node]!
          pivot[k]! -= scaled * value
          lowerRow[end] = k
          lowerValue[end] = scaled
          lowerCount[node]!++
        }
        if (!(pivot[k]! > 0)) {
          work.fill(0, 0, count)
          return false
        }
      }
      for (let k = 0; k < count; k++)
        for (let p = lowerStart[k]!; p < lowerStart[k + 1]!; p++)
          right[lowerRow[p]!]! -= lowerValue[p]! * right[k]!
      for (let k = count - 1; k >= 0; k--) {
        let value = right[k]! / pivot[k]!
        for (let p = lowerStart[k]!; p < lowerStart[k + 1]!; p++)
          value -= lowerValue[p]! * right[lowerRow[p]!]!
        right[k] = value
      }
      return true
    },
  }

  function analyse(
    count: number,
    edges: number,
    low: Int32Array,
    high: Int32Array,
  ): void {
    columnStart.fill(0, 0, count + 1)
    for (let e = 0; e < edges; e++) columnStart[high[e]! + 1]!++
    for (let k = 0; k < count; k++) columnStart[k + 1]! += columnStart[k]!
    // `pattern` counts what each column holds so far.
    for (let k = 0; k < count; k++) pattern[k] = columnStart[k]!
    for (let e = 0; e < edges; e++) {
      const p = pattern[high[e]!]!++
      rowOf[p] = low[e]!
      edgeOf[p] = e
    }
    lowerCount.fill(0, 0, count)
    for (let k = 0; k < count; k++) {
      parent[k] = -1
      flag[k] = k
      for (let p = columnStart[k]!; p < columnStart[k + 1]!; p++) {
        let node = rowOf[p]!
        while (flag[node] !== k) {
          if (parent[node] === -1) parent[node] = k
          lowerCount[node]!++
          flag[node] = k
          node = parent[node]!
        }
      }
    }
    lowerStart[0] = 0
    for (let k = 0; k < count; k++)
      lowerStart[k + 1] = lowerStart[k]! + lowerCount[k]!
    const size = lowerStart[count]!
    if (lowerRow.length < size) {
      lowerRow = new Int32Array(size * 2)
      lowerValue = new Float64Array(size * 2)
    }
  }
}
