import { RateLimitedError } from './problem.js'

const windowMs = 60_000
/** Keys that are counted at once: new ones are free, memory is not. */
const maxKeys = 100_000

/**
 * Creates what counts the changes that one key has signed. Counted are signatures
 * that held: whoever sends another's name without their key takes nothing of theirs.
 *
 * @param options.perMinute - Most changes of one key; 0 switches it off.
 * @param options.nowMs - The time, in ms.
 * @returns Throws {@link RateLimitedError} for a key that comes too often.
 */
export function createKeyLimiter(options: {
  readonly perMinute: number
  readonly nowMs: () => number
}): (key: string) => void {
  const { perMinute, nowMs } = options
  const counts = new Map<string, { readonly fromMs: number; count: number }>()
  return (key) => {
    if (perMinute === 0) return
    const now = nowMs()
    const known = counts.get(key)
    if (known === undefined || now - known.fromMs >= windowMs) {
      // The oldest leave first: entries are in the order of their windows.
      counts.delete(key)
      for (const [oldest, { fromMs }] of counts) {
        if (counts.size < maxKeys && now - fromMs < windowMs) break
        counts.delete(oldest)
      }
      counts.set(key, { fromMs: now, count: 1 })
      return
    }
    if (known.count >= perMinute)
      throw new RateLimitedError({
        perMinute,
        from: 'key',
        retryAfterSeconds: Math.max(
          1,
          Math.ceil((known.fromMs + windowMs - now) / 1000),
        ),
      })
    known.count += 1
  }
}
