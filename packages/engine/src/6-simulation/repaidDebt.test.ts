import type { AssetDelta, PlanArtifact, PositionDelta } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { buildPlan } from '../5-plan/buildPlan.js'
import {
  account,
  buildQuote,
  candidate,
  hash,
  usdc,
  wrapped,
} from '../testing/fixtures.js'
import { checkSimulation } from './checkSimulation.js'
import type { SimulatedPlan } from './simulatePlan.js'

const debtToken = '0x9999999999999999999999999999999999999999'
const units = -1_000_000_000n

const plan: PlanArtifact = buildPlan({
  parentHash: hash,
  intentId: 'i1',
  chainId: 31337,
  account,
  quotes: [
    {
      stepId: 's1',
      instruction: {
        action: 'repay',
        token: usdc,
        amount: { type: 'exact', units: -units },
      },
      candidate,
      quote: buildQuote({ receive: [], calls: [], approvals: [] }),
    },
  ],
  allowances: [],
  cleanups: [],
  deadlineUnixSeconds: 1300,
})

const lost = (token: string): AssetDelta => ({
  account,
  token: token as `0x${string}`,
  symbol: 'T',
  units,
  decimal: '-1000',
})

const check = (
  deltas: readonly AssetDelta[],
  positions: readonly PositionDelta[],
) =>
  checkSimulation({
    plan,
    simulated: {
      result: {
        steps: [{ stepId: 's1', calls: [], deltas, positions }],
        allowances: [],
        health: [],
        rates: [],
      },
    } as unknown as SimulatedPlan, // the artifact is not looked at
    knownContracts: [],
    minHealthPercent: 110,
    wrappedNative: wrapped,
  }).map(({ code, message }) => `${code}: ${message}`)

const repaid: PositionDelta = {
  ...lost(usdc.address),
  venue: 'aave',
  market: usdc.address,
  kind: 'borrowed',
  heldAs: debtToken,
}

describe('checkSimulation, a debt that is a token', () => {
  test('less of it is no loss', () => {
    expect(check([lost(usdc.address), lost(debtToken)], [repaid])).toEqual([])
  })

  test.each<[string, PositionDelta[]]>([
    ['of another token', [{ ...repaid, heldAs: account }]],
    ['without a token', [{ ...repaid, heldAs: undefined } as PositionDelta]],
    ['that is no debt', [{ ...repaid, kind: 'supplied' }]],
  ])('a position %s excuses nothing', (_name, positions) => {
    expect(check([lost(usdc.address), lost(debtToken)], positions)).toContain(
      'UNLISTED_LOSS: It takes 1000 T from the account, which the quote does not list.',
    )
  })
})
