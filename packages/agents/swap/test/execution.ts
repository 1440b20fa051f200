import type { TestChain } from '@behest/agent-testing'
import {
  permit2Abi,
  swapRouter02Abi,
  uniswapV2RouterAbi,
  universalRouterAbi,
} from '@behest/evm'
import { type Address, isSameAddress } from '@behest/spec'
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  numberToHex,
  parseAbi,
  parseUnits,
} from 'viem'
import {
  type Routers as Deployed,
  encodeForRouter,
} from '../src/calls/encodeForRouter.js'
import {
  encodePath,
  encodeSwap,
  getLeastOut,
  getMostIn,
  splitByVenue,
  sumOf,
} from '../src/calls/encodeSwap.js'
import { encodeUniversalSwap } from '../src/calls/encodeUniversalSwap.js'
import { encodeV2Swap } from '../src/calls/encodeV2Swap.js'
import type { SwapHop, SwapLeg } from '../src/calls/SwapLeg.js'
import { encodeMinimal } from './minimalRouter.js'

type ExactIn = Extract<SwapLeg, { type: 'exact-in' }>

/** A route to carry out, by every way that can. */
export type Route = {
  readonly name: string
  readonly sellsNative: boolean
  readonly buysNative: boolean
  readonly legs: readonly SwapLeg[]
}

/** Contracts that a route can be sent to. */
export type Routers = {
  readonly swapRouter02: Address
  readonly swapRouter: Address
  readonly v2Router: Address
  readonly universalRouter: Address
  readonly minimal: Address
}

/** One call that carries a route out. */
export type Way = {
  readonly name:
    | 'ours'
    | 'SwapRouter02, other forms'
    | 'SwapRouter02, no deadline'
    | 'SwapRouter'
    | 'V2 Router02'
    | 'V2 Router02, unmeasured'
    | 'Universal Router'
    | 'yardstick'
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Hex
}

const swapRouterAbi = parseAbi([
  'struct ExactInputSingleParams { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }',
  'struct ExactInputParams { bytes path; address recipient; uint256 deadline; uint256 amountIn; uint256 amountOutMinimum; }',
  'function exactInputSingle(ExactInputSingleParams params) payable returns (uint256)',
  'function exactInput(ExactInputParams params) payable returns (uint256)',
  'function multicall(bytes[] data) payable returns (bytes[])',
  'function unwrapWETH9(uint256 amountMinimum, address recipient) payable',
])
const nobody: Address = '0x0000000000000000000000000000000000000000'
const routerItself: Address = '0x0000000000000000000000000000000000000002'

