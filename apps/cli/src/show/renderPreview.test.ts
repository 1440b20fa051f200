import type { Preview } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { renderPreview } from './renderPreview.js'

const account = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' as const
const hash = `0x${'ab'.repeat(32)}` as const
const preview: Preview = {
  planHash: hash,
  simulationHash: hash,
  headline: 'borrow 1000 USDC on aave',
  steps: [],
  youGive: [],
  youGet: [],
  othersGet: [],
  positions: [],
  allowances: [],
  health: [
    {
      venue: 'aave',
      after: '1.404999',
      liquidationPrices: [
        { symbol: 'WETH', priceUsd: '2117.64705883' },
        { symbol: 'WBTC', priceUsd: '31000' },
      ],
    },
  ],
  gas: { expectedDecimal: '0.001', atMostDecimal: '0.002', symbol: 'ETH' },
  untilUnixSeconds: 1_760_000_000,
  warnings: [],
  choice: [],
}

describe('renderPreview', () => {
  test('behavior: a loan comes with its health and the prices that end it', () => {
    const shown = renderPreview(preview)
    expect(shown).toContain('health at aave   no debt → 1.404999')
    expect(shown).toContain('liquidated when    WETH is under $2117.64705883')
    expect(shown).toContain('liquidated when    WBTC is under $31000')
  })

  test('behavior: what an agent takes is called its fee', () => {
    const step = {
      stepId: 's1',
      headline: 'give at most 200 USDC',
      agentName: 'swap-best',
      venue: 'uniswap',
      calls: [],
    }
    const fees = [{ account, symbol: 'USDC', decimal: '1' }]
    const shown = renderPreview({ ...preview, steps: [{ ...step, fees }] })
    expect(shown).toContain(`its fee  1 USDC to ${account}`)
    expect(renderPreview({ ...preview, steps: [step] })).not.toContain('fee')
  })

  test('behavior: no loan, no such line', () => {
    expect(renderPreview({ ...preview, health: [] })).not.toContain('liquid')
  })
})
