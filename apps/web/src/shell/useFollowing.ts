import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

const nearPx = 60
const headroomPx = 8

/**
 * Keeps the newest in view for those who are at the end, and leaves everybody
 * else where they read.
 *
 * It goes down only as far as the start of the last item: a preview that is
 * taller than the screen is read from its start. Where nothing was said, such as
 * in a list of agents, it goes nowhere.
 */
export function useFollowing(options: {
  readonly frame: RefObject<HTMLElement | null>
  readonly content: RefObject<HTMLElement | null>
}): { readonly isBehind: boolean; readonly goToEnd: () => void } {
  const { frame, content } = options
  const [isBehind, setIsBehind] = useState(false)
  const follows = useRef(true)

  /** How far down the start of the last item is, and how far down one can go. */
  const measure = useCallback(() => {
    const { current } = frame
    const last = content.current?.querySelector(':scope > article:last-of-type')
    if (current === null || !(last instanceof HTMLElement)) return null
    return {
      current,
      end: current.scrollHeight - current.clientHeight,
      start:
        last.getBoundingClientRect().top -
        current.getBoundingClientRect().top +
        current.scrollTop -
        headroomPx,
    }
  }, [frame, content])

  const goDown = useCallback(() => {
    const measured = measure()
    if (measured === null) return
    const { current, start, end } = measured
    current.scrollTop = Math.max(current.scrollTop, Math.min(end, start))
    setIsBehind(false)
  }, [measure])

  useEffect(() => {
    const { current } = frame
    const inner = content.current
    if (current === null || inner === null) return
    const onScroll = () => {
      const measured = measure()
      if (measured === null) return
      const { start, end } = measured
      // Also where what stands above has grown and pushed the last item down.
      follows.current =
        end - current.scrollTop < nearPx ||
        Math.abs(current.scrollTop - start) < nearPx
      if (current.scrollTop + nearPx > Math.min(start, end)) setIsBehind(false)
    }
    const observer = new ResizeObserver(() => {
      const measured = measure()
      if (measured === null) setIsBehind(false)
      else if (follows.current) goDown()
      // Who can see that there is a last item does not have to be told of it.
      else
        setIsBehind(
          measured.start - current.scrollTop > current.clientHeight - nearPx,
        )
    })
    current.addEventListener('scroll', onScroll, { passive: true })
    observer.observe(inner)
    return () => {
      current.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [frame, content, measure, goDown])

  const goToEnd = useCallback(() => {
    follows.current = true
    goDown()
  }, [goDown])
  return { isBehind, goToEnd }
}
