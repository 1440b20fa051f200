import {
  type Fill,
  findRoute,
  findRouteExactOut,
  type PoolSet,
} from '@behest/router'
import type { AgentReply } from '@behest/sdk'
import {
  type Address,
  BehestError,
  isSameAddress,
  type RouteHop,
  type Token,
  toDecimal,
} from '@behest/spec'
import {
  type AnswerTopic,
  type AskContext,
  decline,
  toContract,
} from '../AskContext.js'
import { cutDecimal } from '../text/formatMoney.js'
import { type Pools, readPools } from './readPools.js'

/**
 * "what would I get for 1 ETH in USDC?", "what do 100 USDC cost in ETH?" The
 * best route over all pools of the block, with the proof of how near it is to
 * the best possible. Nothing is asked of others, and nothing is offered: this is
 * an answer, not a quote to carry out.
 */
export const answerQuote: AnswerTopic = async (context) => {
  const { question, chain } = context
  const { sell, buy } = question
  if (sell === undefined || buy === undefined)
    return decline(
      'TOKEN_MISSING',
      'Which token for which? Ask such as “what would I get for 1 ETH in USDC?”.',
    )
  const wanted = await toWanted(context, sell, buy)
  if ('declined' in wanted) return wanted
  const from = toContract(sell.token, chain)
  const to = toContract(buy.token, chain)
  if (isSameAddress(from, to))
    return toWrapReply({ sell: sell.token, buy: buy.token, context, wanted })

  const pools = await readPools(context, [from, to])
  const trade = tryTrade(pools.poolSet, { sell: from, buy: to, wanted })
  return 'declined' in trade
    ? trade
    : toTradeReply({
        sell: sell.token,
        buy: buy.token,
        context,
        wanted,
        trade,
        pools,
      })
}

type Side = NonNullable<AskContext['question']['sell']>

/** Which side is fixed, and at how much in its smallest unit. */
type Wanted = { readonly type: 'sold' | 'bought'; readonly units: bigint }

type Refusal = { readonly declined: string; readonly message: string }

/** One whole token is sold where no amount was said. */
async function toWanted(
  { question, chain, blockNumber }: AskContext,
  sell: Side,
  buy: Side,
): Promise<Wanted | Refusal> {
  const refuse = (declined: string, message: string) => ({ declined, message })
  if (sell.amount === undefined && buy.amount !== undefined)
    return buy.amount.type === 'exact' && buy.amount.units > 0n
      ? { type: 'bought', units: buy.amount.units }
      : refuse('AMOUNT_UNRESOLVED', `How much ${buy.token.symbol} exactly?`)
  const { token, amount } = sell
  if (amount === undefined)
    return { type: 'sold', units: 10n ** BigInt(token.decimals) }
  if (amount.type === 'output')
    return refuse('AMOUNT_UNRESOLVED', 'Ask with an amount, not with a step.')
  const units =
    amount.type === 'exact'
      ? amount.units
      : ((await chain.readBalance({
          account: question.account,
          token: token.address,
          blockNumber,
        })) *
          BigInt(amount.bps)) /
        10_000n
  return units > 0n
    ? { type: 'sold', units }
    : refuse('AMOUNT_ZERO', `There is no ${token.symbol} to sell.`)
}

/** What the router found, for either fixed side. */
type Trade = {
  readonly amountIn: bigint
  readonly amountOut: bigint
  /** Of the side that is not fixed: no route is better than this. */
  readonly bound: bigint
  readonly gapBps: number
  readonly poolCount: number
  readonly fills: readonly Fill[]
}

function tryTrade(
  { pools }: PoolSet,
  options: {
    readonly sell: string
    readonly buy: string
    readonly wanted: Wanted
  },
): Trade | Refusal {
  const { sell, buy, wanted } = options
  try {
    if (wanted.type === 'sold') {
      const route = findRoute({ pools, sell, buy, amountIn: wanted.units })
      return { ...route, bound: route.upperBound }
    }
    const route = findRouteExactOut({
      pools,
      sell,
      buy,
      amountOut: wanted.units,
    })
    return { ...route, bound: route.lowerBound }
  } catch (error) {
    // No route, no pool, too much, too little: the router says it best.
    if (BehestError.isInstance(error))
      return { declined: error.code, message: error.shortMessage }
    throw error
  }
}

