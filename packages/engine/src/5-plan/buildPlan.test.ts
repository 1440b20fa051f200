import { BehestError } from '@behest/spec'
import fc from 'fast-check'
import { decodeFunctionData, parseAbi } from 'viem'
import { describe, expect, test } from 'vitest'
import { hashArtifact } from '../hashArtifact.js'
import {
  account,
  buildQuote,
  candidate,
  dai,
  hash,
  router,
  swap,
  usdc,
} from '../testing/fixtures.js'
import { type BuildPlanOptions, buildPlan } from './buildPlan.js'
import { spliceCall } from './spliceCall.js'

const abi = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
])
const token = usdc.address as `0x${string}`

function options(changes: Partial<BuildPlanOptions> = {}): BuildPlanOptions {
  return {
    parentHash: hash,
    intentId: 'i1',
    chainId: 31337,
    account,
    quotes: [
      { stepId: 's1', instruction: swap, candidate, quote: buildQuote() },
    ],
    allowances: [],
    cleanups: [],
    deadlineUnixSeconds: 1300,
    ...changes,
  }
}

function approvedUnits(plan: ReturnType<typeof buildPlan>): bigint[] {
  return plan.steps.flatMap((step) =>
    step.calls.flatMap(({ purpose, data }) =>
      purpose === 'act' ? [] : [decodeFunctionData({ abi, data }).args[1]],
    ),
  )
}

describe('buildPlan', () => {
  test('default: approves exactly, then acts', () => {
    const plan = buildPlan(options())
    expect(plan.steps[0]?.calls.map(({ purpose }) => purpose)).toEqual([
      'approve',
      'act',
    ])
    expect(approvedUnits(plan)).toEqual([1_000_000_000n])
  })

  test('behavior: ends with the earliest of its quotes', () => {
    expect(buildPlan(options()).deadlineUnixSeconds).toBe(1120)
    expect(
      buildPlan(options({ deadlineUnixSeconds: 1100 })).deadlineUnixSeconds,
    ).toBe(1100)
  })

  test('L-APPR-07: a left-over allowance is set to zero first', () => {
    const plan = buildPlan(
      options({ allowances: [{ token, spender: router, units: 5n }] }),
    )
    expect(plan.steps[0]?.calls.map(({ purpose }) => purpose)).toEqual([
      'reset',
      'approve',
      'act',
    ])
    expect(approvedUnits(plan)).toEqual([0n, 1_000_000_000n])
  })

  test('L-APPR-01: never approves more than the quote spends', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        (units, current) => {
          const plan = buildPlan(
            options({
              quotes: [
                {
                  stepId: 's1',
                  instruction: swap,
                  candidate,
                  quote: buildQuote({
                    approvals: [{ token, spender: router, units }],
                  }),
                },
              ],
              allowances: [{ token, spender: router, units: current }],
            }),
          )
          for (const approved of approvedUnits(plan))
            expect(approved === 0n || approved === units).toBe(true)
          const approves = approvedUnits(plan).filter((value) => value > 0n)
          expect(approves).toEqual(current >= units ? [] : [units])
        },
      ),
    )
  })

  test('behavior: takes back what would be left over, at the end of its step', () => {
    const plan = buildPlan(
      options({ cleanups: [{ stepId: 's1', token, spender: router }] }),
    )
    expect(plan.steps[0]?.calls.at(-1)?.purpose).toBe('cleanup')
    expect(approvedUnits(plan).at(-1)).toBe(0n)
  })

  test('behavior: the same options give the same hash, and any change another', () => {
    const base = hashArtifact(buildPlan(options()))
    expect(hashArtifact(buildPlan(options()))).toBe(base)
    const [chosen] = options().quotes
    if (!chosen) throw new RangeError('a quote')
    const changed = (quote: Parameters<typeof buildQuote>[0]) =>
      hashArtifact(
        buildPlan(
          options({ quotes: [{ ...chosen, quote: buildQuote(quote) }] }),
        ),
      )
    const hashes = [
      base,
      changed({ calls: [{ to: router, valueWei: 1n, data: '0x12345678' }] }),
      changed({ calls: [{ to: router, valueWei: 0n, data: '0x12345679' }] }),
      changed({ calls: [{ to: account, valueWei: 0n, data: '0x12345678' }] }),
      changed({ validUntilUnixSeconds: 1119 }),
      hashArtifact(buildPlan(options({ account: router }))),
      hashArtifact(buildPlan(options({ chainId: 1 }))),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('behavior: the plan cannot be changed afterwards', () => {
    const plan = buildPlan(options())
    expect(() => {
      Object.assign(plan.steps[0]?.calls[0] ?? {}, { to: router })
    }).toThrow(TypeError)
  })

  test('behavior: an amount that a step gives is written where the plan says', () => {
    const data = `0x12345678${'00'.repeat(32)}${'ff'.repeat(32)}` as const
    const plan = buildPlan(
      options({
        quotes: [
          {
            stepId: 's2',
            instruction: {
              action: 'supply',
              token: dai,
              amount: {
                type: 'output',
                step: 's1',
                units: 90n,
                expectedUnits: 100n,
              },
            },
            candidate,
            quote: buildQuote({
              approvals: [
                {
                  token: dai.address as `0x${string}`,
                  spender: router,
                  units: 90n,
                },
              ],
              calls: [{ to: router, valueWei: 0n, data, amountOffsets: [36] }],
            }),
          },
        ],
      }),
    )
    const calls = plan.steps[0]?.calls.map((call) =>
      spliceCall(call, (step, of) =>
        step === 's1' && of === dai.address ? 100n : 0n,
      ),
    )
    expect(
      decodeFunctionData({ abi, data: calls?.[0]?.data ?? '0x' }).args[1],
    ).toBe(100n)
    expect(calls?.[1]?.data).toBe(
      `0x12345678${'00'.repeat(32)}${100n.toString(16).padStart(64, '0')}`,
    )
  })

  test('error: SpliceOutOfRangeError', () => {
    for (const offset of [0, 3, 5, 37, 100_000])
      try {
        spliceCall(
          {
            purpose: 'act',
            to: router,
            valueWei: 0n,
            data: `0x12345678${'00'.repeat(32)}`,
            splices: [{ offset, step: 's1', token: 'native' }],
          },
          () => 1n,
        )
        expect.unreachable(`offset ${offset}`)
      } catch (error) {
        expect(BehestError.isInstance(error) && error.code).toBe(
          'SPLICE_OUT_OF_RANGE',
        )
      }
  })
})
