/** The contract that every agent is held to, under no test framework at all. */
import assert from 'node:assert/strict'
import { collectAgentChecks, createTestRequest } from '@behest/sdk/testing'
import { friend, payAgent, usdc } from './payAgent.js'

//#region checks
const checks = collectAgentChecks({
  agent: payAgent,
  fixtures: [
    {
      name: '5 USDC to a friend',
      expected: 'quote',
      request: createTestRequest({
        instruction: {
          action: 'transfer',
          token: usdc,
          amount: { type: 'exact', units: 5_000_000n },
          to: friend,
        },
      }),
    },
  ],
})
for (const { name, run } of checks) {
  await run() // throws AgentContractError, which says what is wrong
  console.log(`✓ ${name}`)
}
//#endregion checks
assert.equal(checks.length, 13)
