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
const { trust } = await read(`/v1/agents/${agentId}/explain?action=swap`)
const { keys } = await read(`/v1/agents/${agentId}`)
const own = recomputeTrust({
  receipts,
  keys: new Map([[agentId, keys]]),
  nowUnixSeconds: trust?.atUnixSeconds ?? 0,
}).get(agentId)
console.log(agentId, 'says', trust?.bound ?? 0, 'and we get', own?.bound ?? 0)
//#endregion recompute
assert.equal(own?.bound, trust?.bound)
