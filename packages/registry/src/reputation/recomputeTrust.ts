import { type JsonValue, type Receipt, receiptSchema } from '@behest/spec'
import type { Trust } from '../store/agentRecord.js'
import type { ConfirmedStep } from '../store/receiptStore.js'
import { computeTrust } from './computeTrust.js'
import { countedDays, countedSteps, toTrustInput } from './createReputation.js'

/** A receipt as the registry's API lists it. */
export type PublicReceipt = {
  readonly hash: string
  readonly receipt: JsonValue
  readonly signers: readonly string[]
  readonly verdict: string
  readonly knownEngine: boolean
  readonly receivedAt: string
  readonly minedAt: string | null
  readonly seq: number
}

/**
 * Computes trust from what a registry shows to anyone, by the rule that the
 * registry itself uses. Whoever doubts a score does this and compares.
 *
 * @param options.receipts - All of `GET /v1/receipts`: who is independent is
 *   seen from everybody's receipts, not from one agent's.
 * @param options.keys - `keys` of `GET /v1/agents/:id`, for each agent that the
 *   receipts name.
 * @param options.nowUnixSeconds - `trust.atUnixSeconds` of what is compared.
 * @returns Trust by agent id.
 */
export function recomputeTrust(options: {
  readonly receipts: readonly PublicReceipt[]
  readonly keys: ReadonlyMap<
    string,
    readonly { readonly key: string; readonly role: 'owner' | 'agent' }[]
  >
  readonly nowUnixSeconds: number
}): Map<string, Trust> {
  const { keys, nowUnixSeconds } = options
  const oldest = nowUnixSeconds - countedDays * 86_400
  const steps = new Map<
    string,
    ConfirmedStep & { readonly isKnown: boolean; readonly counts: boolean }
  >()
  for (const entry of [...options.receipts].sort((a, b) => a.seq - b.seq)) {
    const receipt: Receipt = receiptSchema.parse(entry.receipt)
    const atUnixSeconds = Math.floor(
      Date.parse(entry.minedAt ?? entry.receivedAt) / 1000,
    )
    for (const step of receipt.steps) {
      const account = receipt.account.toLowerCase()
      const address = step.agentAddress.toLowerCase()
      // A later receipt about a step stands in for the one before it.
      steps.set(`${account} ${receipt.intentId} ${step.id}`, {
        receiptHash: entry.hash,
        agentId: step.agent,
        account,
        stepId: step.id,
        signers: entry.signers,
        isKnown: entry.knownEngine,
        atUnixSeconds,
        seq: entry.seq,
        receipt: entry.receipt,
        counts:
          entry.verdict === 'confirmed' &&
          atUnixSeconds > oldest &&
          (keys.get(step.agent) ?? []).some(
            ({ key, role }) => role === 'agent' && key === address,
          ),
      })
    }
  }
  return computeTrust(
    toTrustInput({
      steps: [...steps.values()]
        .filter(({ counts }) => counts)
        .sort(
          (a, b) =>
            b.seq - a.seq ||
            (a.stepId < b.stepId ? 1 : a.stepId > b.stepId ? -1 : 0),
        )
        .slice(0, countedSteps),
      controllers: new Map(
        [...keys].map(([agentId, list]) => [
          agentId,
          [...new Set(list.map(({ key }) => key))].sort(),
        ]),
      ),
      nowUnixSeconds,
    }),
  )
}
