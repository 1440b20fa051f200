import { aavePoolAbi, wrappedTokenGatewayAbi } from '@behest/evm'
import fc from 'fast-check'
import { decodeFunctionData, maxUint256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { account, chain, deployment, splice } from '../../test/fixtures.js'
import {
  encodeAaveBorrow,
  encodeAaveRepay,
  encodeAaveSupply,
  encodeAaveWithdraw,
} from './encodeAave.js'

const token = deployment.wrappedNative
const units = fc.bigInt({ min: 0n, max: maxUint256 })
const toCommon = (isNative: boolean, amount: bigint) => ({
  chain,
  account,
  token,
  isNative,
  units: amount,
})

describe('encodeAave', () => {
  test.each([
    ['supply', encodeAaveSupply],
    ['repay', encodeAaveRepay],
  ])(
    '%s: writing another amount at the offsets is encoding it',
    (_name, encode) => {
      fc.assert(
        fc.property(
          units,
          units,
          fc.boolean(),
          (amount, realised, isNative) => {
            const call = encode(toCommon(isNative, amount))
            const wanted = encode(toCommon(isNative, realised))
            expect(splice(call, realised)).toEqual({
              valueWei: wanted.valueWei ?? 0n,
              data: wanted.data,
            })
            expect(call.valueWei ?? 0n).toBe(isNative ? amount : 0n)
          },
        ),
      )
    },
  )

  test('everything is on the account’s own behalf', () => {
    const calls = [
      encodeAaveSupply(toCommon(false, 5n)),
      encodeAaveRepay(toCommon(false, 5n)),
      ...encodeAaveBorrow(toCommon(false, 5n)),
      ...encodeAaveWithdraw({ ...toCommon(false, 5n), withdrawnUnits: 5n }),
    ]
    expect(
      calls.map(({ to, data = '0x' }) => {
        expect(to).toBe(deployment.aaveV3.pool)
        const { functionName, args } = decodeFunctionData({
          abi: aavePoolAbi,
          data,
        })
        return [functionName, ...(args ?? [])]
      }),
    ).toEqual([
      ['supply', token, 5n, account, 0],
      ['repay', token, 5n, 2n, account],
      ['borrow', token, 5n, 2n, 0, account],
      ['withdraw', token, 5n, account],
    ])
  })

  test('native coin: in through the gateway, out by the account itself', () => {
    const supply = encodeAaveSupply(toCommon(true, 5n))
    expect(supply.to).toBe(deployment.aaveV3.wrappedTokenGateway)
    expect(
      decodeFunctionData({
        abi: wrappedTokenGatewayAbi,
        data: supply.data ?? '0x',
      }),
    ).toEqual({
      functionName: 'depositETH',
      args: [deployment.aaveV3.pool, account, 0],
    })
    const withdraw = encodeAaveWithdraw({
      ...toCommon(true, 5n),
      withdrawnUnits: maxUint256,
    })
    expect(withdraw.map(({ to }) => to)).toEqual([
      deployment.aaveV3.pool,
      deployment.wrappedNative,
    ])
  })
})
