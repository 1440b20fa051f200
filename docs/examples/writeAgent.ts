/** An agent is served and asked over A2A, each end on loopback. */
import assert from 'node:assert/strict'
import {
  createA2aAgentPort,
  createGuardedFetch,
  readAgentCard,
  serveAgent,
} from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { friend, payAgent, usdc } from './payAgent.js'

const signer = privateKeyToAccount(generatePrivateKey())

//#region serve
const server = await serveAgent(payAgent, { signer })
console.log(`${payAgent.name} answers at ${server.url}`)
//#endregion serve

const fetch = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
const card = await fetch(`${server.url}/.well-known/agent-card.json`)
const { isSigned, profile } = await readAgentCard(await card.text())
assert.equal(isSigned, true)
assert.equal(profile.agent, signer.address)

//#region ask
const answer = await createA2aAgentPort({ fetch }).requestQuote({
  candidate: {
    agentId: 'pay-00000000',
    name: 'pay',
    agent: signer.address,
    url: server.url,
    reference: false,
    kept: true,
    why: 'asked by hand',
  },
  request: createTestRequest({
    instruction: {
      action: 'transfer',
      token: usdc,
      amount: { type: 'exact', units: 5_000_000n }, // 5 USDC
      to: friend,
    },
  }),
  timeoutMs: 5_000,
})
//#endregion ask
assert.equal(answer.type, 'behest.quote')
if ('calls' in answer) {
  assert.equal(answer.calls.length, 1)
  assert.deepEqual(answer.spend, [{ token: usdc, atMostUnits: 5_000_000n }])
}

await fetch.close()
await server.close()
