import { writeFileSync } from 'node:fs'
import { openChain, type TestChain } from '@behest/agent-testing'
import { parseUnits } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fuzzParity } from '../test/parity.js'
import { createSwapRouteAgent } from './createSwapRouteAgent.js'
import { createSwapSingleAgent } from './createSwapSingleAgent.js'

// `bench/parity.mjs` runs the same with more.
const { BEHEST_PARITY_COUNT, BEHEST_PARITY_SEED, BEHEST_PARITY_REPORT } =
  process.env
const count = Number(BEHEST_PARITY_COUNT ?? 200)
const seed = Number(BEHEST_PARITY_SEED ?? 20260)

let chain: TestChain
beforeAll(async () => {
  chain = await openChain()
  await chain.devnet.deal({
    account: chain.account,
    token: 'native',
    amountUnits: parseUnits('2000000000000', 18),
  })
  // Enough for the worst price that a quote may ask: no swap fails for lack.
  for (const [symbol, decimals] of [
    ['USDC', 6],
    ['DAI', 18],
    ['WBTC', 8],
  ] as const)
    await chain.deal(symbol, parseUnits('1000000000000000', decimals))
  await chain.send({
    to: chain.deployment.wrappedNative,
    valueWei: parseUnits('1000000000000', 18),
    data: '0x',
  })
})
afterAll(() => chain.devnet.stop())

describe('quoted and paid', () => {
  test(
    `are the same to the unit: ${count} random swaps, seed ${seed}`,
    async () => {
      const report = await fuzzParity({
        chain,
        agents: [
          createSwapRouteAgent(chain.port),
          createSwapSingleAgent(chain.port),
        ],
        count,
        seed,
        // Each moves the pools; sending is most of the time that this takes.
        sendEvery: count > 1_000 ? 40 : 10,
        onProgress: (done) => console.error(`${done} of ${count}`),
      })
      if (BEHEST_PARITY_REPORT !== undefined)
        writeFileSync(BEHEST_PARITY_REPORT, JSON.stringify(report, null, 2))
      expect(report.differences).toEqual([])
      expect(report.simulated).toBe(count)
      expect(report.sent).toBeGreaterThanOrEqual(Math.floor(count / 80))
      expect(Object.keys(report.byKind)).toHaveLength(4)
      const known = new Set([
        'ROUTE_AMOUNT_BEYOND_LIQUIDITY',
        'ROUTE_AMOUNT_TOO_SMALL',
        'ROUTE_NOT_FOUND',
        'ROUTE_NOT_EXECUTABLE',
        'AMOUNT_BEYOND_LIQUIDITY',
        'NO_ROUTE',
        // A busy machine can use the time up; that says nothing of amounts.
        'ROUTE_OUT_OF_TIME',
      ])
      expect(report.declined.ROUTE_OUT_OF_TIME ?? 0).toBeLessThan(count / 50)
      expect(
        Object.keys(report.declined).filter((code) => !known.has(code)),
      ).toEqual([])
    },
    Math.max(240_000, count * 200),
  )
})
