import { useEffect, useState } from 'react'
import { readServerTimeMs } from '../client.js'

/** The server's time in Unix milliseconds, each second anew while it matters. */
export function useNow(matters: boolean): number {
  const [nowMs, setNowMs] = useState(readServerTimeMs)
  useEffect(() => {
    if (!matters) return
    setNowMs(readServerTimeMs())
    const timer = setInterval(() => setNowMs(readServerTimeMs()), 1000)
    return () => clearInterval(timer)
  }, [matters])
  return nowMs
}