/** The routes that are measured: fees and venues of the pools in their order. */
export function listRoutes(chain: TestChain): readonly Route[] {
  const { addresses } = chain.devnet
  const hop = (
    sell: string,
    buy: string,
    fee: 'v2' | 100 | 500 | 3000,
  ): SwapHop => {
    const tokenIn = chain.token(sell).address as Address
    const tokenOut = chain.token(buy).address as Address
    const joins = (pool: { token0: Address; token1: Address }) =>
      [pool.token0, pool.token1].every(
        (token) =>
          isSameAddress(token, tokenIn) || isSameAddress(token, tokenOut),
      )
    const pool =
      fee === 'v2'
        ? addresses.uniswapV2.pairs.find(joins)
        : addresses.uniswapV3.pools.find(
            (one) => one.feePips === fee && joins(one),
          )
    if (pool === undefined)
      throw new RangeError(`no pool ${sell} ${buy} ${fee}`)
    return {
      venue: fee === 'v2' ? 'uniswap-v2' : 'uniswap-v3',
      pool: pool.address,
      feePips: fee === 'v2' ? 3000 : fee,
      tokenIn,
      tokenOut,
      amountInUnits: 1n,
      amountOutUnits: 1n,
    }
  }
  const leg = (amountInUnits: bigint, ...hops: SwapHop[]): ExactIn => ({
    type: 'exact-in',
    hops,
    amountInUnits,
    expectedOutUnits: 1n,
    leastOutUnits: 1n,
  })
  const route = (
    name: string,
    legs: readonly SwapLeg[],
    native: 'sold' | 'bought' | 'neither' = 'neither',
  ): Route => ({
    name,
    legs,
    sellsNative: native === 'sold',
    buysNative: native === 'bought',
  })
  const exact = (amountOutUnits: bigint, ...hops: SwapHop[]): SwapLeg => ({
    type: 'exact-out',
    hops,
    amountOutUnits,
    expectedOutUnits: amountOutUnits,
    expectedInUnits: 1n,
    // Ample: what is not needed is not taken, or comes back.
    mostInUnits: parseUnits('10', 18),
  })
  const ether = parseUnits('1.2345', 18)
  const coin = parseUnits('0.05', 8)
  const dollars = parseUnits('3123.45', 6)
  const v3 = hop('WETH', 'USDC', 500)
  const v3Dear = hop('WETH', 'USDC', 3000)
  const v2 = hop('WETH', 'USDC', 'v2')
  const back = hop('USDC', 'WETH', 500)
  const backDear = hop('USDC', 'WETH', 3000)
  const backV2 = hop('USDC', 'WETH', 'v2')
  const aside = [hop('WETH', 'DAI', 3000), hop('DAI', 'USDC', 100)]
  const toEther = hop('WBTC', 'WETH', 3000)
  const toEtherV2 = hop('WBTC', 'WETH', 'v2')
  return [
    route('V3, one pool', [leg(ether, v3)]),
    route('V3, two pools in a row', [leg(coin, toEther, v3)]),
    route('V2, one pair', [leg(ether, v2)]),
    route('V2, two pairs in a row', [leg(coin, toEtherV2, v2)]),
    route('V3 then V2', [leg(coin, toEther, v2)]),
    route('V2 then V3', [leg(coin, toEtherV2, v3)]),
    route('split: V3 + V3', [leg(ether, v3), leg(ether / 3n, v3Dear)]),
    route('split: V3 + V2', [leg(ether, v3), leg(ether / 4n, v2)]),
    route('split: V3 + V3 + V2', [
      leg(ether, v3),
      leg(ether / 3n, v3Dear),
      leg(ether / 4n, v2),
    ]),
    route('split: V3 + V3 + V2 + V3 in a row', [
      leg(ether, v3),
      leg(ether / 3n, v3Dear),
      leg(ether / 4n, v2),
      leg(ether / 5n, ...aside),
    ]),
    route('ETH in, V3', [leg(ether, v3)], 'sold'),
    route('ETH in, V2', [leg(ether, v2)], 'sold'),
    route('ETH in, V3, two pools in a row', [leg(ether, ...aside)], 'sold'),
    route(
      'ETH in, V3 then V2',
      [leg(ether, hop('WETH', 'DAI', 3000), hop('DAI', 'USDC', 'v2'))],
      'sold',
    ),
    route(
      'ETH in, split: V3 + V3',
      [leg(ether, v3), leg(ether / 3n, v3Dear)],
      'sold',
    ),
    route(
      'ETH in, split: V3 + V3 + V2',
      [leg(ether, v3), leg(ether / 3n, v3Dear), leg(ether / 4n, v2)],
      'sold',
    ),
    route('ETH out, V3', [leg(dollars, back)], 'bought'),
    route('ETH out, V2', [leg(dollars, backV2)], 'bought'),
    route(
      'ETH out, split: V3 + V3 + V2',
      [
        leg(dollars, back),
        leg(dollars / 3n, backDear),
        leg(dollars / 4n, backV2),
      ],
      'bought',
    ),
    route('exact out, V3', [exact(dollars, v3)]),
    route('exact out, V2', [exact(dollars, v2)]),
    route('exact out, split: V3 + V2', [
      exact(dollars, v3),
      exact(dollars / 4n, v2),
    ]),
    route('ETH in, exact out, V3', [exact(dollars, v3)], 'sold'),
    route('ETH in, exact out, V2', [exact(dollars, v2)], 'sold'),
    route(
      'ETH in, exact out, V3, two pools in a row',
      [exact(dollars, ...aside)],
      'sold',
    ),
    route(
      'ETH in, exact out, split: V3 + V2',
      [exact(dollars, v3), exact(dollars / 4n, v2)],
      'sold',
    ),
    route(
      'ETH in, exact out, split: V3 + V3 + V2',
      [
        exact(dollars, v3),
        exact(dollars / 3n, v3Dear),
        exact(dollars / 4n, v2),
      ],
      'sold',
    ),
  ]
}

