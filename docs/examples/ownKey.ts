/** An account whose key the server never sees, and that holds no coin for gas. */
import assert from 'node:assert/strict'
//#region sign
import { createIntentClient } from '@behest/client'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const holder = privateKeyToAccount(generatePrivateKey()) // yours, kept by you
//#endregion sign

// Somebody sends it something to begin with: the account of the local stack.
await carryOut(`send 25 USDC to ${holder.address}`)

//#region own
const { id } = await client.create({
  utterance: 'swap 10 USDC for DAI',
  account: holder.address,
})
const { preview } = await waitFor(id, 'needs-approval')
if (preview === undefined) throw new TypeError('A plan was expected.')

const { mandates, authorization } = await client.getMandates(id)
const signed = await Promise.all(
  mandates.map(async ({ index, typedData }) => {
    const { EIP712Domain: _domain, ...types } = typedData.types
    const signature = await holder.signTypedData({ ...typedData, types })
    if (authorization === undefined) return { index, signature }
    // The first time: the code that lets the chain hold the account to a plan.
    const { r, s, yParity = 0 } = await holder.signAuthorization(authorization)
    return {
      index,
      signature,
      authorization: { ...authorization, r, s, yParity },
    }
  }),
)
await client.approve(id, { planHash: preview.planHash, mandates: signed })
await waitFor(id, 'done')
const receipt = await client.receipt(id)
console.log(receipt.outcome, receipt.steps[0]?.realised)
//#endregion own
assert.equal(receipt.outcome, 'MET')

async function carryOut(utterance: string): Promise<void> {
  const asked = await client.create({ utterance })
  const shown = await waitFor(asked.id, 'needs-approval')
  await client.approve(asked.id, { planHash: shown.preview?.planHash ?? '0x' })
  await waitFor(asked.id, 'done')
}

async function waitFor(intentId: string, status: string) {
  for await (const _ of client.events(intentId)) {
    const record = await client.get(intentId)
    if (record.status === status || record.status === 'failed') return record
  }
  return client.get(intentId)
}
