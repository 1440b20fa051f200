import { readUniswapSnapshot, type UniswapSnapshot } from '@behest/evm'
import {
  AmountBeyondLiquidityError,
  findRoute,
  type PoolSet,
  parsePools,
  type Route,
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
  type AskChain,
  type AskContext,
  decline,
  toContract,
} from '../AskContext.js'
import { cutDecimal } from '../text/formatMoney.js'

/**
 * "what would I get for 1 ETH in USDC?" The best route over all pools of the
 * block, with the proof of how near it is to the best possible. Nothing is
 * asked of others, and nothing is offered: this is an answer, not a quote to
 * carry out.
 */
export const answerQuote: AnswerTopic = async (context) => {
  const { question, chain } = context
  const { sell, buy } = question
  if (sell === undefined || buy === undefined)
    return decline(
      'TOKEN_MISSING',
      'Which token for which? Ask such as “what would I get for 1 ETH in USDC?”.',
    )
  const amountIn = await toAmountIn(context, sell)
  if (typeof amountIn !== 'bigint') return amountIn
  const [from, to] = [
    toContract(sell.token, chain),
    toContract(buy.token, chain),
  ]
  if (isSameAddress(from, to))
    return toReply({
      sell: sell.token,
      buy: buy.token,
      amountIn,
      amountOut: amountIn,
      context,
    })
  const { snapshot, poolSet } = await readPools(context, [from, to])
  const route = tryRoute(poolSet, { sell: from, buy: to, amountIn })
  if (!('fills' in route)) return route
  return toReply({
    sell: sell.token,
    buy: buy.token,
    amountIn,
    amountOut: route.amountOut,
    context,
    found: { route, snapshot },
  })
}

type Side = NonNullable<AskContext['question']['sell']>

/** One whole token where no amount was said. */
async function toAmountIn(
  { question, chain, blockNumber }: AskContext,
  sell: Side,
): Promise<bigint | AgentReply> {
  const { token, amount } = sell
  if (amount === undefined && question.buy?.amount !== undefined)
    return decline(
      'SOLD_AMOUNT_MISSING',
      `How much ${token.symbol} would you sell? I can tell what an amount gives, not what a result costs.`,
    )
  if (amount === undefined) return 10n ** BigInt(token.decimals)
  if (amount.type === 'output')
    return decline('AMOUNT_UNRESOLVED', 'Ask with an amount, not with a step.')
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
    ? units
    : decline('AMOUNT_ZERO', `There is no ${token.symbol} to sell.`)
}

type Pools = {
  readonly snapshot: UniswapSnapshot
  readonly poolSet: PoolSet
}

// The last block's pools of each chain: several questions come at one block,
// and the router compiles an array of pools once.
const lastPools = new WeakMap<
  AskChain,
  { readonly key: string; readonly pools: Promise<Pools> }
>()

function readPools(
  { chain, blockNumber }: AskContext,
  tokens: readonly Address[],
): Promise<Pools> {
  const { client, deployment } = chain
  const unlisted = tokens.filter(
    (token) =>
      ![
        deployment.wrappedNative,
        ...deployment.tokens.map((one) => one.address),
      ].some((listed) => isSameAddress(listed, token)),
  )
  const key = [blockNumber, ...unlisted].join(' ')
  const known = lastPools.get(chain)
  if (known?.key === key) return known.pools
  const pools = readUniswapSnapshot({
    client,
    deployment,
    tokens: unlisted,
    blockNumber,
  }).then((snapshot) => ({ snapshot, poolSet: parsePools(snapshot.lines) }))
  lastPools.set(chain, { key, pools })
  pools.catch(() => lastPools.delete(chain))
  return pools
}

function tryRoute(
  poolSet: PoolSet,
  request: {
    readonly sell: string
    readonly buy: string
    readonly amountIn: bigint
  },
): Route | NonNullable<AgentReply> {
  try {
    return findRoute({ pools: poolSet.pools, ...request })
  } catch (error) {
    if (error instanceof AmountBeyondLiquidityError)
      return {
        declined: error.code,
        message: 'The pools cannot take that much. Ask for less.',
      }
    // No route, no pool, too little: the router's own sentence is the answer.
    if (BehestError.isInstance(error))
      return { declined: error.code, message: error.shortMessage }
    throw error
  }
}

function toReply(options: {
  readonly sell: Token
  readonly buy: Token
  readonly amountIn: bigint
  readonly amountOut: bigint
  readonly context: AskContext
  readonly found?: { readonly route: Route; readonly snapshot: UniswapSnapshot }
}): AgentReply {
  const { sell, buy, amountIn, amountOut, context, found } = options
  const sold = toDecimal(amountIn, sell.decimals)
  const bought = toDecimal(amountOut, buy.decimals)
  const ratePerSold = toDecimal(
    (amountOut * 10n ** BigInt(sell.decimals)) / amountIn,
    buy.decimals,
  )
  const hops = found === undefined ? [] : toHops(found, options)
  const values = {
    sell: {
      symbol: sell.symbol,
      token: sell.address,
      units: amountIn.toString(),
      decimal: sold,
    },
    buy: {
      symbol: buy.symbol,
      token: buy.address,
      units: amountOut.toString(),
      decimal: bought,
    },
    ratePerSold,
    blockNumber: context.blockNumber.toString(),
    ...(found === undefined
      ? {}
      : {
          upperBoundDecimal: toDecimal(found.route.upperBound, buy.decimals),
          gapBps: toPlainDecimal(found.route.gapBps),
          pools: found.route.poolCount,
          hops: hops.map(({ pool, venue, feePips }) => ({
            pool,
            venue,
            feePips,
          })),
        }),
  }
  const how =
    found === undefined
      ? 'It is wrapped or unwrapped one to one.'
      : `That is ${cutDecimal(ratePerSold, 8)} ${buy.symbol} for each ${sell.symbol}, through ${hops.length === 1 ? 'one pool' : `${hops.length} pools`}; no route over the ${found.route.poolCount} pools there are gives more than ${toDecimal(found.route.upperBound, buy.decimals)}.`
  return {
    answer: {
      text: `${sold} ${sell.symbol} gives ${bought} ${buy.symbol} now, before gas. ${how} It is no offer: say “swap” to get one.`,
      values,
    },
    ...(found === undefined
      ? {}
      : {
          route: [...hops],
          certificate: {
            upperBoundUnits: found.route.upperBound,
            gapBps: toPlainDecimal(found.route.gapBps),
            pools: found.route.poolCount,
          },
        }),
  }
}

function toHops(
  {
    route,
    snapshot,
  }: { readonly route: Route; readonly snapshot: UniswapSnapshot },
  { context }: { readonly context: AskContext },
): readonly RouteHop[] {
  const { chainId } = context.chain
  const toToken = (id: string): Token => {
    const line = snapshot.tokens.find(({ token }) => isSameAddress(token, id))
    return {
      chainId,
      address: id as Address,
      symbol: line?.symbol ?? id,
      decimals: line?.decimals ?? 0,
    }
  }
  return route.fills.slice(0, 64).map((fill) => {
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
