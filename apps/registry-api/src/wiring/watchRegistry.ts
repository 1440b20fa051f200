import type { ProbePort, ReceiptCheckPort, Registry } from '@behest/registry'
import type { Tracing } from '@behest/telemetry'

type Measure = Tracing['measure']

/**
 * Wraps a registry so that what it is asked leaves spans. The registry knows
 * nothing of traces, as the engine does not.
 *
 * Spans carry ids, counts and codes; never what was searched for.
 */
export function watchRegistry(registry: Registry, measure: Measure): Registry {
  return {
    ...registry,
    search: (query) =>
      measure('registry search', async ({ note }) => {
        const page = await registry.search(query)
        const {
          action,
          chainId,
          statuses,
          maxFeeBps,
          maxLatencyMs,
          tokens,
          venue,
        } = query
        note({
          'behest.search.words': query.text === undefined ? 0 : 1,
          'behest.search.filters': [
            action,
            chainId,
            statuses,
            maxFeeBps,
            maxLatencyMs,
            tokens,
            venue,
          ].filter((filter) => filter !== undefined).length,
          'behest.search.results': page.results.length,
          'behest.index.seq': page.indexSeq,
          'behest.search.degraded': page.degraded.join(','),
        })
        return page
      }),
    explain: (agentId, query) =>
      measure('registry explain', async ({ note }) => {
        note({ 'behest.agent.id': agentId })
        return registry.explain(agentId, query)
      }),
    publish: (request) =>
      measure('registry publish', async ({ note }) => {
        note({ 'behest.agent.id': request.message.agentId })
        const published = await registry.publish(request)
        note({
          'behest.publish.type': published.type,
          'behest.index.seq': published.seq,
        })
        return published
      }),
    transfer: (agentId, request) =>
      measure('registry transfer', async ({ note }) => {
        note({ 'behest.agent.id': agentId })
        return registry.transfer(agentId, request)
      }),
    remove: (agentId, request) =>
      measure('registry remove', async ({ note }) => {
        note({ 'behest.agent.id': agentId })
        return registry.remove(agentId, request)
      }),
    submitReceipt: (wire) =>
      measure('registry receipt', async ({ note }) => {
        const taken = await registry.submitReceipt(wire)
        note({
          'behest.receipt.hash': taken.view.hash,
          'behest.receipt.verdict': taken.view.verdict,
        })
        return taken
      }),
  }
}

/** Wraps visits: a span each, and below it one for each contract test. */
export function watchProbe(probe: ProbePort, measure: Measure): ProbePort {
  return (options) =>
    measure('registry probe', async ({ note, fail, leaveChild }) => {
      note({ 'behest.agent.id': options.agent.id })
      const results = await probe(options)
      for (const { kind, action, ok, code, latencyMs } of results) {
        if (kind === 'card') {
          note({ 'behest.probe.code': code })
          if (!ok) fail(code)
          continue
        }
        leaveChild({
          name: 'contract test',
          lastedMs: latencyMs,
          attributes: {
            'behest.agent.id': options.agent.id,
            'behest.action': action ?? '',
            'behest.probe.code': code,
          },
          ...(ok ? {} : { failedWith: code }),
        })
      }
      return results
    })
}

/** Wraps the question to the chain whether a receipt tells the truth. */
export function watchReceiptCheck(
  check: ReceiptCheckPort,
  measure: Measure,
): ReceiptCheckPort {
  return (receipt) =>
    measure('receipt check', async ({ note, fail }) => {
      note({ 'behest.intent.id': receipt.intentId })
      const verdict = await check(receipt)
      note({ 'behest.receipt.verdict': verdict.type })
      if (verdict.type === 'contradicted') fail('RECEIPT_CONTRADICTED')
      return verdict
    })
}
