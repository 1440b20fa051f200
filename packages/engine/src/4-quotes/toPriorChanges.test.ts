import type { PositionDelta, SimulationResult } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import {
  account,
  buildQuote,
  candidate,
  dai,
  stranger,
  swap,
  usdc,
} from '../testing/fixtures.js'
import { toPriorChanges } from './toPriorChanges.js'

const chosen = [
  { stepId: 's1', instruction: swap, candidate, quote: buildQuote() },
]
const position = (owner: typeof account): PositionDelta => ({
  account: owner,
  venue: 'aave',
  market: usdc.address,
  kind: 'supplied',
  token: usdc.address,
  symbol: 'USDC',
  units: 5n,
  decimal: '0.000005',
})
const measured: SimulationResult = {
  steps: [
    {
      stepId: 's1',
      calls: [],
      deltas: [],
      positions: [position(account), position(stranger)],
    },
  ],
  allowances: [],
  health: [],
  rates: [],
}

describe('toPriorChanges', () => {
  test('behavior: a first step has none', () => {
    expect(
      toPriorChanges({ chosen: [], measured: undefined, account }),
    ).toBeUndefined()
  })

  test('behavior: positions as measured, the account’s own alone', () => {
    expect(toPriorChanges({ chosen, measured, account })?.positions).toEqual([
      position(account),
    ])
  })

  test('behavior: the wallet at the worst that was promised', () => {
    const { quote } = chosen[0] ?? {}
    expect(toPriorChanges({ chosen, measured, account })?.wallet).toEqual([
      { token: usdc.address, units: -1_000_000_000n },
      { token: dai.address, units: quote?.receive[0]?.atLeastUnits },
    ])
  })

  test('behavior: what goes to somebody else is not in the wallet', () => {
    const [only] = chosen
    if (!only) throw new RangeError('a quote')
    const receive = only.quote.receive.map((item) => ({
      ...item,
      account: stranger,
    }))
    expect(
      toPriorChanges({
        chosen: [{ ...only, quote: buildQuote({ receive }) }],
        measured,
        account,
      })?.wallet,
    ).toEqual([{ token: usdc.address, units: -1_000_000_000n }])
  })
})
