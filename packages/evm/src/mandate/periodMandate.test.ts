import type { OrderTerms } from '@behest/spec'
import { getSmartAccountsEnvironment } from '@metamask/smart-accounts-kit'
import { createCaveatBuilder } from '@metamask/smart-accounts-kit/utils'
import { pad } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployments } from '../deployments/deployments.js'
import {
  drawPeriodDelegation,
  getPeriods,
  PeriodMandateError,
} from './periodMandate.js'

const environment = getSmartAccountsEnvironment(1)
const deployment = Object.values(deployments)[0]
if (!deployment?.delegation || !deployment.periodEnforcers)
  throw new RangeError('a deployment with the framework')
const { delegation: framework, periodEnforcers: enforcers } = deployment
const executor = '0x00000000000000000000000000000000000000e1'
const account = '0x00000000000000000000000000000000000000a1'
const usdc = '0x0000000000000000000000000000000000000c01'
const start = 1_800_000_000
const day = 86_400

const terms = (
  token: `0x${string}` | 'native' = usdc,
  changes: Partial<OrderTerms> = {},
): OrderTerms => ({
  version: 1,
  account,
  chainId: 1,
  utterance: '',
  steps: [],
  schedule: {
    text: 'every day',
    timeZone: 'UTC',
    startUnixSeconds: start,
    every: { count: 1, unit: 'day' },
  },
  conditions: [],
  missedRuns: 'skip',
  graceSeconds: 60,
  bounds: [
    {
      token: { chainId: 1, address: token, symbol: 'X', decimals: 6 },
      perRunUnits: 100n,
      totalUnits: 300n,
    },
  ],
  maxRuns: 3,
  periodSeconds: day,
  expiresUnixSeconds: start + 5 * day,
  custody: 'mandate',
  ...changes,
})
const draw = (of: OrderTerms) =>
  drawPeriodDelegation({ framework, enforcers, executor, terms: of, salt: 7n })
const low = (
  caveats: readonly { readonly enforcer: string; readonly terms: string }[],
) =>
  caveats.map(({ enforcer, terms: own }) => [
    enforcer.toLowerCase(),
    own.toLowerCase(),
  ])

describe('drawPeriodDelegation', () => {
  test('default: the same caveats as the kit builds', () => {
    const shared = (builder: ReturnType<typeof createCaveatBuilder>) =>
      builder
        .addCaveat('timestamp', {
          afterThreshold: 0,
          beforeThreshold: start + 5 * day,
        })
        .addCaveat('redeemer', { redeemers: [executor] })
        .addCaveat('limitedCalls', { limit: 3 })
        .build()
    const periods = {
      periodAmount: 100n,
      periodDuration: day,
      startDate: start - 7200,
    }
    expect(low(draw(terms()).caveats)).toEqual(
      low(
        shared(
          createCaveatBuilder(environment)
            .addCaveat('allowedCalldata', {
              startIndex: 4,
              value: pad(executor, { size: 32 }),
            })
            .addCaveat('valueLte', { maxValue: 0n })
            .addCaveat('erc20PeriodTransfer', {
              tokenAddress: usdc,
              ...periods,
            })
            .addCaveat('erc20TransferAmount', {
              tokenAddress: usdc,
              maxAmount: 300n,
            }),
        ),
      ),
    )
    expect(low(draw(terms('native')).caveats)).toEqual(
      low(
        shared(
          createCaveatBuilder(environment)
            .addCaveat('allowedTargets', { targets: [executor] })
            .addCaveat('exactCalldata', { calldata: '0x' })
            .addCaveat('nativeTokenPeriodTransfer', periods)
            .addCaveat('nativeTokenTransferAmount', { maxAmount: 300n }),
        ),
      ),
    )
  })

  test('behavior: no two runs fall into one period, whatever the clocks do', () => {
    // Two hours of room on the left, and a day minus that on the right.
    const { startUnixSeconds, durationSeconds } = getPeriods(terms())
    for (let index = 0; index < 400; index += 1)
      for (const shift of [-3600, 0, 3600])
        expect(
          Math.floor(
            (start + index * day + shift - startUnixSeconds) / durationSeconds,
          ),
        ).toBe(index)
  })

  test('behavior: an order without a date has one period, its life', () => {
    const { schedule: _schedule, ...once } = terms()
    expect(getPeriods(once)).toEqual({
      startUnixSeconds: 1,
      durationSeconds: start + 5 * day - 1,
    })
  })

  test('error: PeriodMandateError for other than one token', () => {
    expect(() => draw(terms(usdc, { bounds: [] }))).toThrow(PeriodMandateError)
  })
})
