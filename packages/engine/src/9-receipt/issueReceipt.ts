import type { ExecutionArtifact, ReceiptArtifact } from '@behest/spec'
import { readPayments } from '../4-quotes/readPayments.js'
import type { OpenIntent } from '../openIntent.js'
import type { EnginePorts, Limits, Linked } from '../ports.js'
import { buildReceipt } from './buildReceipt.js'
import { countersign } from './countersign.js'

/**
 * Builds the receipt of an intent that was carried out, with the signatures of
 * the agents whose work it names.
 */
export async function issueReceipt(options: {
  readonly intent: OpenIntent
  readonly execution: Linked<ExecutionArtifact>
  readonly ports: Pick<
    EnginePorts,
    'chain' | 'attestor' | 'agents' | 'readPayments'
  >
  readonly limits: Limits
}): Promise<ReceiptArtifact> {
  const { intent, execution, ports, limits } = options
  const signed = await buildReceipt({
    intentId: intent.id,
    intent: intent.require('intent'),
    quotes: intent.require('quotes').body,
    plan: intent.require('plan'),
    simulation: intent.require('simulation').body,
    approval: intent.require('approval').body,
    execution,
    chain: ports.chain,
    attestor: ports.attestor,
    ...(await readPayments(ports, intent.id)),
  })
  // What is not over yet has nothing that an agent could stand by.
  if (signed.receipt.outcome === 'UNKNOWN') return signed
  return countersign({
    artifact: signed,
    candidates: intent.require('candidates').body,
    quotes: intent.require('quotes').body,
    agents: ports.agents,
    timeoutMs: limits.countersignMs,
  })
}
