/** An agent with a fee: its quote is carried out on the local chain, to the wei. */
import assert from 'node:assert/strict'
import { devnetAccounts, readAddresses } from '@behest/devnet'
import { defineAgent, quoteInProcess } from '@behest/sdk'
import { collectAgentChecks, createTestRequest } from '@behest/sdk/testing'
import type { Quote } from '@behest/spec'
import { createPublicClient, createWalletClient, erc20Abi, http } from 'viem'
import {
  generatePrivateKey,
  privateKeyToAccount,
  privateKeyToAddress,
} from 'viem/accounts'
import { createWrapAgent } from './wrapAgent.js'

const { BEHEST_RPC_PORT = '8545' } = process.env
const rpcUrl = `http://127.0.0.1:${BEHEST_RPC_PORT}`
const signer = privateKeyToAccount(generatePrivateKey())
const treasury = privateKeyToAddress(generatePrivateKey())
const weth = readAddresses().tokens.WETH
const user = privateKeyToAccount(devnetAccounts[7].privateKey)
const agent = createWrapAgent({ weth, treasury })

const eth = {
  chainId: 31337,
  address: 'native',
  symbol: 'ETH',
  decimals: 18,
} as const
const request = createTestRequest({
  account: user.address,
  instruction: {
    action: 'swap',
    sell: { token: eth, amount: { type: 'exact', units: 10n ** 18n } },
    buy: {
      token: { chainId: 31337, address: weth, symbol: 'WETH', decimals: 18 },
    },
    maxSlippageBps: 50,
  },
})
for (const { run } of collectAgentChecks({
  agent,
  fixtures: [{ name: 'wrap 1 ETH', expected: 'quote', request }],
}))
  await run()

const quote = (await quoteInProcess(agent, { request, signer })) as Quote
assert.deepEqual(
  quote.fee.map(({ to, units }) => [to, units]),
  [[treasury, 10n ** 15n]],
)

// What the engine does after the user's yes: exactly these calls.
const chain = createPublicClient({ transport: http(rpcUrl) })
const wallet = createWalletClient({ account: user, transport: http(rpcUrl) })
const readWeth = () =>
  chain.readContract({
    address: weth,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [user.address],
  })
const before = await readWeth()
for (const { to, valueWei, data } of quote.calls) {
  const hash = await wallet.sendTransaction({
    chain: null,
    to,
    value: valueWei,
    data,
  })
  await chain.waitForTransactionReceipt({ hash })
}
assert.equal((await readWeth()) - before, 10n ** 18n - 10n ** 15n)
assert.equal(await chain.getBalance({ address: treasury }), 10n ** 15n)

//#region greedy
const greedy = defineAgent({
  ...agent,
  feeBps: 5, // half of what its quotes take
})
const refusal = await quoteInProcess(greedy, { request, signer }).catch(
  (error) => error,
)
assert.equal(refusal.code, 'AGENT_FAILED') // what its callers are told
assert.equal(refusal.cause.code, 'AGENT_LIMIT_EXCEEDED') // what you are told
//#endregion greedy
