/** What is approved is offered to the private node, which is away, and nowhere else. */
import assert from 'node:assert/strict'
import { createIntentClient } from '@behest/client'
import { createPublicClient, http } from 'viem'

const { BEHEST_INTENT_PORT = '4000', BEHEST_RPC_PORT = '8545' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const chain = createPublicClient({
  transport: http(`http://127.0.0.1:${BEHEST_RPC_PORT}`),
})
const { id, account } = await client.create({
  utterance: 'swap 0.1 ETH for USDC',
})
for await (const { stage } of client.events(id)) {
  const { status, preview } = await client.get(id)
  if (status === 'needs-approval' && preview !== undefined)
    await client.approve(id, { planHash: preview.planHash })
  // Signed, kept and offered; it is never told more than that.
  if (stage === 'execution' || stage === 'approval') {
    const { artifacts } = await client.get(id)
    if (artifacts.approval !== undefined) break
  }
}
assert.equal(
  await chain.getTransactionCount({ address: account, blockTag: 'pending' }),
  0,
)
assert.equal((await client.get(id)).artifacts.receipt, undefined)
