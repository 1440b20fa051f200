import {
  artifactSchema,
  type IntentStorePort,
  isSameAddress,
  type PastIntent,
  type StoredIntent,
  type UtteranceArtifact,
} from '@behest/spec'
import * as z from 'zod'

const pageSize = 20
const maxPages = 3

/**
 * Reads what an account asked for before one of its intents, the newest first.
 * Nobody else's intents are ever among them, whichever id is named.
 *
 * @param options.intentId - The intent that leans on them; it and newer ones are left out.
 * @param options.utterance - Its account, and the intent that was before the speaker's eyes.
 * @returns At most some dozens; none where the named one is not the account's.
 */
export async function readPast(options: {
  readonly store: IntentStorePort
  readonly intentId: string
  readonly utterance: UtteranceArtifact
}): Promise<readonly PastIntent[]> {
  const { store, intentId, utterance } = options
  const { account, previousIntentId } = utterance
  const first = previousIntentId ?? intentId
  const past: StoredIntent[] = []
  let cursor: string | undefined
  let isReached = false
  for (let page = 0; page < maxPages && past.length < pageSize; page += 1) {
    const { intents, nextCursor } = await store.list({
      limit: pageSize,
      account,
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const stored of intents) {
      if (stored.id === first) isReached = true
      if (isReached && stored.id !== intentId) past.push(stored)
    }
    cursor = nextCursor
    if (cursor === undefined) break
  }
  if (!isReached && previousIntentId !== undefined) {
    // Named, and further back than anybody pages: it alone is meant.
    const named = await store.get(previousIntentId)
    if (named) past.push(named)
  }
  return past
    .filter((stored) => isSameAddress(stored.account, account))
    .flatMap((stored) => toPast(stored))
}

function toPast(stored: StoredIntent): PastIntent[] {
  const body = stored.artifacts.find(({ stage }) => stage === 'intent')?.body
  if (body === undefined) return []
  const artifact = z.decode(artifactSchema, body)
  return artifact.stage === 'intent'
    ? [
        {
          id: stored.id,
          status: stored.status,
          result: artifact.result,
          gave: readGains(stored),
        },
      ]
    : []
}

/** What each step that came true gave the account, by its receipt. */
function readGains(stored: StoredIntent): PastIntent['gave'] {
  const body = stored.artifacts.find(({ stage }) => stage === 'receipt')?.body
  if (body === undefined) return {}
  const artifact = z.decode(artifactSchema, body)
  if (artifact.stage !== 'receipt') return {}
  return Object.fromEntries(
    artifact.receipt.steps
      .filter(({ verdict }) => verdict === 'MET')
      .map(({ id, realised }) => [
        id,
        realised
          .filter(
            (delta) =>
              delta.units > 0n && isSameAddress(delta.account, stored.account),
          )
          .map(({ symbol, decimal }) => ({ symbol, decimal })),
      ]),
  )
}
