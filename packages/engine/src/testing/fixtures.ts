import type {
  Address,
  Candidate,
  Hex,
  Instruction,
  Quote,
  QuoteRequest,
  Token,
} from '@behest/spec'

/** Fixed values that the engine's tests share. */
export const account = '0x1111111111111111111111111111111111111111' as Address
export const stranger = '0x2222222222222222222222222222222222222222' as Address
export const router = '0x3333333333333333333333333333333333333333' as Address
export const agentKey = '0x4444444444444444444444444444444444444444' as Address
export const wrapped = '0x5555555555555555555555555555555555555555' as Address
export const hash = `0x${'ab'.repeat(32)}` as Hex

export const eth: Token = {
  chainId: 31337,
  address: 'native',
  symbol: 'ETH',
  decimals: 18,
}
export const usdc: Token = {
  chainId: 31337,
  address: '0x6666666666666666666666666666666666666666',
  symbol: 'USDC',
  decimals: 6,
}
export const dai: Token = {
  chainId: 31337,
  address: '0x7777777777777777777777777777777777777777',
  symbol: 'DAI',
  decimals: 18,
}

export const candidate: Candidate = {
  agentId: 'swap-best-0a',
  name: 'swap-best',
  agent: agentKey,
  url: 'http://127.0.0.1:4201',
  reference: true,
  kept: true,
  why: 'live',
}

/** A swap of 1,000 USDC for DAI. */
export const swap: Extract<Instruction, { action: 'swap' }> = {
  action: 'swap',
  sell: { token: usdc, amount: { type: 'exact', units: 1_000_000_000n } },
  buy: { token: dai },
  maxSlippageBps: 50,
}

export function buildRequest(
  changes: Partial<QuoteRequest> = {},
): QuoteRequest {
  return {
    type: 'behest.quote-request',
    version: 1,
    requestId: 'r1',
    intentId: 'i1',
    stepId: 's1',
    chainId: 31337,
    account,
    instruction: swap,
    block: { number: 100n, hash, timestampUnixSeconds: 1000 },
    deadlineUnixSeconds: 1300,
    respondWithinMs: 2000,
    ...changes,
  }
}

/** An honest quote for {@link swap}. */
export function buildQuote(changes: Partial<Quote> = {}): Quote {
  const expectedUnits = 999n * 10n ** 18n
  return {
    type: 'behest.quote',
    version: 1,
    quoteId: 'q1',
    requestId: 'r1',
    requestHash: hash,
    agent: agentKey,
    agentName: 'swap-best',
    agentVersion: '1.0.0',
    chainId: 31337,
    account,
    venue: 'uniswap',
    calls: [{ to: router, valueWei: 0n, data: '0x12345678' }],
    approvals: [
      {
        token: usdc.address as Address,
        spender: router,
        units: 1_000_000_000n,
      },
    ],
    spend: [{ token: usdc, atMostUnits: 1_000_000_000n }],
    receive: [
      {
        token: dai,
        account,
        expectedUnits,
        atLeastUnits: (expectedUnits * 9950n) / 10_000n,
      },
    ],
    positions: [],
    fee: [],
    summary: 'Swaps.',
    validUntilUnixSeconds: 1120,
    signature: '0x00',
    ...changes,
  }
}
