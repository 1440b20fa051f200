//#region agent
import { defineAgent, getAmountUnits } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import { encodeFunctionData, erc20Abi } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

export const payAgent = defineAgent({
  name: 'pay',
  version: '1.0.0',
  summary: 'Sends ERC-20 tokens to an address.',
  chainIds: [1, 8453, 31337],
  serves: ['transfer'],
  examples: ['send 5 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
  limits: { spenders: [], maxValidForSeconds: 300 },
  quote({ token, amount, to }) {
    if (token.address === 'native') return null // not ours: another may serve it
    const { units } = getAmountUnits({ amount })
    const args = [to, units] as const
    const data = encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args,
    })
    return {
      calls: [{ to: token.address, data, amountOffsets: [36] }],
      receive: [
        { token, account: to, atLeastUnits: units, expectedUnits: units },
      ],
    }
  },
})

//#endregion agent

//#region inProcess
import { quoteInProcess } from '@behest/sdk'

const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const

export async function askPayAgent() {
  return quoteInProcess(payAgent, {
    request: createTestRequest({
      instruction: {
        action: 'transfer',
        token: usdc,
        amount: { type: 'exact', units: 5_000_000n },
        to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      },
    }),
    signer: privateKeyToAccount(`0x${'01'.repeat(32)}`),
  })
}
//#endregion inProcess
