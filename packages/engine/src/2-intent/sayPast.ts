import {
  artifactSchema,
  isSameAddress,
  type Receipt,
  type StoredIntent,
} from '@behest/spec'
import * as z from 'zod'

/**
 * Says what became of an intent, from the journal alone.
 *
 * @returns One or two sentences, for people.
 */
export function sayPast(stored: StoredIntent): string {
  return `${quoteWords(stored.utterance)} (intent ${stored.id}): ${sayStatus(stored)}`
}

/** What was said, shortened, in quotation marks. */
export function quoteWords(words: string): string {
  const flat = words.replace(/\s+/g, ' ').trim()
  return `“${flat.length > 120 ? `${flat.slice(0, 117)}…` : flat}”`
}

function sayStatus(stored: StoredIntent): string {
  switch (stored.status) {
    case 'done': {
      const receipt = readReceipt(stored)
      return receipt === undefined
        ? 'It was a question, and it was answered.'
        : `It was carried out; the receipt says ${receipt.outcome}${sayChanges(receipt)}.`
    }
    case 'needs-approval':
      return 'Its plan waits for your approval; nothing was sent.'
    case 'needs-answer':
      return 'It waits for your answer to a question; nothing was sent.'
    case 'running':
      return `It is under way, at stage ${stored.stage}.`
    case 'unknown':
      return 'It was sent, and the chain has not said yet how it ended. It is being asked; nothing is sent twice.'
    case 'failed':
      return `It failed and nothing was sent. ${stored.problem?.detail ?? ''}`.trim()
    case 'rejected':
      return 'Its plan was rejected; nothing was sent.'
    case 'cancelled':
      return 'It was cancelled; nothing was sent.'
    default:
      return stored.status satisfies never
  }
}

function sayChanges(receipt: Receipt): string {
  const changes = receipt.steps.flatMap((step) => [
    ...step.realised
      .filter((delta) => isSameAddress(delta.account, receipt.account))
      .map(
        ({ units, decimal, symbol }) =>
          `${units > 0n ? '+' : ''}${decimal} ${symbol}`,
      ),
    ...step.positions.map(
      ({ kind, venue, units, decimal, symbol }) =>
        `${kind} ${units > 0n ? '+' : ''}${decimal} ${symbol} at ${venue}`,
    ),
  ])
  return changes.length === 0 ? '' : `: ${changes.slice(0, 12).join(', ')}`
}

function readReceipt(stored: StoredIntent): Receipt | undefined {
  const body = stored.artifacts.find(({ stage }) => stage === 'receipt')?.body
  if (body === undefined) return undefined
  const artifact = z.decode(artifactSchema, body)
  return artifact.stage === 'receipt' ? artifact.receipt : undefined
}
