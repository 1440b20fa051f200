import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryMarket, arbitraryUnits } from '../market/market.arbitrary.js'
import { getMarketRates } from '../rates/getMarketRates.js'
import { buildIncomeCurve, findAmount, getIncome } from './incomeCurve.js'

const horizons = constantFrom(0n, 86_400n, 30n * 86_400n, 365n * 86_400n)

describe('buildIncomeCurve', () => {
  test('behavior: agrees with the exact rates on every deposit', () => {
    assert(
      property(
        arbitraryMarket,
        arbitraryUnits(6, 15),
        integer({ min: 0, max: 1000 }),
        horizons,
        (market, wholeUnits, perMille, horizonSeconds) => {
          const units = (wholeUnits * BigInt(perMille)) / 1000n
          const curve = buildIncomeCurve({
            type: 'supply',
            market,
            wholeUnits,
            capUnits: wholeUnits,
            heldUnits: 0n,
            gasUnits: 0n,
            gasSpreadSeconds: 1n,
            horizonSeconds,
          })
          const share = Number(units) / Number(wholeUnits)
          const { supplyRateRay } = getMarketRates({
            market,
            addedSupplyUnits: units,
            horizonSeconds,
          })
          const exact = share * (Number(supplyRateRay) / 1e27)
          expect(Math.abs(getIncome(curve, share) - exact)).toBeLessThan(
            1e-9 + 1e-9 * exact,
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('behavior: agrees with the exact rates on every borrow', () => {
    assert(
      property(
        arbitraryMarket,
        integer({ min: 0, max: 1000 }),
        horizons,
        (market, perMille, horizonSeconds) => {
          const wholeUnits = market.availableUnits
          if (wholeUnits === 0n || market.suppliedUnits === 0n) return
          const units = (wholeUnits * BigInt(perMille)) / 1000n
          const curve = buildIncomeCurve({
            type: 'borrow',
            market,
            wholeUnits,
            capUnits: wholeUnits,
            heldUnits: 0n,
            gasUnits: 0n,
            gasSpreadSeconds: 1n,
            horizonSeconds,
          })
          const share = Number(units) / Number(wholeUnits)
          const { borrowRateRay } = getMarketRates({
            market,
            addedBorrowUnits: units,
            horizonSeconds,
          })
          const exact = share * (Number(borrowRateRay) / 1e27)
          expect(Math.abs(getIncome(curve, share) + exact)).toBeLessThan(
            1e-9 + 1e-9 * exact,
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  test('behavior: pieces leave no gap and bend as they say', () => {
    assert(
      property(
        arbitraryMarket,
        arbitraryUnits(6, 15),
        constantFrom('supply' as const, 'borrow' as const),
        horizons,
        (market, wholeUnits, type, horizonSeconds) => {
          const curve = buildIncomeCurve({
            type,
            market,
            wholeUnits,
            capUnits: wholeUnits,
            heldUnits: wholeUnits / 3n,
            gasUnits: 0n,
            gasSpreadSeconds: 1n,
            horizonSeconds,
          })
          expect(curve.pieces[0]?.from).toBe(0)
          expect(curve.pieces.at(-1)?.to).toBe(1)
          curve.pieces.forEach((piece, index) => {
            const { from, to, isConcave } = piece
            if (index > 0) expect(from).toBe(curve.pieces[index - 1]?.to)
            expect(Number.isFinite(piece.slopeFrom)).toBe(true)
            expect(Number.isFinite(piece.slopeTo)).toBe(true)
            // Marginal income falls along a concave piece, rises along another.
            const slack = 1e-9 + 1e-7 * Math.abs(piece.slopeFrom)
            if (isConcave)
              expect(piece.slopeTo).toBeLessThanOrEqual(piece.slopeFrom + slack)
            else
              expect(piece.slopeTo).toBeGreaterThanOrEqual(
                piece.slopeFrom - slack,
              )
            if (!isConcave) return
            const price = (piece.slopeFrom + piece.slopeTo) / 2
            const x = findAmount(curve, piece, price, from, to)
            expect(x).toBeGreaterThanOrEqual(from)
            expect(x).toBeLessThanOrEqual(to)
          })
        },
      ),
      { numRuns: 500 },
    )
  })
})
