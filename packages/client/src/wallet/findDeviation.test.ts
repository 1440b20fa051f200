import type { HolderTransaction, PlanArtifact } from '@behest/spec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDeviation } from './findDeviation.js'

const account = `0x${'a1'.repeat(20)}` as const
const token = `0x${'b2'.repeat(20)}` as const
const router = `0x${'c3'.repeat(20)}` as const
const word = (byte: string) => byte.repeat(32)

const plan = {
  account,
  chainId: 31_337,
  steps: [
    {
      id: 's1',
      approvals: [{ token, spender: router, units: 5n }],
      calls: [
        {
          purpose: 'act',
          to: router,
          valueWei: 7n,
          data: `0x12345678${word('11')}${word('22')}`,
          splices: [],
        },
        {
          purpose: 'act',
          to: router,
          valueWei: 0n,
          data: `0x12345678${word('11')}${word('22')}`,
          splices: [{ offset: 4, step: 's1', token }],
        },
      ],
    },
  ],
} as unknown as PlanArtifact

type Shown = Pick<HolderTransaction, 'stepId' | 'callIndex' | 'transaction'>
function show(
  callIndex: number,
  change: Partial<HolderTransaction['transaction']> = {},
): Shown {
  const call = plan.steps[0]?.calls[callIndex]
  return {
    stepId: 's1',
    callIndex,
    transaction: {
      chainId: 31_337,
      from: account,
      to: call?.to ?? token,
      valueWei: call?.valueWei ?? 0n,
      data: call?.data ?? '0x',
      gasLimit: 100_000n,
      ...change,
    },
  }
}

describe('findDeviation', () => {
  test('behavior: what the plan says is the plan, whatever letters it is written in', () => {
    expect(findDeviation(plan, show(0))).toBeNull()
    expect(
      findDeviation(
        plan,
        show(0, { to: `0x${router.slice(2).toUpperCase()}` }),
      ),
    ).toBeNull()
  })

  test('error: no byte of it may be another one', () => {
    const [call] = plan.steps[0]?.calls ?? []
    const data = call?.data ?? '0x'
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: data.length - 1 }),
        fc.constantFrom(...'0123456789abcdef'),
        (at, digit) => {
          fc.pre(data[at] !== digit)
          const changed = `${data.slice(0, at)}${digit}${data.slice(at + 1)}`
          expect(
            findDeviation(plan, show(0, { data: changed as `0x${string}` })),
          ).toBe('the data')
        },
      ),
    )
    expect(findDeviation(plan, show(0, { valueWei: 8n }))).toBe('the value')
    expect(findDeviation(plan, show(0, { to: token }))).toBe('the recipient')
    expect(findDeviation(plan, show(0, { from: router }))).toBe('the sender')
    expect(findDeviation(plan, show(0, { chainId: 1 }))).toBe('the chain')
    expect(findDeviation(plan, show(0, { data: `${data}00` as const }))).toBe(
      'the data',
    )
    expect(findDeviation(plan, { ...show(0), stepId: 's2' })).toMatch(/no step/)
    expect(findDeviation(plan, { ...show(0), callIndex: 9 })).toMatch(/no call/)
  })

  test('behavior: only the words that the plan names are filled in', () => {
    const filled = `0x12345678${word('99')}${word('22')}` as const
    expect(findDeviation(plan, show(1, { data: filled }))).toBeNull()
    expect(findDeviation(plan, show(0, { data: filled }))).toBe('the data')
    const beside = `0x12345678${word('99')}${word('23')}` as const
    expect(findDeviation(plan, show(1, { data: beside }))).toBe('the data')
  })

  test('behavior: taking an allowance back can do nothing else', () => {
    const revoke =
      `0x095ea7b3${'0'.repeat(24)}${router.slice(2)}${'0'.repeat(64)}` as const
    const cleanup = (change: Partial<HolderTransaction['transaction']>) =>
      findDeviation(plan, {
        ...show(0, { to: token, valueWei: 0n, data: revoke, ...change }),
        callIndex: 100,
      })
    expect(cleanup({})).toBeNull()
    for (const change of [
      { valueWei: 1n },
      { to: router },
      { data: `${revoke.slice(0, -1)}1` as `0x${string}` },
      {
        data: revoke.replace(
          router.slice(2),
          account.slice(2),
        ) as `0x${string}`,
      },
    ])
      expect(cleanup(change)).toBe('what takes the allowance back')
  })
})
