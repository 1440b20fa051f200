/** An agent sells its quotes: asked, paid by x402, and the earnings counted. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createIntentClient, createRegistryClient } from '@behest/client'
//#region sell
import { readAddresses } from '@behest/devnet'
import {
  createFacilitatorClient,
  createFileReservations,
  defineAgent,
  keepPublished,
  serveAgent,
} from '@behest/sdk'
import { createPublicClient, erc20Abi, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { payAgent } from './payAgent.js'

const usdc = readAddresses().tokens.USDC // on Base: 0x833589fC…
const paidAgent = defineAgent({
  ...payAgent,
  name: 'paid-pay',
  pricePerQuote: {
    chainId: 31337,
    token: {
      address: usdc,
      symbol: 'USDC',
      decimals: 6,
      name: 'USD Coin', // the token's own EIP-712 domain: payments are
      version: '2', // signed for exactly this name and version
    },
    units: 10_000n, // 0.01 USDC
  },
})
//#endregion sell

const {
  BEHEST_DATA = '.behest',
  BEHEST_INTENT_PORT = '4000',
  BEHEST_REGISTRY_PORT = '4100',
  BEHEST_RPC_PORT = '8545',
} = process.env
const registryUrl = `http://127.0.0.1:${BEHEST_REGISTRY_PORT}`
const facilitatorUrl = String(
  JSON.parse(readFileSync(join(BEHEST_DATA, 'run/facilitator.json'), 'utf8'))
    .url,
)
const paymentFolder = join(BEHEST_DATA, 'payments') // yours alone, kept

//#region serve
const signer = privateKeyToAccount(generatePrivateKey()) // who is paid, too
const server = await serveAgent(paidAgent, {
  signer,
  facilitator: createFacilitatorClient({ url: facilitatorUrl }),
  reservations: createFileReservations({ folder: paymentFolder }),
  onTaken: ({ payer, units, transaction }) =>
    console.log(`${payer} paid ${units} units: ${transaction}`),
})
//#endregion serve

const publications = server.agents.map((served) =>
  keepPublished({ ...served, registryUrl, chainId: 31337 }),
)
await Promise.all(publications.map(({ published }) => published))
const [publication] = publications
assert.ok(publication)
const registry = createRegistryClient({ baseUrl: registryUrl })
for (let tries = 0; tries < 100; tries += 1) {
  if ((await registry.get(publication.agentId)).status === 'live') break
  await wait(100)
}

// Without a payment there is a price, and no quote.
const unpaid = await fetch(server.url, { method: 'POST', body: '{}' })
assert.notEqual(unpaid.status, 500)

const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const { id } = await client.create({
  utterance: 'send 5 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
})
for await (const _ of client.events(id)) {
  const { status, preview } = await client.get(id)
  if (status === 'needs-approval' && preview !== undefined)
    await client.approve(id, { planHash: preview.planHash })
  if (status === 'done' || status === 'failed') break
}
const { payments = [] } = await client.receipt(id)
const mine = payments.filter(({ agent }) => agent === publication.agentId)
assert.deepEqual(
  mine.map(({ decimal, state }) => [decimal, state]),
  [['0.01', 'settled']],
)
const chain = createPublicClient({
  transport: http(`http://127.0.0.1:${BEHEST_RPC_PORT}`),
})
assert.equal(
  await chain.readContract({
    address: usdc,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [signer.address],
  }),
  10_000n,
)

//#region earnings
let earnings = await registry.earnings(publication.agentId)
// A receipt counts once the registry has asked the chain about it.
for (let tries = 0; tries < 100 && earnings.payments.length === 0; tries += 1) {
  await wait(100)
  earnings = await registry.earnings(publication.agentId)
}
console.log(earnings.fees, earnings.payments)
//#endregion earnings
assert.deepEqual(
  earnings.payments.map(({ decimal, symbol }) => [decimal, symbol]),
  [['0.01', 'USDC']],
)

await publication.remove()
await server.close()
