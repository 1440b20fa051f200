import type { Preview } from '@behest/spec'
import { useEffect, useRef, useState } from 'react'

/**
 * The preview that the present one takes the place of, while the page is open.
 * In between there may be none: then the agents are being asked.
 */
export function useReplaced(preview: Preview | undefined): Preview | null {
  const shown = useRef(preview)
  const [replaced, setReplaced] = useState<Preview | null>(null)
  useEffect(() => {
    if (preview === undefined) return
    const before = shown.current
    if (before !== undefined && before.planHash !== preview.planHash)
      setReplaced(before)
    shown.current = preview
  }, [preview])
  return replaced
}
