/** Tells whether somebody may say one more thing now. */
export type RateLimit = {
  /** `first-over` once when it becomes too much, then `over`. */
  readonly take: (who: number) => 'taken' | 'first-over' | 'over'
}

const mostRemembered = 10_000

/**
 * Creates a limit of so many a minute for each one.
 *
 * @param options.perMinute - How many are taken.
 * @param options.nowMs - The clock.
 */
export function createRateLimit(options: {
  readonly perMinute: number
  readonly nowMs: () => number
}): RateLimit {
  const { perMinute, nowMs } = options
  const windows = new Map<number, { startedMs: number; count: number }>()
  return {
    take: (who) => {
      const now = nowMs()
      const window = windows.get(who)
      if (window === undefined || now - window.startedMs >= 60_000) {
        // Somebody with many names must not fill the memory.
        if (windows.size >= mostRemembered) windows.clear()
        windows.set(who, { startedMs: now, count: 1 })
        return 'taken'
      }
      window.count += 1
      if (window.count <= perMinute) return 'taken'
      return window.count === perMinute + 1 ? 'first-over' : 'over'
    },
  }
}
