import { lookup as resolveWithSystem } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { BehestError } from '@behest/spec'
import { Agent, buildConnector, fetch as undiciFetch } from 'undici'
import { toPrintable } from '../text/toPrintable.js'
import { isLoopbackAddress, isPublicAddress } from './isPublicAddress.js'
import { readBoundedBody } from './readBoundedBody.js'

/** What a guarded request may say. */
export type FetchInit = {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** The part of `fetch` that Behest uses. The global one fits too. */
export type Fetch = (url: string, init?: FetchInit) => Promise<Response>

/** A fetch for addresses that strangers wrote. */
export type GuardedFetch = Fetch & {
  /** Closes idle connections. */
  close(): Promise<void>
}

/** One address that a host name stands for. */
export type ResolvedAddress = {
  readonly address: string
  readonly family: number
}

/**
 * Creates the one fetch for addresses that somebody else gave us: agents' URLs,
 * cards, webhooks.
 *
 * https on port 443 or from 1024 up, host names only, no credentials, no
 * redirects. Every address of the name must be public, and the address that the
 * socket really reached is checked once more, so that a name which answers
 * differently the second time gains nothing. Time and decoded size of the whole
 * answer are bounded, and the answer is complete when the promise resolves.
 *
 * @param options.allowedLoopbackHosts - `host:port` of this machine that may be
 *   asked over http, such as `127.0.0.1:4201`; `127.0.0.1:*` for every port.
 *   None if absent.
 * @param options.timeoutMs - For the whole request and answer; 5000 if absent.
 * @param options.maxBytes - Of the decoded body; 262144 if absent.
 * @param options.resolve - Finds the addresses of a name; the system's way if
 *   absent.
 * @returns A fetch that throws the errors below, and `close()`.
 * @throws {FetchRefusedError} when the address may not be asked.
 * @throws {FetchTimeoutError} when the answer was not complete in time.
 * @throws {FetchTooLargeError} when the body is longer than `maxBytes`.
 * @throws {FetchRedirectedError} when the answer is a redirect.
 * @throws {FetchFailedError} when the connection failed.
 */
export function createGuardedFetch(
  options: {
    readonly allowedLoopbackHosts?: readonly string[]
    readonly timeoutMs?: number
    readonly maxBytes?: number
    readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>
  } = {},
): GuardedFetch {
  const { timeoutMs = 5_000, maxBytes = 262_144 } = options
  const resolve = options.resolve ?? resolveAll
  const allowedLoopbackHosts = new Set(
    (options.allowedLoopbackHosts ?? []).map((host) => host.toLowerCase()),
  )
  const pool = {
    connections: 16,
    // Shorter than what our servers keep, so that the caller closes first.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  }
  const publicAgent = new Agent({
    ...pool,
    connect: createConnector({
      resolve,
      isAllowed: isPublicAddress,
      timeoutMs,
    }),
  })
  const loopbackAgent = new Agent({
    ...pool,
    connect: createConnector({
      resolve,
      isAllowed: isLoopbackAddress,
      timeoutMs,
    }),
  })

  async function guardedFetch(url: string, init: FetchInit = {}) {
    const { isLoopback } = assertMayAsk(url, allowedLoopbackHosts)
    const timeout = new AbortController()
    const timer = setTimeout(
      () => timeout.abort(new FetchTimeoutError({ url, timeoutMs })),
      timeoutMs,
    )
    const signal = init.signal
      ? AbortSignal.any([init.signal, timeout.signal])
      : timeout.signal
    try {
      const response = await undiciFetch(url, {
        method: init.method ?? 'GET',
        headers: { ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body }),
        signal,
        redirect: 'manual',
        credentials: 'omit',
        dispatcher: isLoopback ? loopbackAgent : publicAgent,
      })
      if (
        response.type === 'opaqueredirect' ||
        (response.status >= 300 && response.status < 400)
      ) {
        response.body?.cancel().catch(() => {})
        throw new FetchRedirectedError({ url })
      }
      const bytes = await readBoundedBody(
        // undici's own types and the global ones describe the same objects.
        response as unknown as Response,
        { maxBytes, url },
      )
      return new Response(isBodyless(response.status) ? null : bytes, {
        status: response.status,
        headers: [...response.headers],
      })
    } catch (error) {
      throw toFetchError(error, { url, signal })
    } finally {
      clearTimeout(timer)
    }
  }
  return Object.assign(guardedFetch, {
    close: async () => {
      await Promise.all([publicAgent.destroy(), loopbackAgent.destroy()])
    },
  })
}

/**
 * Refuses an address that `createGuardedFetch` would not ask, before anything is
 * kept or sent. The addresses of its name are checked when it is asked.
 *
 * @param url - What a stranger wrote.
 * @param options.allowedLoopbackHosts - As for `createGuardedFetch`.
 * @throws {FetchRefusedError} when it may not be asked.
 */
export function assertFetchable(
  url: string,
  options: { readonly allowedLoopbackHosts?: readonly string[] } = {},
): void {
  assertMayAsk(
    url,
    new Set(
      (options.allowedLoopbackHosts ?? []).map((host) => host.toLowerCase()),
    ),
  )
}

function assertMayAsk(
  text: string,
  allowedLoopbackHosts: ReadonlySet<string>,
): { readonly isLoopback: boolean } {
  const refuse = (reason: string): never => {
    throw new FetchRefusedError({ url: toLoggable(text), reason })
  }
  if (!URL.canParse(text)) return refuse('it is no address')
  // Parsing first: it turns 2130706433, 0x7f.1 and 127.1 into 127.0.0.1.
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    return refuse('it holds credentials')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('only https is asked')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (
    allowedLoopbackHosts.has(`${url.hostname}:${port}`) ||
    allowedLoopbackHosts.has(`${url.hostname}:*`)
  )
    return { isLoopback: true }
  if (url.protocol !== 'https:') return refuse('only https is asked')
  if (port !== '443' && Number(port) < 1_024)
    return refuse(`port ${port} is not one of 443 and 1024 to 65535`)
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0)
    return refuse('its host is a literal address, not a name')
  return { isLoopback: false }
}

