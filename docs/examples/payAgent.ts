//#region agent
import { defineAgent, getAmountUnits } from '@behest/sdk'
import { encodeFunctionData, erc20Abi } from 'viem'

export const payAgent = defineAgent({
  name: 'pay',
  version: '1.0.0',
  summary: 'Sends ERC-20 tokens to an address.',
  chainIds: [1, 8453, 31337],
  serves: ['transfer'],
  examples: ['send 5 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
  limits: { spenders: [], maxValidForSeconds: 300 },
  quote({ token, amount, to }) {
    if (token.address === 'native') return null // another agent may serve it
    const { units, expectedUnits } = getAmountUnits({ amount })
    const data = encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [to, units],
    })
    return {
      // Byte 36 is where the amount stands: an earlier step's output goes there.
      calls: [{ to: token.address, data, amountOffsets: [36] }],
      receive: [{ token, account: to, atLeastUnits: units, expectedUnits }],
    }
  },
})
//#endregion agent

export const usdc = {
  chainId: 31337,
  address: '0x0000000000000000000000000000000000000c01',
  symbol: 'USDC',
  decimals: 6,
} as const

export const friend = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