type ListWaysOptions = {
  readonly route: Route
  readonly routers: Routers
  readonly deployment: Deployed
  readonly account: Address
  readonly deadlineUnixSeconds: number
}

/** What each router of ours does with an exact output. */
function listExactOutWays(options: ListWaysOptions): readonly Way[] {
  const { route, routers, deployment } = options
  const { legs, sellsNative } = route
  const { router: to, ...ours } = encodeForRouter({
    ...route,
    ...options,
    routers: deployment,
  })
  const asked = { ...route, ...options }
  const ways: Way[] = [
    { name: 'ours', to, ...ours },
    {
      name: 'SwapRouter02, other forms',
      to: routers.swapRouter02,
      ...encodeSwap(asked),
    },
  ]
  const [leg] = legs
  if (leg !== undefined && legs.length === 1 && isOf(leg, 'uniswap-v2'))
    ways.push({
      name: 'V2 Router02',
      to: routers.v2Router,
      ...encodeV2Swap({ ...asked, leg }),
    })
  if (sellsNative)
    ways.push({
      name: 'Universal Router',
      to: routers.universalRouter,
      ...encodeUniversalSwap(asked),
    })
  return ways
}

/** Every way to carry a route out, with the same bounds. */
export function listWays(options: ListWaysOptions): readonly Way[] {
  const { route, routers, account, deadlineUnixSeconds } = options
  const { sellsNative, buysNative } = route
  const legs = route.legs.filter((leg) => leg.type === 'exact-in')
  if (legs.length < route.legs.length) return listExactOutWays(options)
  const deadline = BigInt(deadlineUnixSeconds)
  const leastOut = sumOf(legs, getLeastOut)
  const valueWei = sellsNative ? sumOf(legs, getMostIn) : 0n
  const ours = encodeForRouter({
    routers: options.deployment,
    legs,
    account,
    sellsNative,
    buysNative,
    deadlineUnixSeconds,
  })
  const ways: Way[] = [
    { name: 'ours', to: ours.router, valueWei, data: ours.data },
    {
      name: 'yardstick',
      to: routers.minimal,
      valueWei,
      data: encodeMinimal({ legs, buysNative, deadlineUnixSeconds }),
    },
  ]
  const add = (name: Way['name'], to: Address, data: Hex) =>
    ways.push({ name, to, valueWei, data })
  const [first] = legs
  const isOne = legs.length === 1 && first !== undefined
  const tokens = first?.hops.flatMap((hop, index) =>
    index === 0 ? [hop.tokenIn, hop.tokenOut] : [hop.tokenOut],
  )
  const isV3 = legs.every((leg) => isOf(leg, 'uniswap-v3'))
  const isV2 = legs.every((leg) => isOf(leg, 'uniswap-v2'))

  // SwapRouter02: both V3 forms, each leg's or all in the path form.
  const unwrap = encodeFunctionData({
    abi: swapRouter02Abi,
    functionName: 'unwrapWETH9',
    args: [leastOut, account],
  })
  for (const form of ['single', 'path'] as const) {
    const calls = legs.flatMap((leg) =>
      encodeRouter02(leg, buysNative ? routerItself : account, form),
    )
    if (buysNative) calls.push(unwrap)
    add(
      'SwapRouter02, other forms',
      routers.swapRouter02,
      encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'multicall',
        args: [deadline, calls],
      }),
    )
    add(
      'SwapRouter02, no deadline',
      routers.swapRouter02,
      calls.length === 1 && calls[0] !== undefined
        ? calls[0]
        : encodeFunctionData({
            abi: swapRouter02Abi,
            functionName: 'multicall',
            args: [calls],
          }),
    )
  }

  if (isV3) {
    const recipient = buysNative ? nobody : account
    const calls = legs.map((leg) => {
      const [hop] = leg.hops
      const bounds = {
        recipient,
        deadline,
        amountIn: leg.amountInUnits,
        amountOutMinimum: leg.leastOutUnits,
      }
      return leg.hops.length === 1 && hop !== undefined
        ? encodeFunctionData({
            abi: swapRouterAbi,
            functionName: 'exactInputSingle',
            args: [{ ...toSingle(hop), ...bounds }],
          })
        : encodeFunctionData({
            abi: swapRouterAbi,
            functionName: 'exactInput',
            args: [{ path: encodePath(leg.hops), ...bounds }],
          })
    })
    if (buysNative)
      calls.push(
        encodeFunctionData({
          abi: swapRouterAbi,
          functionName: 'unwrapWETH9',
          args: [leastOut, account],
        }),
      )
    add(
      'SwapRouter',
      routers.swapRouter,
      calls.length === 1 && calls[0] !== undefined
        ? calls[0]
        : encodeFunctionData({
            abi: swapRouterAbi,
            functionName: 'multicall',
            args: [calls],
          }),
    )
  }

  if (isV2 && isOne && tokens !== undefined) {
    const { amountInUnits, leastOutUnits } = first
    const measured = encodeV2Swap({ ...route, ...options, leg: first })
    add('V2 Router02', routers.v2Router, measured.data)
    add(
      'V2 Router02, unmeasured',
      routers.v2Router,
      sellsNative
        ? encodeFunctionData({
            abi: uniswapV2RouterAbi,
            functionName: 'swapExactETHForTokens',
            args: [leastOutUnits, tokens, account, deadline],
          })
        : encodeFunctionData({
            abi: uniswapV2RouterAbi,
            functionName: buysNative
              ? 'swapExactTokensForETH'
              : 'swapExactTokensForTokens',
            args: [amountInUnits, leastOutUnits, tokens, account, deadline],
          }),
    )
  }

  for (const form of sellsNative ? (['pulled'] as const) : pullForms)
    add(
      'Universal Router',
      routers.universalRouter,
      encodeUniversal({ route: { ...route, legs }, account, deadline, form }),
    )
  return ways
}

