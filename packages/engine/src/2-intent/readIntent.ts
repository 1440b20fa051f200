import type { IntentArtifact, UtteranceArtifact } from '@behest/spec'
import { readRunIntent } from '../orders/standOrder.js'
import type { EnginePorts, Linked } from '../ports.js'
import { understandUtterance } from './understandUtterance.js'

/**
 * Reads what is wanted: from the order that the intent is a run of, or from the
 * words.
 *
 * @returns The artifact, and how it was come by.
 * @throws the errors of {@link understandUtterance} and {@link readRunIntent}.
 */
export async function readIntent(options: {
  readonly intentId: string
  readonly utterance: Linked<UtteranceArtifact>
  readonly ports: Pick<EnginePorts, 'orders' | 'language' | 'store'>
}): Promise<{ readonly artifact: IntentArtifact; readonly message: string }> {
  const { intentId, utterance, ports } = options
  const artifact = utterance.body.run
    ? await readRunIntent({ utterance, orders: ports.orders })
    : await understandUtterance({
        intentId,
        utterance,
        language: ports.language,
        store: ports.store,
      })
  return {
    artifact,
    // Who reads alone says so: a person may wonder why less was understood.
    message: artifact.notes.includes('model-unavailable')
      ? 'The request was read by the embedded parser alone; the model gave no usable answer.'
      : 'The request was read.',
  }
}
