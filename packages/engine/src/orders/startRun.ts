import type { OrderRunLink, OrderTerms, StoredIntent } from '@behest/spec'
import { recordUtterance } from '../1-utterance/recordUtterance.js'
import { hashArtifact, hashJson, toWire } from '../hashArtifact.js'
import type { EnginePorts } from '../ports.js'

/** A run that is due, and the terms that were signed for it. */
export type StartRunOptions = {
  readonly id: string
  readonly run: OrderRunLink
  readonly terms: OrderTerms
}

/** Keeps the intent of one run of an order. The same id and run is one intent. */
export async function startRun(
  ports: Pick<EnginePorts, 'store' | 'now'>,
  options: StartRunOptions,
): Promise<{ readonly intent: StoredIntent; readonly created: boolean }> {
  const { id, run, terms } = options
  const { utterance, chainId } = terms
  // Under a mandate the executor acts, with what the mandate gives it.
  const account = terms.batch
    ? terms.account
    : (terms.executor ?? terms.account)
  const artifact = {
    ...recordUtterance({
      text: utterance,
      account,
      chainId,
      context: {
        now: ports.now().toISOString(),
        timeZone: terms.schedule?.timeZone ?? 'UTC',
      },
      ...(terms.batch ? { custody: 'mandate' } : {}),
    }),
    run,
  }
  return ports.store.create({
    id,
    principal: `order:${run.orderId}`,
    idempotencyKey: id,
    bodyHash: hashJson({ ...run }),
    account,
    chainId,
    utterance,
    artifact: { hash: hashArtifact(artifact), body: toWire(artifact) },
  })
}