/** Errors are logged: a password that somebody put into an address is not. */
function toLoggable(text: string): string {
  if (!URL.canParse(text)) return '(no address)'
  const { protocol, host } = new URL(text)
  return toPrintable(`${protocol}//${host}`, 200)
}

function createConnector(options: {
  readonly resolve: (hostname: string) => Promise<readonly ResolvedAddress[]>
  readonly isAllowed: (address: string) => boolean
  readonly timeoutMs: number
}): buildConnector.connector {
  const { resolve, isAllowed, timeoutMs } = options
  // One bad address refuses all: the others may be there to get us to try.
  const lookup: LookupFunction = (hostname, { all }, done) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        const bad = addresses.find(({ address }) => !isAllowed(address))
        if (first === undefined || bad !== undefined)
          done(refusePeer(hostname), '')
        else if (all) done(null, [...addresses])
        else done(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    )
  }
  const connect = buildConnector({ timeout: timeoutMs, lookup })
  return (target, done) => {
    // No lookup happens for a literal, so it is checked here.
    const literal = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0 && !isAllowed(literal))
      return done(refusePeer(literal), null)
    connect(target, (error, socket) => {
      if (error !== null) return done(error, null)
      // What the socket reached, whatever was looked up before.
      if (isAllowed(socket.remoteAddress ?? '')) return done(null, socket)
      socket.destroy()
      done(refusePeer(literal), null)
    })
  }
}

async function resolveAll(
  hostname: string,
): Promise<readonly ResolvedAddress[]> {
  return resolveWithSystem(hostname, { all: true, verbatim: true })
}

function isBodyless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function toFetchError(
  error: unknown,
  facts: { readonly url: string; readonly signal: AbortSignal },
): unknown {
  const { url, signal } = facts
  // The reason is our timeout's error, or what the caller gave.
  if (signal.aborted) return signal.reason
  // undici wraps what the connector throws.
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (BehestError.isInstance(cause)) return cause
  return new FetchFailedError({ url }, error)
}

function refusePeer(host: string): FetchRefusedError {
  return new FetchRefusedError({
    url: host,
    reason: 'its host is not on the public internet',
  })
}

/** Thrown when an address may not be asked at all. */
export class FetchRefusedError extends BehestError {
  readonly code = 'FETCH_REFUSED'
  readonly retry = 'never'

  constructor(facts: { url: string; reason: string }) {
    super(
      `${facts.url} is not asked: ${facts.reason}. Use an https address of a public host name.`,
      { facts },
    )
  }
}

/** Thrown when an answer was not complete in time. */
export class FetchTimeoutError extends BehestError {
  readonly code = 'FETCH_TIMEOUT'
  readonly retry = 'same-input'

  constructor(facts: { url: string; timeoutMs: number }) {
    super(
      `${facts.url} did not answer completely within ${facts.timeoutMs} ms. Ask again later.`,
      { facts },
    )
  }
}

/** Thrown when the answer sends us elsewhere. */
export class FetchRedirectedError extends BehestError {
  readonly code = 'FETCH_REDIRECTED'
  readonly retry = 'never'

  constructor(facts: { url: string }) {
    super(
      `${facts.url} answers with a redirect. Use the address that it leads to.`,
      { facts },
    )
  }
}

/** Thrown when no connection came about, or it broke. */
export class FetchFailedError extends BehestError {
  readonly code = 'FETCH_FAILED'
  readonly retry = 'same-input'

  constructor(facts: { url: string }, cause: unknown) {
    super(`${facts.url} cannot be reached. Check the address and ask again.`, {
      facts,
      cause,
    })
  }
}
