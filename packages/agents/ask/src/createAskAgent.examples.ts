import { createAskAgent } from '@behest/agent-ask'
import { createChainPort, deployments } from '@behest/evm'
import { quoteInProcess } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import type { Address } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'

export async function askForHealth(
  rpcUrl: string,
  account: Address,
  privateKey: `0x${string}`,
) {
  //#region ask
  const chain = createChainPort({ rpcUrl, deployment: deployments.base })
  const head = await chain.readHead()
  const answer = await quoteInProcess(createAskAgent({ chains: [chain] }), {
    request: createTestRequest({
      instruction: { action: 'ask', topic: 'health', account },
      chainId: chain.chainId,
      blockNumber: head.number,
      nowUnixSeconds: head.timestampUnixSeconds,
    }),
    signer: privateKeyToAccount(privateKey),
  })
  //#endregion ask
  return answer
}
