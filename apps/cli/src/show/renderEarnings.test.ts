import { expect, test } from 'vitest'
import { renderEarnings } from './renderEarnings.js'

test('default: fees and payments apart, with where they come from', () => {
  const total = {
    chainId: 31_337,
    token: '0x01',
    symbol: 'USDC',
    units: '1500000',
    decimal: '1.5',
    receipts: 2,
  }
  expect(
    renderEarnings({
      agentId: 'fee-0a1b2c3d',
      fees: [total],
      payments: [],
      receipts: 2,
    }),
  ).toMatchInlineSnapshot(`
    "fee-0a1b2c3d  2 confirmed receipts
      fees in plans    1.5 USDC on chain 31337, from 2 receipts
      paid per quote   none"
  `)
})
