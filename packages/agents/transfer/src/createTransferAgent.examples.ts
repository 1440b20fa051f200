import { createTransferAgent } from '@behest/agent-transfer'
import { createChainPort, deployments } from '@behest/evm'
import { serveAgent } from '@behest/sdk'
import { privateKeyToAccount } from 'viem/accounts'

export async function serveTransfers(
  rpcUrl: string,
  privateKey: `0x${string}`,
) {
  //#region serve
  const chains = [createChainPort({ rpcUrl, deployment: deployments.base })]
  const server = await serveAgent(createTransferAgent({ chains }), {
    signer: privateKeyToAccount(privateKey),
  })
  //#endregion serve
  return server
}
