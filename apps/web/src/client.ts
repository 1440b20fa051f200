import {
  createIntentClient,
  createRegistryClient,
  type Fetch,
} from '@behest/client'

let skewMs = 0

/** Remembers how far this machine's clock is from the server's. */
const fetchAndSetClock: Fetch = async (url, init) => {
  const response = await fetch(url, init)
  const said = Date.parse(response.headers.get('date') ?? '')
  // Under two seconds it may be the way there and the rounding of the header.
  if (!Number.isNaN(said)) {
    const apartMs = said - Date.now()
    skewMs = Math.abs(apartMs) < 2000 ? 0 : apartMs
  }
  return response
}

const options = { baseUrl: window.location.origin, fetch: fetchAndSetClock }

/** The API that served this page. */
export const client = createIntentClient(options)

/** The registry, as the same server passes it on. */
export const registry = createRegistryClient(options)

/** What time the server has, in Unix milliseconds. */
export function readServerTimeMs(): number {
  return Date.now() + skewMs
}

/** What went wrong, in words. */
export function toMessage(cause: unknown): string {
  if (cause instanceof Error) return cause.message
  // Wallets refuse with plain objects.
  const { message } = (cause ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : String(cause)
}
