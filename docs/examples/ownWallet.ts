/** An account whose own wallet sends each transaction and pays the gas. */
import assert from 'node:assert/strict'
import { createIntentClient, sendPlanned } from '@behest/client'
import { createWalletClient, http, UserRejectedRequestError } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const { BEHEST_INTENT_PORT = '4000', BEHEST_RPC_PORT = '8545' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const account = privateKeyToAccount(generatePrivateKey()) // yours, kept by you

// Somebody sends it something to begin with: the account of the local stack.
await carryOut(`send 2 ETH to ${account.address}`)

//#region send
// Any wallet: a browser's is `createWalletClient({ transport: custom(provider) })`.
const wallet = createWalletClient({
  account,
  transport: http(`http://127.0.0.1:${BEHEST_RPC_PORT}`),
})

const { id } = await client.create({
  utterance: 'swap 1 ETH for USDC, then swap all of it for DAI',
  account: account.address,
})
const { preview } = await waitFor(id, 'needs-approval')
if (preview === undefined) throw new TypeError('A plan was expected.')

await client.approve(id, { planHash: preview.planHash })
const done = await sendPlanned({
  client,
  id,
  send: ({ to, valueWei, data, gasLimit, nonce }) =>
    wallet.sendTransaction({
      to,
      value: valueWei,
      data,
      gas: gasLimit,
      ...(nonce === undefined ? {} : { nonce }),
      chain: null,
    }),
  isRefusal: (error) => error instanceof UserRejectedRequestError,
  onTransaction: ({ stepId, callIndex }) => console.log(stepId, callIndex),
})
console.log(done.artifacts.receipt?.receipt.outcome)
//#endregion send
assert.equal(done.artifacts.receipt?.receipt.outcome, 'MET')

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
