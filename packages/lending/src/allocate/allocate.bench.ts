import { sample } from 'fast-check'
import { bench, describe } from 'vitest'
import { arbitraryMarkets, arbitraryUnits } from '../market/market.arbitrary.js'
import { ray, wad } from '../math/fixedPoint.js'
import { allocateBorrow } from './allocateBorrow.js'
import { allocateSupply } from './allocateSupply.js'

const files = sample(arbitraryMarkets(20, 20), { numRuns: 200, seed: 1 })
const amounts = sample(arbitraryUnits(9, 14), { numRuns: 200, seed: 2 })
const prices = [
  { token: '0xeth', decimals: 18, priceNativeRay: ray },
  { token: '0xusd', decimals: 6, priceNativeRay: ray / 3000n },
]
const iterations = 1000

/** Each round takes the next of 200 sets of 20 markets, always the same ones. */
const inTurn = (run: (index: number) => void) => {
  let turn = 0
  return () => {
    run(turn % files.length)
    turn += 1
  }
}

describe('20 markets', () => {
  bench(
    'allocateSupply',
    inTurn((index) => {
      allocateSupply({ markets: files[index]!, units: amounts[index]! })
    }),
    { iterations },
  )

  bench(
    'allocateSupply for 30 days',
    inTurn((index) => {
      allocateSupply({
        markets: files[index]!,
        units: amounts[index]!,
        horizonSeconds: 2_592_000n,
      })
    }),
    { iterations },
  )

  bench(
    'allocateBorrow',
    inTurn((index) => {
      allocateBorrow({
        markets: files[index]!,
        units: 10n ** 9n,
        collateral: { token: '0xeth', units: wad },
        prices,
      })
    }),
    { iterations },
  )
})
