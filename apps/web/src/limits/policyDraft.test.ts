import type { Policy } from '@behest/spec'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameToken, parseDraft, toDraft, toEntries } from './policyDraft.js'

const nowMs = Date.UTC(2027, 0, 2)
const who = {
  account: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  chainId: 31337,
  sequence: 3,
} as const
const draft = toDraft(null, nowMs)

describe('parseDraft', () => {
  test('default: the first form is a policy that asks about everything', () => {
    const parsed = parseDraft({ draft, ...who })
    expect(parsed).toMatchObject({
      type: 'policy',
      policy: {
        ...who,
        validUntilUnixSeconds: Date.UTC(2028, 0, 2, 23, 59, 59) / 1000,
        limits: { perTransactionUsd: '5000', maxPriceImpactBps: 300 },
        beyond: 'ask',
        coolingOffSeconds: 86_400,
      },
    })
    expect(parsed.type === 'policy' && 'automatic' in parsed.policy).toBe(false)
  })

  test('behavior: amounts are read as people write them', () => {
    const parsed = parseDraft({
      ...who,
      draft: {
        ...draft,
        limits: {
          ...draft.limits,
          perTransactionUsd: '$1,250.50',
          perDayUsd: '１００００',
          maxSlippage: '0.25%',
        },
      },
    })
    expect(parsed).toMatchObject({
      policy: {
        limits: {
          perTransactionUsd: '1250.50',
          perDayUsd: '10000',
          maxSlippageBps: 25,
        },
      },
    })
  })

  test.each([
    ['limits.perTransactionUsd', { perTransactionUsd: '-5' }],
    ['limits.perTransactionUsd', { perTransactionUsd: '' }],
    ['limits.perDayUsd', { perDayUsd: '1e3' }],
    ['limits.maxSlippage', { maxSlippage: '101' }],
    ['limits.maxPriceImpact', { maxPriceImpact: '0.001' }],
    ['limits.recipients', { recipients: ['vitalik.eth'] }],
    ['limits.minHealth', { minHealth: 'high' }],
  ])('error: %s is named', (field, changes) => {
    expect(
      parseDraft({
        ...who,
        draft: { ...draft, limits: { ...draft.limits, ...changes } },
      }),
    ).toEqual({ type: 'problems', problems: [{ field }] })
  })

  test('error: no day and no hours', () => {
    expect(
      parseDraft({
        ...who,
        draft: { ...draft, lastDay: '', coolingOffHours: 'soon' },
      }),
    ).toEqual({
      type: 'problems',
      problems: [{ field: 'lastDay' }, { field: 'coolingOffHours' }],
    })
  })

  test('law: what stands comes back unchanged from the form', () => {
    const rules = fc.record({
      perTransactionUsd: fc
        .integer({ min: 1, max: 10 ** 9 })
        .map((cents) => `${Math.floor(cents / 100)}.${cents % 10}`),
      perDayUsd: fc.integer({ min: 0, max: 10 ** 9 }).map(String),
      actions: fc.subarray(['swap', 'supply', 'revoke', 'stake'] as const),
      tokens: fc.subarray(['native', who.account, 'any'] as const),
      venues: fc.subarray(['uniswap', 'aave', 'any'] as const),
      recipients: fc.subarray([who.account, 'any'] as const),
      maxPriceImpactBps: fc.integer({ min: 0, max: 10_000 }),
      maxSlippageBps: fc.integer({ min: 0, max: 10_000 }),
      minHealth: fc.constantFrom('0', '1.05', '2'),
    })
    fc.assert(
      fc.property(
        rules,
        fc.option(rules, { nil: undefined }),
        fc.integer({ min: 0, max: 700 }),
        fc.constantFrom('ask' as const, 'refuse' as const),
        (limits, automatic, hours, beyond) => {
          const policy: Policy = {
            version: 1,
            ...who,
            validUntilUnixSeconds: Date.UTC(2027, 4, 5, 23, 59, 59) / 1000,
            limits,
            ...(automatic === undefined ? {} : { automatic }),
            beyond,
            coolingOffSeconds: hours * 3600,
          }
          expect(parseDraft({ draft: toDraft(policy, nowMs), ...who })).toEqual(
            { type: 'policy', policy },
          )
        },
      ),
    )
  })
})

describe('toEntries', () => {
  test('default: one a line, or however they were pasted', () => {
    expect(toEntries(' 0xa,0xb\n\n0xc  ')).toEqual(['0xa', '0xb', '0xc'])
  })
})

describe('nameToken', () => {
  test('default: by its symbol where it is known, in whatever case', () => {
    const known = [{ symbol: 'USDC', token: who.account }]
    expect(nameToken(who.account.toLowerCase(), known)).toBe('USDC')
    expect(nameToken('0x01', known)).toBe('0x01')
    expect(nameToken('native', known)).toBe('native')
  })
})
