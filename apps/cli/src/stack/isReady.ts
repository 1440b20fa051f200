// Far above what a busy machine needs; who is not there at all refuses at once.
const patienceMs = 5000

/** Whether a server says of itself that it is ready. */
export async function isReady(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', baseUrl), {
      signal: AbortSignal.timeout(patienceMs),
    })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
