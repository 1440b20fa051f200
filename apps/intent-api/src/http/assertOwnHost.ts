import { BehestError } from '@behest/spec'
import type { RequestHandler } from 'express'

const loopback = ['localhost', '127.0.0.1', '[::1]', '::1']

/** Tells whether a host is this machine, and reached from nowhere else. */
export function isLoopbackHost(host: string): boolean {
  return loopback.includes(host)
}

/**
 * Refuses requests that came here under somebody else's name. A page on the web
 * can have its own name lead to this machine and would then be read as ours.
 * A server that is bound to more than this machine has names of its own, which
 * only its operator knows.
 *
 * @param options.serverUrl - Where this server is bound to.
 */
export function assertOwnHost(options: {
  readonly serverUrl: string
}): RequestHandler {
  const isLocal = isLoopbackHost(new URL(options.serverUrl).hostname)
  return (request, _response, next) => {
    const host = request.headers.host ?? ''
    const name = host.replace(/:\d+$/, '').toLowerCase()
    if (isLocal && !isLoopbackHost(name)) throw new HostRefusedError({ host })
    next()
  }
}

/** Thrown when a request names another host than this one. */
export class HostRefusedError extends BehestError {
  readonly code = 'HOST_REFUSED'
  readonly retry = 'never'

  constructor(facts: { host: string }) {
    super(
      `"${facts.host.slice(0, 100)}" is not the name of this server, which serves this machine only. Ask 127.0.0.1 or localhost, or bind it elsewhere with BEHEST_HOST.`,
      { facts: { host: facts.host.slice(0, 100) } },
    )
  }
}
