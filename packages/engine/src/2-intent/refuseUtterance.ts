import type { OpenIntent } from '../openIntent.js'
import { toProblem } from '../toProblem.js'
import { NotARequestError } from './errors.js'

/** Ends an intent whose words are no request, and says why. */
export async function refuseUtterance(
  intent: OpenIntent,
  result: { readonly reason: string; readonly message: string },
): Promise<'ended'> {
  const error = new NotARequestError({
    reason: result.reason,
    message: result.message,
  })
  await intent.setStatus({
    status: 'failed',
    problem: toProblem(error),
    message: error.shortMessage,
  })
  return 'ended'
}