/** Allows Permit2 and then the Universal Router an amount. */
export function encodePermit2Approval(
  token: Address,
  spender: Address,
  units: bigint,
): Hex {
  return encodeFunctionData({
    abi: permit2Abi,
    functionName: 'approve',
    args: [token, spender, units, 2 ** 47],
  })
}

function isOf({ hops }: SwapLeg, venue: SwapHop['venue']): boolean {
  return hops.every((hop) => hop.venue === venue)
}

function toSingle(hop: SwapHop) {
  return {
    tokenIn: hop.tokenIn,
    tokenOut: hop.tokenOut,
    fee: hop.feePips,
    sqrtPriceLimitX96: 0n,
  }
}

function encodeRouter02(
  leg: ExactIn,
  recipient: Address,
  form: 'single' | 'path',
): readonly Hex[] {
  const segments = splitByVenue(leg.hops)
  return segments.map((hops, index) => {
    const isLast = index === segments.length - 1
    const [hop] = hops
    if (hop === undefined) throw new RangeError('a hop')
    const to = isLast ? recipient : routerItself
    const amountIn = index === 0 ? leg.amountInUnits : 0n
    const amountOutMinimum = isLast ? leg.leastOutUnits : 0n
    if (hop.venue === 'uniswap-v2')
      return encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'swapExactTokensForTokens',
        args: [
          amountIn,
          amountOutMinimum,
          [hop.tokenIn, ...hops.map(({ tokenOut }) => tokenOut)],
          to,
        ],
      })
    return hops.length === 1 && form === 'single'
      ? encodeFunctionData({
          abi: swapRouter02Abi,
          functionName: 'exactInputSingle',
          args: [
            { ...toSingle(hop), recipient: to, amountIn, amountOutMinimum },
          ],
        })
      : encodeFunctionData({
          abi: swapRouter02Abi,
          functionName: 'exactInput',
          args: [
            {
              path: encodePath(hops),
              recipient: to,
              amountIn,
              amountOutMinimum,
            },
          ],
        })
  })
}

