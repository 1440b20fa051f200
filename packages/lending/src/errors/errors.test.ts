import { describe, expect, test } from 'vitest'
import { wad } from '../math/fixedPoint.js'
import { HealthUnreachableError } from './HealthUnreachableError.js'
import { LendingAmountError } from './LendingAmountError.js'
import { MarketChoiceError } from './MarketChoiceError.js'
import { MarketLiquidityError } from './MarketLiquidityError.js'
import { PositionAmountError } from './PositionAmountError.js'
import { RateInputError } from './RateInputError.js'

describe('lending errors', () => {
  test('default: read as what happened and what to do next', () => {
    const lines = [
      new RateInputError({ field: 'reserveFactorBps', value: 10_001 }),
      new LendingAmountError({ field: 'units', units: 0n }),
      new MarketLiquidityError({
        market: 'm1',
        availableUnits: 5n,
        takenUnits: 6n,
      }),
      new PositionAmountError({
        action: 'repay',
        token: '0xusd',
        askedUnits: 6n,
        heldUnits: 5n,
      }),
      new HealthUnreachableError({
        action: 'repay',
        token: '0xusd',
        healthWad: wad,
        targetWad: 2n * wad,
      }),
      ...(
        [
          'none',
          'several-tokens',
          'same-name',
          'unknown-market',
          'no-price',
          'no-collateral',
        ] as const
      ).map((problem) => new MarketChoiceError({ problem, detail: '0xusd' })),
    ].map(({ code, retry, shortMessage }) => [code, retry, shortMessage])
    expect(lines).toMatchInlineSnapshot(`
      [
        [
          "LENDING_RATE_INPUT_INVALID",
          "never",
          "A lending figure is out of range: reserveFactorBps is 10001. Read the market again, then retry.",
        ],
        [
          "LENDING_AMOUNT_NOT_POSITIVE",
          "ask-user",
          "units is 0 units; it must be between 1 and 2^128 - 1. Give another amount.",
        ],
        [
          "LENDING_LIQUIDITY_EXCEEDED",
          "ask-user",
          "Market "m1" holds 5 units, and 6 were to be taken. Take less, or use another market.",
        ],
        [
          "LENDING_AMOUNT_ABOVE_POSITION",
          "ask-user",
          "Cannot repay 6 units of 0xusd: the position owes 5. Ask for that much or less.",
        ],
        [
          "HEALTH_UNREACHABLE",
          "ask-user",
          "To repay all the 0xusd there is leads to a health factor of 1, not 2. Add collateral, or repay another debt too.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          "No market deals in 0xusd. Name another token, or give other markets.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          "The markets deal in several tokens (0xusd). Name the one that is meant.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          "Two markets are called "0xusd". Give each a name of its own.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          ""0xusd" is not among the markets. Use the names of the markets given.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          "There is no price for 0xusd. Give its price in the gas token.",
        ],
        [
          "LENDING_MARKETS_DO_NOT_FIT",
          "ask-user",
          "No market takes 0xusd as collateral. Offer another token.",
        ],
      ]
    `)
  })
})
