import { NothingToAnswerError } from '../2-intent/errors.js'
import { type OpenIntent, openIntent } from '../openIntent.js'
import type { EnginePorts } from '../ports.js'

/**
 * Ends an intent that was not approved yet.
 *
 * @throws {NothingToAnswerError} when it no longer waits for anybody.
 */
export async function cancelIntent(
  ports: Pick<EnginePorts, 'store'>,
  id: string,
): Promise<OpenIntent> {
  const intent = await openIntent(ports.store, id)
  const { status } = intent.stored()
  if (status === 'cancelled') return intent
  if (status !== 'needs-answer' && status !== 'needs-approval')
    throw new NothingToAnswerError({ intentId: id, status })
  await intent.setStatus({
    status: 'cancelled',
    message: 'Cancelled; nothing was sent.',
  })
  return intent
}
