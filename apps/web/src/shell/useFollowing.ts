import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

const nearPx = 60
const headroomPx = 8

/**
 * Keeps the newest in view for those who are at the end, and leaves everybody
 * else where they read.
 *
 * It goes down only as far as the start of the last item: a preview that is
 * taller than the screen is read from its start.
 */
export function useFollowing(options: {
  readonly frame: RefObject<HTMLElement | null>
  readonly content: RefObject<HTMLElement | null>
}): { readonly isBehind: boolean; readonly goToEnd: () => void } {
  const { frame, content } = options
  const [isBehind, setIsBehind] = useState(false)
  const follows = useRef(true)
  const wentTo = useRef(0)

  const goDown = useCallback(() => {
    const { current } = frame
    const last = content.current?.querySelector(':scope > article:last-of-type')
    if (current === null) return
    const end = current.scrollHeight - current.clientHeight
    const start =
      last instanceof HTMLElement
        ? last.getBoundingClientRect().top -
          current.getBoundingClientRect().top +
          current.scrollTop -
          headroomPx
        : end
    const target = Math.max(current.scrollTop, Math.min(end, start))
    wentTo.current = target
    current.scrollTop = target
    setIsBehind(false)
  }, [frame, content])

  useEffect(() => {
    const { current } = frame
    const inner = content.current
    if (current === null || inner === null) return
    const onScroll = () => {
      const end = current.scrollHeight - current.clientHeight
      follows.current =
        end - current.scrollTop < nearPx ||
        Math.abs(current.scrollTop - wentTo.current) < nearPx
      if (follows.current) setIsBehind(false)
    }
    const observer = new ResizeObserver(() => {
      if (follows.current) goDown()
      else
        setIsBehind(
          current.scrollHeight - current.clientHeight - current.scrollTop >
            nearPx,
        )
    })
    current.addEventListener('scroll', onScroll, { passive: true })
    observer.observe(inner)
    return () => {
      current.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [frame, content, goDown])

  const goToEnd = useCallback(() => {
    follows.current = true
    goDown()
  }, [goDown])
  return { isBehind, goToEnd }
}
