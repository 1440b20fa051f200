import type { Request } from 'express'

/** Who a request comes from. Nobody logs in; some have paid. */
export type Caller = {
  readonly isAuthenticated: false
  readonly userName: ''
  readonly isPaying: boolean
}

const paying = new WeakSet<Request>()

/** Notes that a request came through the paywall. */
export function markPaying(request: Request): void {
  paying.add(request)
}

/** Says who a request comes from, for the A2A side. */
export function toCaller(request: Request): Caller {
  return {
    isAuthenticated: false,
    userName: '',
    isPaying: paying.has(request),
  }
}

/** Tells whether a caller of the A2A side came through the paywall. */
export function isPayingCaller(user: unknown): boolean {
  return (
    typeof user === 'object' &&
    user !== null &&
    'isPaying' in user &&
    user.isPaying === true
  )
}