function toWrapReply(options: {
  readonly sell: Token
  readonly buy: Token
  readonly context: AskContext
  readonly wanted: Wanted
}): AgentReply {
  const { sell, buy, context, wanted } = options
  const amounts = toAmounts({
    sell,
    buy,
    amountIn: wanted.units,
    amountOut: wanted.units,
  })
  return {
    answer: {
      text: `${amounts.sell.decimal} ${sell.symbol} gives ${amounts.buy.decimal} ${buy.symbol}: it is wrapped or unwrapped one to one.`,
      values: { ...amounts, blockNumber: context.blockNumber.toString() },
    },
  }
}

function toTradeReply(options: {
  readonly sell: Token
  readonly buy: Token
  readonly context: AskContext
  readonly wanted: Wanted
  readonly trade: Trade
  readonly pools: Pools
}): AgentReply {
  const { sell, buy, context, wanted, trade } = options
  const { amountIn, amountOut } = trade
  const amounts = toAmounts({ sell, buy, amountIn, amountOut })
  const hops = toHops(options)
  const { poolCount } = trade
  const gapBps = toPlainDecimal(trade.gapBps)
  const isSold = wanted.type === 'sold'
  const boundDecimal = toDecimal(
    trade.bound,
    isSold ? buy.decimals : sell.decimals,
  )
  const through = hops.length === 1 ? 'one pool' : `${hops.length} pools`
  const fact = isSold
    ? `${amounts.sell.decimal} ${sell.symbol} gives ${amounts.buy.decimal} ${buy.symbol}`
    : `${toDecimal(wanted.units, buy.decimals)} ${buy.symbol} costs ${amounts.sell.decimal} ${sell.symbol}`
  const proof = isSold
    ? `gives more than ${boundDecimal} ${buy.symbol}`
    : `costs less than ${boundDecimal} ${sell.symbol}`
  return {
    answer: {
      text: `${fact} now, before gas. That is ${cutDecimal(amounts.ratePerSold, 8)} ${buy.symbol} for each ${sell.symbol}, through ${through}; no route over the ${poolCount} pools there are ${proof}. It is no offer: say “swap” to get one.`,
      values: {
        ...amounts,
        blockNumber: context.blockNumber.toString(),
        ...(isSold
          ? { upperBoundDecimal: boundDecimal }
          : { lowerBoundDecimal: boundDecimal }),
        gapBps,
        pools: poolCount,
        hops: hops.map(({ pool, venue, feePips }) => ({
          pool,
          venue,
          feePips,
        })),
      },
    },
    route: hops,
    // A certificate states the most that could come out: it is for that side.
    ...(isSold
      ? {
          certificate: {
            upperBoundUnits: trade.bound,
            gapBps,
            pools: poolCount,
          },
        }
      : {}),
  }
}

function toAmounts(options: {
  readonly sell: Token
  readonly buy: Token
  readonly amountIn: bigint
  readonly amountOut: bigint
}) {
  const { sell, buy, amountIn, amountOut } = options
  const side = (token: Token, units: bigint) => ({
    symbol: token.symbol,
    token: token.address,
    units: units.toString(),
    decimal: toDecimal(units, token.decimals),
  })
  return {
    sell: side(sell, amountIn),
    buy: side(buy, amountOut),
    ratePerSold: toDecimal(
      (amountOut * 10n ** BigInt(sell.decimals)) / amountIn,
      buy.decimals,
    ),
  }
}

function toHops(options: {
  readonly trade: Trade
  readonly pools: Pools
  readonly context: AskContext
}): RouteHop[] {
  const { trade, pools, context } = options
  const { snapshot } = pools
  const toToken = (id: string): Token => {
    const line = snapshot.tokens.find(({ token }) => isSameAddress(token, id))
    return {
      chainId: context.chain.chainId,
      address: id as Address,
      symbol: line?.symbol ?? id,
      decimals: line?.decimals ?? 0,
    }
  }
  return trade.fills.slice(0, 64).map((fill) => {
    const pool = snapshot.pools.find((one) =>
      isSameAddress(one.pool, fill.pool),
    )
    return {
      pool: fill.pool,
      venue: pool?.venue ?? 'uniswap',
      feePips: pool?.feePips ?? 0,
      tokenIn: toToken(fill.tokenIn),
      tokenOut: toToken(fill.tokenOut),
      amountInUnits: fill.amountIn,
      amountOutUnits: fill.amountOut,
    }
  })
}

/** A small number without exponent: `4e-9` is `0.000000004`. */
function toPlainDecimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '')
}
