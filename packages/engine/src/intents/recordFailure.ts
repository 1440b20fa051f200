import { BehestError } from '@behest/spec'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { PlanDriftedError } from '../6-simulation/errors.js'
import type { OpenIntent } from '../openIntent.js'
import type { EnginePorts } from '../ports.js'
import { toProblem } from '../toProblem.js'
import { reopenQuotes } from './reopenQuotes.js'

/** Another process was here first: it changed the intent, or began its plan. */
const wentOn: readonly string[] = ['INTENT_CHANGED', 'PLAN_BEGUN']

/**
 * Records what an intent failed with; what the chain has moved past is quoted anew.
 *
 * @returns Whether the intent has ended or is to be gone on with.
 * @throws the error itself, where something may have been sent already.
 */
export async function recordFailure(options: {
  readonly error: unknown
  readonly intent: OpenIntent
  readonly ports: Pick<EnginePorts, 'onDefect'>
}): Promise<'again' | 'ended'> {
  const { error, intent, ports } = options
  const isOurs = BehestError.isInstance(error)
  // Somebody else went on with it meanwhile: theirs counts.
  if (isOurs && wentOn.includes(error.code)) return 'again'
  if (!isOurs) ports.onDefect?.({ intentId: intent.id, error })
  if (intent.find('approval')) {
    if (
      error instanceof PlanDriftedError ||
      error instanceof QuoteExpiredError
    ) {
      await reopenQuotes(intent, error.shortMessage)
      return 'again'
    }
    // Past an approval something may have been sent: nothing here may call it
    // failed. It stays open and is taken up again; the outbox knows the truth.
    throw error
  }
  await intent.setStatus({
    status: 'failed',
    problem: toProblem(error),
    message: isOurs ? error.shortMessage : 'Something failed that should not.',
  })
  return 'ended'
}
