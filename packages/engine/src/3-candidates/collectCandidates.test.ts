import type { Candidate, ChainPort, Hex, RegistryPort } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { collectCandidates, type ResolvedStep } from './collectCandidates.js'

const usdc = {
  chainId: 31_337,
  address: `0x${'c'.repeat(40)}`,
  symbol: 'USDC',
  name: 'USD Coin',
  decimals: 6,
} as const
const candidate: Candidate = {
  agentId: 'honest-12345678',
  name: 'honest',
  agent: `0x${'a'.repeat(40)}`,
  url: 'http://127.0.0.1:4200',
  reference: false,
  kept: true,
  score: 1,
  why: 'live as measured',
}
const steps: ResolvedStep[] = ['s1', 's2'].map((id, stepIndex) => ({
  step: { id, action: 'supply', token: { symbol: 'USDC' }, spans: {} },
  stepIndex,
  tokens: { token: usdc },
}))

async function collectSeeds(parentHash: Hex): Promise<string[]> {
  const seeds: string[] = []
  const registry: RegistryPort = {
    findCandidates: async ({ seed }) => {
      seeds.push(seed)
      return [candidate]
    },
  }
  await collectCandidates({
    parentHash,
    steps,
    registry,
    chain: { chainId: 31_337, chainName: 'local' } as ChainPort,
    limit: 8,
  })
  return seeds
}

describe('collectCandidates', () => {
  test('behavior: which newcomer may quote follows from what was meant, step by step', async () => {
    const one = await collectSeeds(`0x${'1'.repeat(64)}`)
    expect(new Set(one).size).toBe(2)
    expect(await collectSeeds(`0x${'1'.repeat(64)}`)).toEqual(one)
    const other = await collectSeeds(`0x${'2'.repeat(64)}`)
    expect(other.some((seed) => one.includes(seed))).toBe(false)
    // The registry takes no longer one.
    expect(Math.max(...one.map((seed) => seed.length))).toBeLessThanOrEqual(128)
  })
})
