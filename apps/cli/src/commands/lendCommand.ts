import { parseArgs } from 'node:util'
import {
  allocateBorrow,
  allocateSupply,
  type MarketFile,
  parseMarkets,
} from '@behest/lending'
import { toUnits } from '@behest/spec'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readFileArgument, readUnits } from '../readInput.js'
import { refinance } from './refinance.js'

/** `behest lend`: the best allocation over a market file, offline. */
export function lendCommand(commandArguments: readonly string[]): number {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: {
      markets: { type: 'string' },
      supply: { type: 'string' },
      borrow: { type: 'string' },
      collateral: { type: 'string' },
      token: { type: 'string' },
      'min-health': { type: 'string' },
      refinance: { type: 'string' },
      from: { type: 'string' },
      within: { type: 'string' },
      cost: { type: 'string' },
      'flash-fee-bps': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const asked = [values.supply, values.borrow, values.refinance]
  if (asked.filter((units) => units !== undefined).length !== 1)
    throw new UsageError(
      'Give one of --supply <units>, --borrow <units> and --refinance <units>.',
    )
  const file = parseMarkets(readFileArgument('--markets', values.markets))
  if (values.refinance !== undefined) {
    console.log(refinance(file, values))
    return exitCodes.done
  }
  const token =
    values.token === undefined ? {} : { token: toToken(file, values.token) }
  const answer =
    values.supply === undefined
      ? borrow({ file, values, token })
      : supply({ file, units: readUnits('--supply', values.supply), token })
  console.log(values.json ? JSON.stringify(answer) : render(answer))
  return exitCodes.done
}

type Answer = {
  readonly allocation: readonly ({
    readonly market: string
    readonly units: string
    readonly ratePerYear: string
  } & Record<string, string>)[]
  readonly ratePerYear: string
  readonly upperBoundRatePerYear: string
  readonly gapBps: number
} & Record<string, unknown>

function supply(options: {
  readonly file: MarketFile
  readonly units: bigint
  readonly token: { readonly token?: string }
}): Answer {
  const { file, units, token } = options
  const best = allocateSupply({ markets: file.markets, units, ...token })
  return {
    allocation: best.allocation.map((part) => ({
      market: part.market,
      units: part.units.toString(),
      ratePerYear: part.ratePerYear,
      labelRatePerYear: part.labelRatePerYear,
    })),
    ratePerYear: best.ratePerYear,
    upperBoundRatePerYear: best.upperBoundRatePerYear,
    gapBps: best.gapBps,
  }
}

function borrow(options: {
  readonly file: MarketFile
  readonly values: {
    readonly borrow?: string | undefined
    readonly collateral?: string | undefined
    readonly 'min-health'?: string | undefined
  }
  readonly token: { readonly token?: string }
}): Answer {
  const { file, values, token } = options
  const [name, units, ...more] = (values.collateral ?? '').split(':')
  if (!name || units === undefined || more.length > 0)
    throw new UsageError('Give --collateral <token>:<units>.')
  const minHealth = values['min-health']
  if (minHealth !== undefined && !/^\d{1,6}(?:\.\d{1,18})?$/.test(minHealth))
    throw new UsageError('--min-health must be a number such as 1.5.')
  const best = allocateBorrow({
    markets: file.markets,
    units: readUnits('--borrow', values.borrow),
    collateral: {
      token: toToken(file, name),
      units: readUnits('--collateral', units),
    },
    prices: file.tokens,
    ...token,
    ...(minHealth === undefined
      ? {}
      : { minHealthWad: toUnits(minHealth, 18) }),
  })
  return {
    allocation: best.allocation.map((part) => ({
      market: part.market,
      units: part.units.toString(),
      collateralUnits: part.collateralUnits.toString(),
      health: part.health,
      liquidationPriceShare: part.liquidationPriceShare,
      ratePerYear: part.ratePerYear,
      labelRatePerYear: part.labelRatePerYear,
    })),
    ratePerYear: best.ratePerYear,
    upperBoundRatePerYear: best.upperBoundRatePerYear,
    lowerBoundRatePerYear: best.lowerBoundRatePerYear,
    gapBps: best.gapBps,
    warning: best.verdict.type === 'warning',
  }
}

/** A token by its address, or by the symbol that the file gives it. */
function toToken(file: MarketFile, name: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(name)) return name.toLowerCase()
  const found = file.tokens.filter(
    ({ symbol }) => symbol?.toLowerCase() === name.toLowerCase(),
  )
  const [only, second] = found
  if (only && !second) return only.token
  throw new UsageError(
    second
      ? `The file has several tokens called ${name}. Give the address.`
      : `The file has no token called ${name}. Give the address.`,
  )
}

function render(answer: Answer): string {
  return [
    ...answer.allocation.map(
      ({ market, units, ratePerYear, health }) =>
        `  ${market.padEnd(24)} ${units.padStart(26)}   ${ratePerYear} a year${health === undefined ? '' : `   health ${health}`}`,
    ),
    `  together ${answer.ratePerYear} a year, within ${answer.gapBps} bps of the best possible (${answer.upperBoundRatePerYear})`,
  ].join('\n')
}
