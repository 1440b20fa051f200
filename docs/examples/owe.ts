/** A debt at Aave, for whoever wants one looked after. */
import assert from 'node:assert/strict'
import { createIntentClient } from '@behest/client'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const { id } = await client.create({
  utterance: 'borrow 1000 USDC against 2 ETH on Aave',
})
for await (const _ of client.events(id)) {
  const { status, preview } = await client.get(id)
  if (status === 'needs-approval' && preview !== undefined)
    await client.approve(id, { planHash: preview.planHash })
  if (status === 'done' || status === 'failed') break
}
assert.equal((await client.receipt(id)).outcome, 'MET')
