import {
  type AgentPort,
  type CandidatesArtifact,
  isSameAddress,
  type QuotesArtifact,
  type ReceiptArtifact,
} from '@behest/spec'

/**
 * Adds the signatures of the agents whose work a receipt names to the engine's
 * own. An agent that does not answer in time, or does not sign, is left out: the
 * receipt rests on the chain, and nobody can hold it back.
 *
 * @param options.timeoutMs - Most that the agents get, all at once.
 */
export async function countersign(options: {
  readonly artifact: ReceiptArtifact
  readonly candidates: CandidatesArtifact
  readonly quotes: QuotesArtifact
  readonly agents: AgentPort
  readonly timeoutMs: number
}): Promise<ReceiptArtifact> {
  const { artifact, agents, timeoutMs } = options
  const { receipt } = artifact
  const { signReceipt } = agents
  if (signReceipt === undefined) return artifact
  const known = options.candidates.steps.flatMap(({ candidates }) => candidates)
  const chosen = new Set(receipt.steps.map(({ quoteId }) => quoteId))
  const quotes = options.quotes.outcomes.flatMap(({ outcome }) =>
    outcome.type === 'quoted' && chosen.has(outcome.quote.quoteId)
      ? [outcome.quote]
      : [],
  )
  const workers = new Map(
    receipt.steps.flatMap(({ agent, agentAddress }) => {
      const candidate = known.find(
        (one) =>
          one.agentId === agent && isSameAddress(one.agent, agentAddress),
      )
      return candidate ? [[agent, candidate] as const] : []
    }),
  )
  const given = await Promise.allSettled(
    [...workers.values()].map((candidate) =>
      signReceipt.call(agents, {
        candidate,
        receipt,
        quotes: quotes.filter(({ agent }) =>
          isSameAddress(agent, candidate.agent),
        ),
        timeoutMs,
      }),
    ),
  )
  const signatures = given.flatMap((one) =>
    one.status === 'fulfilled' ? [one.value] : [],
  )
  return {
    ...artifact,
    receipt: {
      ...receipt,
      signatures: [...receipt.signatures, ...signatures],
    },
  }
}