/** Whether each leg draws its own part by Permit2, or one pull feeds all. */
const pullForms = ['each leg', 'pulled'] as const

// The Universal Router's commands and shorthands.
const command = {
  v3ExactIn: 0x00,
  permit2TransferFrom: 0x02,
  v2ExactIn: 0x08,
  wrap: 0x0b,
  unwrap: 0x0c,
}
const self: Address = '0x0000000000000000000000000000000000000002'
const alreadyPaid = 0n
const wholeBalance = 2n ** 255n

function encodeUniversal(options: {
  readonly route: Omit<Route, 'legs'> & { readonly legs: readonly ExactIn[] }
  readonly account: Address
  readonly deadline: bigint
  readonly form: (typeof pullForms)[number]
}): Hex {
  const { route, account, deadline, form } = options
  const { legs, sellsNative, buysNative } = route
  const codes: number[] = []
  const inputs: Hex[] = []
  const add = (code: number, input: Hex) => {
    codes.push(code)
    inputs.push(input)
  }
  const whole = sumOf(legs, getMostIn)
  if (sellsNative) add(command.wrap, encodeTwo(self, whole))
  else if (form === 'pulled')
    add(
      command.permit2TransferFrom,
      encodeAbiParameters(
        [{ type: 'address' }, { type: 'address' }, { type: 'uint160' }],
        [legs[0]?.hops[0]?.tokenIn ?? nobody, self, whole],
      ),
    )
  const recipient = buysNative ? self : account
  for (const leg of legs) {
    const segments = splitByVenue(leg.hops)
    for (const [index, hops] of segments.entries()) {
      const next = segments[index + 1]?.[0]
      const isPair = hops[0]?.venue === 'uniswap-v2'
      // A pool can pay the pair that follows it directly.
      const to =
        next === undefined
          ? recipient
          : next.venue === 'uniswap-v2'
            ? (next.pool as Address)
            : self
      const amountIn =
        index === 0 ? leg.amountInUnits : isPair ? alreadyPaid : wholeBalance
      const amounts = [
        to,
        amountIn,
        next === undefined ? leg.leastOutUnits : 0n,
      ] as const
      const isFromUser = index === 0 && form === 'each leg' && !sellsNative
      const start = [
        { type: 'address' },
        { type: 'uint256' },
        { type: 'uint256' },
      ] as const
      if (isPair)
        add(
          command.v2ExactIn,
          encodeAbiParameters(
            [...start, { type: 'address[]' }, { type: 'bool' }],
            [
              ...amounts,
              [
                hops[0]?.tokenIn ?? nobody,
                ...hops.map(({ tokenOut }) => tokenOut),
              ],
              isFromUser,
            ],
          ),
        )
      else
        add(
          command.v3ExactIn,
          encodeAbiParameters(
            [...start, { type: 'bytes' }, { type: 'bool' }],
            [...amounts, encodePath(hops), isFromUser],
          ),
        )
    }
  }
  if (buysNative)
    add(command.unwrap, encodeTwo(account, sumOf(legs, getLeastOut)))
  return encodeFunctionData({
    abi: universalRouterAbi,
    functionName: 'execute',
    args: [
      concatHex(codes.map((code) => numberToHex(code, { size: 1 }))),
      inputs,
      deadline,
    ],
  })
}

function encodeTwo(address: Address, units: bigint): Hex {
  return encodeAbiParameters(
    [{ type: 'address' }, { type: 'uint256' }],
    [address, units],
  )
}
