/** A sentence, said to a network from a program, to its receipt. */
import assert from 'node:assert/strict'
//#region say
import { createIntentClient } from '@behest/client'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const { id } = await client.create({ utterance: 'swap 0.1 ETH for USDC' })
for await (const _ of client.events(id)) {
  const { status, preview } = await client.get(id)
  // The yes is bound to the hash of the plan that was shown, and to no other.
  if (status === 'needs-approval' && preview !== undefined)
    await client.approve(id, { planHash: preview.planHash })
  if (status === 'done' || status === 'failed') break
}
const receipt = await client.receipt(id)
console.log(receipt.outcome, receipt.steps[0]?.realised)
//#endregion say
assert.equal(receipt.outcome, 'MET')
