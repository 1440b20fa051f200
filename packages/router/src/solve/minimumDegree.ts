/**
 * Orders the nodes of a graph so that eliminating them fills in little: always
 * the node with the fewest neighbours left.
 *
 * @param count - Nodes are 0 … count - 1.
 * @param edges - Pairs of nodes, one after the other.
 * @returns The position of each node in the order.
 */
export function orderByMinimumDegree(
  count: number,
  edges: ArrayLike<number>,
): Int32Array {
  const neighbours: Set<number>[] = Array.from(
    { length: count },
    () => new Set(),
  )
  for (let e = 0; e + 1 < edges.length; e += 2) {
    const left = edges[e]!
    const right = edges[e + 1]!
    if (left === right) continue
    neighbours[left]!.add(right)
    neighbours[right]!.add(left)
  }
  const position = new Int32Array(count).fill(-1)
  const buckets: number[][] = []
  const place = (node: number): void => {
    const degree = neighbours[node]!.size
    while (buckets.length <= degree) buckets.push([])
    buckets[degree]!.push(node)
  }
  for (let node = 0; node < count; node++) place(node)

  let next = 0
  let lowest = 0
  while (next < count) {
    while (lowest < buckets.length && buckets[lowest]!.length === 0) lowest++
    const node = buckets[lowest]!.pop()!
    if (position[node]! >= 0 || neighbours[node]!.size !== lowest) continue
    position[node] = next++
    const around = neighbours[node]!
    // What is left is nearly complete: every further order fills in alike.
    const isDense = around.size > 32 && around.size >= 0.8 * (count - next)
    if (isDense) break
    for (const other of around) {
      const set = neighbours[other]!
      set.delete(node)
      for (const third of around) if (third !== other) set.add(third)
    }
    for (const other of around) place(other)
    lowest = Math.max(0, lowest - 1)
  }
  for (let node = 0; node < count; node++)
    if (position[node]! < 0) position[node] = next++
  return position
}
