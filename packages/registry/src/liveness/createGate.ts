/**
 * Creates a gate that lets so many pieces of work through at once; the others
 * wait their turn.
 */
export function createGate(
  width: number,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside >= width)
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
    else inside += 1
    try {
      return await work()
    } finally {
      // The place is handed on, never freed and taken again by a newcomer.
      const next = waiting.shift()
      if (next === undefined) inside -= 1
      else next()
    }
  }
}
