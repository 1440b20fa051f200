/** A tool of an MCP server becomes an agent: served, and asked over A2A. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createA2aAgentPort, createGuardedFetch, serveAgent } from '@behest/sdk'
//#region agent
import { fromMcpTool } from '@behest/sdk/mcp'

const wrapServer = (url: string) =>
  fromMcpTool(
    { url, tool: 'price' },
    {
      name: 'price-tool',
      version: '1.0.0',
      summary: 'Tells prices, as a server of mine knows them.',
      chainIds: 'any',
      serves: ['ask'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      toInput: ({ token }) => ({ symbol: token?.symbol ?? 'ETH' }),
    },
  )

//#endregion agent
import { createTestRequest } from '@behest/sdk/testing'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { friend } from './payAgent.js'

// The server that is there already: it knows nothing of agents.
const handle = toNodeHandler(
  createMcpHandler(() => {
    const prices = new McpServer({ name: 'prices', version: '1.0.0' })
    prices.registerTool(
      'price',
      {
        description: 'The price of a token.',
        inputSchema: z.object({ symbol: z.string() }),
      },
      async ({ symbol }) => ({
        content: [{ type: 'text', text: `${symbol} costs 3000 dollars.` }],
      }),
    )
    return prices
  }),
)
const mcp = createServer((request, response) => {
  void handle(request as Parameters<typeof handle>[0], response)
})
mcp.listen(0, '127.0.0.1')
await once(mcp, 'listening')
const { port } = mcp.address() as AddressInfo

//#region serve
const signer = privateKeyToAccount(generatePrivateKey())
const { agent, close } = await wrapServer(`http://127.0.0.1:${port}/mcp`)
const server = await serveAgent(agent, { signer })
//#endregion serve

const fetch = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
const answer = await createA2aAgentPort({ fetch }).requestQuote({
  candidate: {
    agentId: 'price-00000000',
    name: 'price-tool',
    agent: signer.address,
    url: server.url,
    reference: false,
    kept: true,
    why: 'asked by hand',
  },
  request: createTestRequest({
    instruction: {
      action: 'ask',
      topic: 'price',
      token: { chainId: 31337, address: 'native', symbol: 'ETH', decimals: 18 },
      account: friend,
    },
  }),
  timeoutMs: 5_000,
})
assert.ok('answer' in answer)
assert.equal(answer.answer?.text, 'ETH costs 3000 dollars.')

await fetch.close()
await server.close()
await close()
mcp.close()
mcp.closeAllConnections()
