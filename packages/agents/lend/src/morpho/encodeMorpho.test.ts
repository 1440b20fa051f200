import { morphoAbi } from '@behest/evm'
import fc from 'fast-check'
import { decodeFunctionData, maxUint256 } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  account,
  chain,
  deployment,
  market,
  splice,
} from '../../test/fixtures.js'
import {
  encodeMorphoBorrow,
  encodeMorphoRepay,
  encodeMorphoSupply,
  encodeMorphoSupplyCollateral,
  encodeMorphoWithdraw,
  encodeMorphoWithdrawCollateral,
} from './encodeMorpho.js'

const common = { chain, account, market }
const units = fc.bigInt({ min: 0n, max: maxUint256 })

describe('encodeMorpho', () => {
  test.each([
    [
      'supply',
      (amount: bigint) => encodeMorphoSupply({ ...common, units: amount }),
    ],
    [
      'supplyCollateral',
      (amount: bigint) =>
        encodeMorphoSupplyCollateral({ ...common, units: amount }),
    ],
    [
      'repay',
      (amount: bigint) =>
        encodeMorphoRepay({
          ...common,
          amount: { type: 'units', units: amount },
        }),
    ],
  ])(
    '%s: writing another amount at the offsets is encoding it',
    (_name, encode) => {
      fc.assert(
        fc.property(units, units, (amount, realised) => {
          expect(splice(encode(amount), realised).data).toBe(
            encode(realised).data,
          )
        }),
      )
    },
  )

  test('shares are no amount that could be written', () => {
    const call = encodeMorphoRepay({
      ...common,
      amount: { type: 'shares', shares: 7n },
    })
    expect(call.amountOffsets).toBeUndefined()
  })

  test('everything is of the account and for the account', () => {
    const { loanToken, collateralToken, oracle, irm, lltv } = market
    const params = { loanToken, collateralToken, oracle, irm, lltv }
    const calls = [
      encodeMorphoSupply({ ...common, units: 5n }),
      encodeMorphoSupplyCollateral({ ...common, units: 5n }),
      encodeMorphoBorrow({ ...common, units: 5n }),
      encodeMorphoRepay({ ...common, amount: { type: 'units', units: 5n } }),
      encodeMorphoRepay({ ...common, amount: { type: 'shares', shares: 5n } }),
      encodeMorphoWithdraw({
        ...common,
        amount: { type: 'shares', shares: 5n },
      }),
      encodeMorphoWithdrawCollateral({ ...common, units: 5n }),
    ]
    expect(
      calls.map(({ to, data = '0x' }) => {
        expect(to).toBe(deployment.morpho.morpho)
        const { functionName, args } = decodeFunctionData({
          abi: morphoAbi,
          data,
        })
        expect(args?.[0]).toEqual(params)
        return [functionName, ...(args ?? []).slice(1)]
      }),
    ).toEqual([
      ['supply', 5n, 0n, account, '0x'],
      ['supplyCollateral', 5n, account, '0x'],
      ['borrow', 5n, 0n, account, account],
      ['repay', 5n, 0n, account, '0x'],
      ['repay', 0n, 5n, account, '0x'],
      ['withdraw', 0n, 5n, account, account],
      ['withdrawCollateral', 5n, account, account],
    ])
  })
})
