import type { OrderTerms } from '@behest/spec'
import { findLatestOccurrence, getOccurrence } from './getOccurrence.js'

/** What is to be done about an order now. */
export type DueRun =
  /** Nothing before this instant, chain time. */
  | { readonly type: 'wait'; readonly untilUnixSeconds: number }
  /** One run; those from `nextIndex` up to it were missed. */
  | {
      readonly type: 'run'
      readonly index: number
      readonly dueUnixSeconds: number
      /** A run that starts later than this is a missed one. */
      readonly lastUnixSeconds: number
    }
  /** Those from `nextIndex` up to `untilIndex` were missed, and nothing else is due yet. */
  | { readonly type: 'missed'; readonly untilIndex: number }
  | { readonly type: 'end'; readonly why: string }

/**
 * Decides what is due of an order. Pure: the same terms, index and instant give
 * the same answer in every process.
 *
 * @param options.nextIndex - The first run that nothing was decided about.
 * @param options.nowUnixSeconds - Chain time, which no process's clock changes.
 * @returns At most one run, whatever was missed.
 */
export function findDueRun(options: {
  readonly terms: OrderTerms
  readonly nextIndex: number
  readonly nowUnixSeconds: number
}): DueRun {
  const { terms, nextIndex, nowUnixSeconds } = options
  const { schedule, maxRuns, graceSeconds, expiresUnixSeconds } = terms
  if (nextIndex >= maxRuns)
    return { type: 'end', why: 'It has run as often as it was to.' }
  if (nowUnixSeconds >= expiresUnixSeconds)
    return { type: 'end', why: 'Its time is over.' }
  if (!schedule)
    return {
      type: 'run',
      index: nextIndex,
      dueUnixSeconds: nowUnixSeconds,
      lastUnixSeconds: expiresUnixSeconds,
    }

  const due = getOccurrence(schedule, nextIndex)
  if (due === undefined)
    return { type: 'end', why: 'It has run as often as it was to.' }
  if (due >= expiresUnixSeconds)
    return { type: 'end', why: 'Its time is over.' }
  if (nowUnixSeconds < due) return { type: 'wait', untilUnixSeconds: due }

  const latest = Math.min(
    findLatestOccurrence(schedule, nowUnixSeconds),
    maxRuns - 1,
  )
  const latestDue = getOccurrence(schedule, latest) ?? due
  const lastUnixSeconds = Math.min(
    latestDue + graceSeconds,
    expiresUnixSeconds - 1,
  )
  if (nowUnixSeconds <= lastUnixSeconds)
    return {
      type: 'run',
      index: latest,
      dueUnixSeconds: latestDue,
      lastUnixSeconds,
    }
  if (terms.missedRuns === 'catch-up-once')
    return {
      type: 'run',
      index: latest,
      dueUnixSeconds: latestDue,
      lastUnixSeconds: expiresUnixSeconds - 1,
    }
  return { type: 'missed', untilIndex: latest + 1 }
}
