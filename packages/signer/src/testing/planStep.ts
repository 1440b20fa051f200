import type { Address, PlanStep, Token } from '@behest/spec'

export const account: Address = '0x00000000000000000000000000000000000000a1'
export const stranger: Address = '0x00000000000000000000000000000000000000e1'
export const router: Address = '0x00000000000000000000000000000000000000c1'
export const usdc = {
  chainId: 31_337,
  address: '0x0000000000000000000000000000000000000051',
  symbol: 'USDC',
  decimals: 6,
} as const satisfies Token

/** A step of a plan that does nothing but what a test gives it. */
export function createPlanStep(changes: Partial<PlanStep>): PlanStep {
  return {
    id: 's1',
    action: 'supply',
    instruction: {
      action: 'supply',
      token: usdc,
      amount: { type: 'exact', units: 1n },
    },
    agentId: 'agent-1',
    agentName: 'agent',
    agent: '0x00000000000000000000000000000000000000b1',
    quoteId: 'quote-1',
    venue: 'aave',
    calls: [
      { purpose: 'act', to: router, valueWei: 0n, data: '0x12', splices: [] },
    ],
    spend: [],
    receive: [],
    positions: [],
    approvals: [],
    fee: [],
    ...changes,
  }
}
