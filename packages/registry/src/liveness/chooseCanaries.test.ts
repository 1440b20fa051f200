import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { chooseCanaries } from './chooseCanaries.js'

const uniswap = buildCapability({ action: 'swap', venues: ['uniswap'] })
const curve = buildCapability({ action: 'swap', venues: ['curve'] })
const supply = buildCapability({ action: 'supply' })
const agent = {
  status: 'live' as const,
  capabilities: [uniswap, curve, supply],
  delisted: [] as string[],
}
const choose = (options: Partial<Parameters<typeof chooseCanaries>[0]>) =>
  chooseCanaries({ agent, seed: 1, failures: 0, ...options })
const visits = 8_000
const chosenInAll = () =>
  Array.from({ length: visits }, (_, seed) => choose({ seed }))

describe('the capabilities that a visit tries', () => {
  test('default: of a live agent one in every fourth visit or so, each as often', () => {
    const all = chosenInAll()
    expect(all.every((chosen) => chosen.length <= 1)).toBe(true)
    const tried = all.filter((chosen) => chosen.length === 1)
    expect(tried.length / visits).toBeGreaterThan(0.23)
    expect(tried.length / visits).toBeLessThan(0.27)
    for (const capability of agent.capabilities) {
      const share =
        tried.filter(([one]) => one === capability).length / tried.length
      expect(share).toBeGreaterThan(0.29)
      expect(share).toBeLessThan(0.38)
    }
  })

  test('behavior: nobody foresees the next one from the last ones', () => {
    // After a visit with a canary the next has one as often as any other.
    const has = chosenInAll().map((chosen) => chosen.length === 1)
    const after = has.filter((_, place) => has[place - 1] === true)
    const share = after.filter(Boolean).length / after.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.3)
  })

  test('behavior: the same seed chooses the same', () => {
    expect(choose({ seed: 12, failures: 1 })).toEqual(
      choose({ seed: 12, failures: 1 }),
    )
  })

  test('behavior: all capabilities of an action that is not listed, at each visit', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(choose({ agent: { ...agent, delisted: ['swap'] }, seed })).toEqual(
        expect.arrayContaining([uniswap, curve]),
      )
  })

  test('behavior: one of each action where the agent is not live, or has just failed', () => {
    for (const options of [
      { failures: 1 },
      { agent: { ...agent, status: 'degraded' as const } },
    ])
      expect(
        choose(options)
          .map(({ action }) => action)
          .sort(),
      ).toEqual(['supply', 'swap'])
  })

  test('behavior: everything at the door', () => {
    const capabilities = Array.from({ length: 20 }, (_, count) =>
      buildCapability({ action: 'swap', venues: [`venue ${count}`] }),
    )
    expect(
      choose({ agent: { ...agent, capabilities, status: 'unverified' } }),
    ).toHaveLength(20)
  })
})
