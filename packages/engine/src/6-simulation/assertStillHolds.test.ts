import type { PlanArtifact, SimulationResult } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { QuoteExpiredError } from '../4-quotes/errors.js'
import { buildPlan } from '../5-plan/buildPlan.js'
import type { EnginePorts, Limits, Linked } from '../ports.js'
import { toLimits } from '../ports.js'
import {
  account,
  buildQuote,
  candidate,
  dai,
  hash,
  router,
  swap,
  usdc,
  wrapped,
} from '../testing/fixtures.js'
import { assertStillHolds } from './assertStillHolds.js'
import { PlanDriftedError } from './errors.js'

const deadlineUnixSeconds = 1100
const plan: Linked<PlanArtifact> = {
  hash,
  body: buildPlan({
    parentHash: hash,
    intentId: 'i1',
    chainId: 31337,
    account,
    quotes: [
      {
        stepId: 's1',
        instruction: swap,
        candidate,
        quote: buildQuote({ approvals: [] }),
      },
    ],
    allowances: [],
    cleanups: [],
    deadlineUnixSeconds,
  }),
}
const limits: Limits = toLimits({
  knownContracts: [
    {
      address: router,
      name: 'Uniswap Router',
      abi: [
        {
          type: 'function',
          name: 'trade',
          inputs: [],
          outputs: [],
          stateMutability: 'nonpayable',
        },
      ],
    },
  ],
  wrappedNative: wrapped,
})

/** The world at the moment before the first signature. */
function world(now: {
  readonly timestampUnixSeconds?: number
  readonly daiUnits?: bigint
  readonly begunBy?: 'sender' | 'holder'
}) {
  const simulation: SimulationResult = {
    steps: [
      {
        stepId: 's1',
        calls: [{ succeeded: true, gasUsed: 1n, reason: undefined }],
        deltas: [
          [usdc, -1_000_000_000n] as const,
          [dai, now.daiUnits ?? 999n * 10n ** 18n] as const,
        ].map(([token, units]) => ({
          account,
          token: token.address,
          symbol: token.symbol,
          units,
          decimal: `${units}`,
        })),
        positions: [],
      },
    ],
    allowances: [],
    health: [],
    rates: [],
  } as unknown as SimulationResult
  const has = (who: 'sender' | 'holder') => ({
    hasLeg: async () => now.begunBy === who,
  })
  return {
    chain: {
      readHead: async () => ({
        number: 7n,
        hash,
        timestampUnixSeconds: now.timestampUnixSeconds ?? 1000,
        baseFeePerGasWei: 1n,
      }),
      simulate: async () => simulation,
    },
    sender: has('sender'),
    holder: has('holder'),
  } as unknown as Pick<EnginePorts, 'chain' | 'sender' | 'holder'>
}

const known: Linked<PlanArtifact> = {
  ...plan,
  body: {
    ...plan.body,
    // `trade()`, which the table of contracts knows.
    steps: plan.body.steps.map((step) => ({
      ...step,
      calls: step.calls.map((call) => ({ ...call, data: '0x1f0ba6c9' })),
    })),
  },
}
const check = (now: Parameters<typeof world>[0], of = known) =>
  assertStillHolds({ plan: of, ports: world(now), limits })

describe('assertStillHolds', () => {
  test('default: what does as was approved is carried out', async () => {
    await expect(check({})).resolves.toBe(undefined)
  })

  test('error: PlanDriftedError', async () => {
    await expect(check({ daiUnits: 1n })).rejects.toThrow(PlanDriftedError)
  })

  test('error: QuoteExpiredError, by the time of the chain', async () => {
    await expect(
      check({ timestampUnixSeconds: deadlineUnixSeconds }),
    ).rejects.toThrow(QuoteExpiredError)
  })

  test('behavior: a plan that has begun is not asked again: it must end', async () => {
    const late = { timestampUnixSeconds: deadlineUnixSeconds, daiUnits: 1n }
    await expect(check({ ...late, begunBy: 'sender' })).resolves.toBe(undefined)
    // Whoever sends it is who is asked.
    await expect(check({ ...late, begunBy: 'holder' })).rejects.toThrow(
      QuoteExpiredError,
    )
    const byHolder: Linked<PlanArtifact> = {
      ...known,
      body: { ...known.body, custody: { type: 'direct', sentBy: 'holder' } },
    }
    await expect(check({ ...late, begunBy: 'holder' }, byHolder)).resolves.toBe(
      undefined,
    )
    await expect(
      check({ ...late, begunBy: 'sender' }, byHolder),
    ).rejects.toThrow(QuoteExpiredError)
  })
})
