import { describe, expect, test } from 'vitest'
import { checkTypedData, type TypedData } from './checkTypedData.js'
import { SignerRequestError, SigningRefusedError } from './errors.js'
import {
  account,
  createPlanStep,
  router,
  stranger as thief,
  usdc,
} from './testing/planStep.js'

// What a permit is held against: a plan that gives one allowance by permit.
const approved: Parameters<typeof checkTypedData>[0]['approved'] = {
  plan: {
    stage: 'plan',
    parentHash: `0x${'ab'.repeat(32)}`,
    version: 1,
    intentId: 'intent-1',
    chainId: usdc.chainId,
    account,
    steps: [
      createPlanStep({
        approvals: [{ token: usdc.address, spender: router, units: 500n }],
      }),
    ],
    deadlineUnixSeconds: 1_800_000_000,
  },
}

const permit: TypedData = {
  domain: {
    name: 'USD Coin',
    version: '2',
    chainId: 31_337,
    verifyingContract: usdc.address,
  },
  primaryType: 'Permit',
  message: {
    owner: account,
    spender: router,
    value: '500',
    nonce: '0',
    deadline: 1_800_000_000,
  },
}

const check = (change: {
  readonly domain?: Partial<TypedData['domain']>
  readonly message?: TypedData['message']
  readonly primaryType?: string
}) =>
  checkTypedData({
    approved,
    typedData: {
      domain: { ...permit.domain, ...change.domain },
      primaryType: change.primaryType ?? permit.primaryType,
      message: { ...permit.message, ...change.message },
    },
  })

describe('checkTypedData', () => {
  test('default: the allowance that the plan gives, rebuilt', () => {
    expect(check({}).message).toEqual({
      owner: account,
      spender: router,
      value: 500n,
      nonce: 0n,
      deadline: 1_800_000_000n,
    })
  })

  test.each<[string, Parameters<typeof check>[0], RegExp]>([
    ['for another chain', { domain: { chainId: 1 } }, /it is for chain 1/],
    ['of somebody else', { message: { owner: thief } }, /it is of 0x/],
    [
      'for another spender',
      { message: { spender: thief } },
      /it lets 0x\w+e1 take 500 units, which the plan does not/,
    ],
    [
      'of one unit more',
      { message: { value: '501' } },
      /take 501 units, which the plan does not/,
    ],
    [
      'of another token',
      { domain: { verifyingContract: thief } },
      /which the plan does not/,
    ],
    [
      'that outlasts the plan',
      { message: { deadline: 1_800_000_001 } },
      /it lasts longer than the plan/,
    ],
  ])('error: a permit %s', (_what, change, rule) => {
    expect(() => check(change)).toThrow(rule)
    expect(() => check(change)).toThrow(SigningRefusedError)
  })

  test.each([
    ['PermitSingle', /a spender take a token through Permit2/],
    ['PermitBatch', /several tokens through Permit2/],
    ['TransferWithAuthorization', /it gives a token away/],
    ['Delegation', /the right to act, outside a mandate/],
    ['SafeTx', /it acts through a Safe/],
    ['constructor', /nobody knows what it would do/],
    ['Anything', /nobody knows what it would do/],
  ])('error: a %s with the fields of a permit', (primaryType, rule) => {
    expect(() => check({ primaryType })).toThrow(rule)
  })

  test('error: a permit with a field that nobody knows', () => {
    expect(() => check({ message: { more: '1' } })).toThrow(SignerRequestError)
  })
})
