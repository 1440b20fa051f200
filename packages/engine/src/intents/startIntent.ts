import type {
  Address,
  Custody,
  MissedRuns,
  ParseContext,
  StoredIntent,
} from '@behest/spec'
import { recordUtterance } from '../1-utterance/recordUtterance.js'
import { hashArtifact, hashJson, toWire } from '../hashArtifact.js'
import type { EnginePorts } from '../ports.js'

/** What somebody says, and who it is said for. */
export type StartIntentOptions = {
  readonly id: string
  readonly text: string
  readonly account: Address
  readonly context: ParseContext
  readonly principal: string
  readonly idempotencyKey?: string
  /** What was before the speaker's eyes; the account's newest if absent. */
  readonly previousIntentId?: string
  /** How it is to be carried out; chosen for the user if absent. */
  readonly custody?: Custody
  /** For what becomes a standing order; runs that are missed are skipped unless told. */
  readonly missedRuns?: MissedRuns
}

/**
 * Keeps what was said as a new intent; the same key and words are one intent.
 *
 * @throws the errors of {@link recordUtterance}.
 */
export async function startIntent(
  ports: Pick<EnginePorts, 'store' | 'chain'>,
  options: StartIntentOptions,
): Promise<{ readonly intent: StoredIntent; readonly created: boolean }> {
  const { id, text, account, context, principal, idempotencyKey } = options
  const { previousIntentId, custody, missedRuns } = options
  const artifact = {
    ...recordUtterance({
      text,
      account,
      chainId: ports.chain.chainId,
      context,
      custody,
      ...(previousIntentId === undefined ? {} : { previousIntentId }),
    }),
    ...(missedRuns === undefined ? {} : { missedRuns }),
  }
  return ports.store.create({
    id,
    principal,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    // The time of asking is no part of what was asked.
    bodyHash: hashJson({
      text,
      account,
      ...(previousIntentId === undefined ? {} : { previousIntentId }),
      ...(custody === undefined ? {} : { custody }),
      ...(missedRuns === undefined ? {} : { missedRuns }),
    }),
    account,
    chainId: ports.chain.chainId,
    utterance: text,
    artifact: { hash: hashArtifact(artifact), body: toWire(artifact) },
  })
}
