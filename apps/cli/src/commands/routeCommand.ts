import { parseArgs } from 'node:util'
import { findRoute, type PoolSet, parsePools, type Route } from '@behest/router'
import { BehestError } from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readFileArgument, readUnits } from '../readInput.js'

const requestSchema = z.object({
  sell: z.string().max(100),
  buy: z.string().max(100),
  amount: z.string().regex(/^\d{1,78}$/),
})

// Longer would be a hang to whoever waits.
const mostMilliseconds = 600_000

/** `behest route`: the best swap over a pool file, offline. */
export function routeCommand(commandArguments: readonly string[]): number {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: {
      pools: { type: 'string' },
      sell: { type: 'string' },
      buy: { type: 'string' },
      amount: { type: 'string' },
      requests: { type: 'string' },
      'gas-price-wei': { type: 'string' },
      'time-limit': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const set = parsePools(readFileArgument('--pools', values.pools))
  for (const note of set.notes) console.error(note)
  const gasPriceWei =
    values['gas-price-wei'] === undefined
      ? undefined
      : readUnits('--gas-price-wei', values['gas-price-wei'])
  const maxMilliseconds = Number(values['time-limit'] ?? '2000')
  if (!(maxMilliseconds > 0 && maxMilliseconds <= mostMilliseconds))
    throw new UsageError(
      `--time-limit must be milliseconds above 0, at most ${mostMilliseconds}.`,
    )
  const answer = (sell: string, buy: string, amountIn: bigint): Route =>
    findRoute({
      pools: set.pools,
      tokens: set.tokens,
      sell: toToken(set, sell),
      buy: toToken(set, buy),
      amountIn,
      ...(gasPriceWei === undefined ? {} : { gasPriceWei }),
      maxMilliseconds,
      now: () => performance.now(),
    })

  if (values.requests !== undefined) {
    const lines = readFileArgument('--requests', values.requests)
      .split('\n')
      .filter((line) => line.trim() !== '')
    for (const line of lines) console.log(answerLine(line, answer))
    return exitCodes.done
  }
  if (values.sell === undefined || values.buy === undefined)
    throw new UsageError('Give --sell <token> and --buy <token>.')
  const route = answer(
    values.sell,
    values.buy,
    readUnits('--amount', values.amount),
  )
  console.log(
    values.json ? JSON.stringify(toWireRoute(route)) : render(route, set),
  )
  return exitCodes.done
}

/** One bad line is answered as such and stops no other. */
function answerLine(
  line: string,
  answer: (sell: string, buy: string, amountIn: bigint) => Route,
): string {
  try {
    const { sell, buy, amount } = requestSchema.parse(JSON.parse(line))
    return JSON.stringify(toWireRoute(answer(sell, buy, BigInt(amount))))
  } catch (error) {
    if (BehestError.isInstance(error))
      return JSON.stringify({ error: error.toReport() })
    const isBadLine =
      error instanceof SyntaxError ||
      error instanceof z.ZodError ||
      error instanceof UsageError
    // Anything else is a defect of ours, and no line's fault.
    if (!isBadLine) throw error
    return JSON.stringify({
      error: {
        code: 'REQUEST_INVALID',
        retry: 'never',
        shortMessage:
          error instanceof UsageError
            ? error.message
            : 'The line is no {sell, buy, amount} with amount in smallest units.',
      },
    })
  }
}

function toWireRoute(route: Route) {
  return {
    amountOut: route.amountOut.toString(),
    upperBound: route.upperBound.toString(),
    gapBps: route.gapBps,
    ...(route.arbitrage
      ? {
          arbitrage: {
            gainUnits: route.arbitrage.gainUnits.toString(),
            gapBps: route.arbitrage.gapBps,
          },
        }
      : {}),
    fills: route.fills.map((fill) => ({
      ...fill,
      amountIn: fill.amountIn.toString(),
      amountOut: fill.amountOut.toString(),
    })),
    milliseconds: route.milliseconds,
    ended: route.ended,
    poolCount: route.poolCount,
    ...(route.net
      ? {
          net: {
            gas: route.net.gas.toString(),
            gasWei: route.net.gasWei.toString(),
            gasUnits: route.net.gasUnits.toString(),
            amountOut: route.net.amountOut.toString(),
            upperBound: route.net.upperBound.toString(),
            gapBps: route.net.gapBps,
          },
        }
      : {}),
    ...(route.notes.length > 0 ? { notes: route.notes } : {}),
  }
}

/** A token by its id in the file, or by the symbol that the file gives it. */
function toToken(set: PoolSet, name: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(name)) return name.toLowerCase()
  const exact = set.tokens.find(({ id }) => id === name)
  if (exact) return exact.id
  const found = set.tokens.filter(
    ({ symbol }) => symbol?.toLowerCase() === name.toLowerCase(),
  )
  const [only, second] = found
  if (second)
    throw new UsageError(
      `The file has several tokens called ${name}. Give the address.`,
    )
  return only?.id ?? name
}

function render(route: Route, set: PoolSet): string {
  const symbol = (token: string): string =>
    set.tokens.find((entry) => entry.id === token)?.symbol ?? token
  return [
    ...route.fills.map(
      ({ pool, tokenIn, tokenOut, amountIn, amountOut }) =>
        `  ${`${amountIn} ${symbol(tokenIn)}`.padStart(36)} ──▶ ${pool} ──▶ ${amountOut} ${symbol(tokenOut)}`,
    ),
    `  ${route.amountOut} ${symbol(route.buy)}, within ${route.gapBps} bps of the best possible (${route.upperBound}) over ${route.poolCount} pools${route.milliseconds === undefined ? '' : `, in ${route.milliseconds.toFixed(2)} ms`}`,
    ...route.notes.map((note) => `  ${note}`),
  ].join('\n')
}
