/** A swap by MCP; the client asks its person, who says yes. */
import assert from 'node:assert/strict'
//#region mcp
import {
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = new Client(
  { name: 'my-client', version: '1.0.0' },
  {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: 'auto' },
  },
)
client.setRequestHandler('elicitation/create', async ({ params }) => {
  console.log(params.message) // show the plan to the person, take their answer
  return { action: 'accept', content: { decision: 'approve' } }
})
await client.connect(
  new StreamableHTTPClientTransport(
    new URL(`http://127.0.0.1:${BEHEST_INTENT_PORT}/mcp`),
  ),
)
const quoted = await client.callTool({
  name: 'quote',
  arguments: { utterance: 'swap 0.1 ETH for USDC' },
})
const { intentId } = quoted.structuredContent as { intentId: string }
const carried = await client.callTool({
  name: 'request_approval',
  arguments: { intentId },
})
console.log(carried.structuredContent)
await client.close()
//#endregion mcp
assert.match(JSON.stringify(carried), /"outcome":"MET"/)
