import { BehestError, type Problem } from '@behest/spec'

// Only these are not the asker's to mend.
const statusByCode: Readonly<Record<string, number>> = {
  INTENT_NOT_FOUND: 404,
  ARTIFACT_MISSING: 404,
  PLAN_HASH_MISMATCH: 409,
  NOTHING_TO_APPROVE: 409,
  NOTHING_TO_ANSWER: 409,
  QUOTE_EXPIRED: 409,
  PLAN_DRIFTED: 409,
  INTENT_CHANGED: 409,
  PLAN_BEGUN: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
}

/**
 * Turns an error into the problem that leaves the process. What is not ours
 * says nothing about itself.
 *
 * @param error - Anything that was thrown.
 * @returns A problem as RFC 9457 has it; 500 only for defects.
 */
export function toProblem(error: unknown): Problem {
  if (!BehestError.isInstance(error))
    return {
      type: '/errors/INTERNAL',
      title: 'Internal error',
      status: 500,
      detail: 'Something failed that should not. It was recorded; try again.',
      code: 'INTERNAL',
      retry: 'same-input',
    }
  const report = error.toReport()
  return {
    type: report.docsPath,
    title: report.code.toLowerCase().replaceAll('_', ' '),
    status: statusByCode[report.code] ?? 422,
    detail: report.shortMessage.slice(0, 4000),
    code: report.code,
    retry: report.retry,
    ...(report.stage === undefined ? {} : { stage: report.stage }),
    facts: report.facts,
  }
}
