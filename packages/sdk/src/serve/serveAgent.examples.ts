import { serveAgent } from '@behest/sdk'
import { privateKeyToAccount } from 'viem/accounts'
import { payAgent } from '../define/defineAgent.examples.js'

export async function serve(privateKey: `0x${string}`) {
  //#region serve
  const server = await serveAgent(payAgent, {
    signer: privateKeyToAccount(privateKey),
    port: 4201,
    onError: (error) => console.error(error),
  })
  console.log(`${server.url}/.well-known/agent-card.json`)
  //#endregion serve
  return server
}
