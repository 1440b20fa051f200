/** Recomputes what a registry says of an agent, from what it shows to anyone. */
import assert from 'node:assert/strict'
//#region recompute
import { type PublicReceipt, recomputeTrust } from '@behest/registry'

const { BEHEST_REGISTRY_PORT = '4100' } = process.env
const registry = `http://127.0.0.1:${BEHEST_REGISTRY_PORT}`
const read = async (path: string) => (await fetch(`${registry}${path}`)).json()

// Everybody's receipts: who is independent is not seen from one agent's alone.
const receipts: PublicReceipt[] = []
for (let cursor: string | null = '0'; cursor !== null; ) {
  const page = await read(`/v1/receipts?limit=100&cursor=${cursor}`)
  receipts.push(...page.receipts)
  cursor = page.nextCursor
}
const { results } = await read('/v1/search?action=swap&limit=1')
const agentId: string = results[0].agentId
const { trust } = await read(`/v1/agents/${agentId}`)

// Each agent that a receipt names, with every key that it ever had.
const named = new Set(
  receipts.flatMap(({ receipt }) =>
    (receipt as { steps: { agent: string }[] }).steps.map((step) => step.agent),
  ),
)
const keys = new Map()
for (const id of named) {
  const agent = await read(`/v1/agents/${id}`)
  if (agent.keys !== undefined) keys.set(id, agent.keys)
}
const own = recomputeTrust({
  receipts,
  keys,
  nowUnixSeconds: trust?.atUnixSeconds ?? 0,
}).get(agentId)
console.log(agentId, 'says', trust?.bound ?? 0, 'and we get', own?.bound ?? 0)
//#endregion recompute
assert.equal(own?.bound, trust?.bound)
