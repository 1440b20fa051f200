import type { BrokenRequest, BrokenRequestAnswer } from '@behest/sdk'

/** Puts a request that never became whole into a problem, as everywhere here. */
export function renderBrokenRequest({
  status,
  title,
  detail,
  retry,
}: BrokenRequest): BrokenRequestAnswer {
  return {
    contentType: 'application/problem+json',
    body: {
      type: '/errors/REQUEST_MALFORMED',
      title,
      status,
      detail,
      code: 'REQUEST_MALFORMED',
      retry,
    },
  }
}
