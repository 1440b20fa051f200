import type { TestChain } from '@behest/agent-testing'
import { decodeRevert, erc20Abi } from '@behest/evm'
import type { Agent } from '@behest/sdk'
import {
  type Address,
  type AssetAddress,
  type Instruction,
  isSameAddress,
  type Quote,
} from '@behest/spec'
import {
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  numberToHex,
  parseAbi,
} from 'viem'

/** What became of the swaps of one run. */
export type ParityReport = {
  /** Quoted, and carried out in a simulation at the very block. */
  readonly simulated: number
  /** Of these, carried out by transactions too. */
  readonly sent: number
  readonly declined: Readonly<Record<string, number>>
  readonly byKind: Readonly<Record<string, number>>
  /** Each with all that is needed to look at it again. */
  readonly differences: readonly string[]
}

type Swap = Extract<Instruction, { action: 'swap' }>

const symbols = ['ETH', 'WETH', 'USDC', 'DAI', 'WBTC'] as const
const venues = [undefined, undefined, 'uniswap v2', 'uniswap v3'] as const
const ethBalanceAbi = parseAbi([
  'function getEthBalance(address) view returns (uint256)',
])

/** Repeatable numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // The mixing steps of splitmix32.
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
}

/**
 * Asks for random swaps and holds what the chain pays against what was told, to
 * the unit: each in a simulation at the block of the quote, and some by sending
 * them, which also moves the pools for those that follow.
 */
export async function fuzzParity(options: {
  readonly chain: TestChain
  readonly agents: readonly Agent<'swap'>[]
  readonly count: number
  readonly seed: number
  /** One of so many is sent. */
  readonly sendEvery: number
  readonly onProgress?: (done: number) => void
}): Promise<ParityReport> {
  const { chain, agents, count, seed, sendEvery, onProgress } = options
  const random = createRandom(seed)
  const declined: Record<string, number> = {}
  const byKind: Record<string, number> = {}
  const differences: string[] = []
  let simulated = 0
  let sent = 0
  while (simulated < count) {
    const agent = agents[Math.floor(random() * agents.length)]
    if (agent === undefined) break
    const instruction = pickSwap(chain, random)
    const request = await chain.request(instruction)
    const answer = await chain.askRequest(agent, request)
    if (answer.type === 'behest.decline') {
      const code = 'code' in answer ? answer.code : 'none'
      declined[code] = (declined[code] ?? 0) + 1
      continue
    }
    if (!('signature' in answer)) continue
    const kind = `${agent.name} ${instruction.buy.amount === undefined ? 'exact-in' : 'exact-out'}`
    byKind[kind] = (byKind[kind] ?? 0) + 1
    const told = readTold(instruction, answer)
    const paid = await simulate(chain, answer, request.block.number)
    const difference = compare(told, paid)
    simulated += 1
    if (difference !== undefined)
      differences.push(
        `${kind} ${describe(instruction)} at block ${request.block.number}: ${difference}`,
      )
    else if (simulated % sendEvery === 0) {
      const { deltas } = await chain.carryOut(answer)
      const moved = (token: AssetAddress) =>
        deltas.get(token.toLowerCase()) ?? 0n
      const really = compare(told, {
        soldUnits: -moved(told.sell),
        boughtUnits: moved(told.buy),
      })
      sent += 1
      if (really !== undefined)
        differences.push(`${kind} ${describe(instruction)}, sent: ${really}`)
    }
    if (simulated % 500 === 0) onProgress?.(simulated)
  }
  return { simulated, sent, declined, byKind, differences }
}

function pickSwap(chain: TestChain, random: () => number): Swap {
  const pick = <Item>(items: readonly Item[]) =>
    items[Math.floor(random() * items.length)] as Item
  const sell = chain.token(pick(symbols))
  let buy = chain.token(pick(symbols))
  while (buy.symbol === sell.symbol) buy = chain.token(pick(symbols))
  const isExactIn = random() < 0.5
  const side = isExactIn ? sell : buy
  // From one unit to a thousand million dollars, each power of ten as likely.
  const priceUsd = { ETH: 3000, WETH: 3000, WBTC: 95_000 }[side.symbol] ?? 1
  const mostUnits = (1e9 / priceUsd) * 10 ** side.decimals
  const units = BigInt(Math.floor(mostUnits ** random())) || 1n
  const amount = { type: 'exact', units } as const
  const venue = pick(venues)
  return {
    action: 'swap',
    sell: { token: sell, ...(isExactIn ? { amount } : {}) },
    buy: { token: buy, ...(isExactIn ? {} : { amount }) },
    maxSlippageBps: Math.floor(random() * 501),
    ...(venue === undefined ? {} : { venue }),
  }
}

type Moved = { readonly soldUnits: bigint; readonly boughtUnits: bigint }
type Told = Moved & {
  readonly sell: AssetAddress
  readonly buy: AssetAddress
  readonly atLeastUnits: bigint
  readonly atMostUnits: bigint
  /** The least that may arrive, by the user's own numbers. */
  readonly leastUnits: bigint
  /** The most that may go. */
  readonly mostUnits: bigint
}

/** What a quote says on unchanged state, sold and bought. */
function readTold({ sell, buy, maxSlippageBps }: Swap, quote: Quote): Told {
  const [spent] = quote.spend
  const [received] = quote.receive
  const wrapped = quote.route?.[0]?.tokenIn.address
  const starts = (quote.route ?? []).filter(
    ({ tokenIn }) =>
      isSameAddress(tokenIn.address, sell.token.address) ||
      (sell.token.address === 'native' &&
        wrapped !== undefined &&
        isSameAddress(tokenIn.address, wrapped)),
  )
  const throughPools = starts.reduce((sum, hop) => sum + hop.amountInUnits, 0n)
  const soldUnits =
    sell.amount?.type === 'exact'
      ? sell.amount.units
      : starts.length > 0
        ? throughPools
        : (spent?.atMostUnits ?? 0n)
  const boughtUnits = received?.expectedUnits ?? 0n
  const slippage = BigInt(maxSlippageBps)
  return {
    sell: sell.token.address,
    buy: buy.token.address,
    soldUnits,
    boughtUnits,
    atLeastUnits: received?.atLeastUnits ?? 0n,
    atMostUnits: spent?.atMostUnits ?? 0n,
    leastUnits:
      buy.amount?.type === 'exact'
        ? buy.amount.units
        : (boughtUnits * (10_000n - slippage)) / 10_000n,
    mostUnits:
      sell.amount?.type === 'exact'
        ? soldUnits
        : (soldUnits * (10_000n + slippage)) / 10_000n,
  }
}

function compare(told: Told, paid: Moved | string): string | undefined {
  if (typeof paid === 'string') return `it fails: ${paid}`
  if (paid.soldUnits !== told.soldUnits)
    return `takes ${paid.soldUnits} and told ${told.soldUnits}`
  if (paid.boughtUnits !== told.boughtUnits)
    return `pays ${paid.boughtUnits} and told ${told.boughtUnits}`
  if (told.soldUnits > told.atMostUnits || told.boughtUnits < told.atLeastUnits)
    return 'it breaks its own bounds'
  if (told.atLeastUnits < told.leastUnits)
    return `the least, ${told.atLeastUnits}, is looser than asked: ${told.leastUnits}`
  if (told.atMostUnits > told.mostUnits)
    return `the most, ${told.atMostUnits}, is looser than asked: ${told.mostUnits}`
  return undefined
}

type SimulatedCall = {
  readonly status: Hex
  readonly returnData: Hex
  readonly error?: { readonly message?: string; readonly data?: Hex }
}

/** One request: balances, the approval, the call, balances. */
async function simulate(
  chain: TestChain,
  quote: Quote,
  blockNumber: bigint,
): Promise<Moved | string> {
  const { account, client, deployment } = chain
  const sell = quote.spend[0]?.token.address
  const buy = quote.receive[0]?.token.address
  if (sell === undefined || buy === undefined) return 'no sides'
  const read = (asset: AssetAddress) =>
    asset === 'native'
      ? {
          to: deployment.multicall3,
          data: encodeFunctionData({
            abi: ethBalanceAbi,
            functionName: 'getEthBalance',
            args: [account],
          }),
        }
      : {
          to: asset,
          data: encodeFunctionData({
            abi: erc20Abi,
            functionName: 'balanceOf',
            args: [account],
          }),
        }
  const calls: readonly {
    readonly to: Address
    readonly data: Hex
    readonly value?: Hex
  }[] = [
    ...quote.approvals.map(({ token, spender, units }) => ({
      to: token,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [spender, units],
      }),
    })),
    ...quote.calls.map(({ to, data, valueWei }) => ({
      to,
      data,
      ...(valueWei === 0n ? {} : { value: numberToHex(valueWei) }),
    })),
  ]
  const [block] = (await client.request({
    method: 'eth_simulateV1' as never,
    params: [
      {
        blockStateCalls: [
          {
            calls: [read(sell), read(buy), ...calls, read(sell), read(buy)].map(
              (call) => ({ from: account, ...call }),
            ),
          },
        ],
        validation: false,
      },
      numberToHex(blockNumber),
    ] as never,
  })) as unknown as readonly { readonly calls: readonly SimulatedCall[] }[]
  const answers = block?.calls ?? []
  const failed = answers.find(({ status }) => status !== '0x1')
  if (failed !== undefined) {
    const hops = quote.route?.length ?? 0
    return `${decodeRevert(failed.error?.data ?? failed.returnData, failed.error?.message ?? 'reverted')}, ${hops} hops`
  }
  const at = (index: number) =>
    hexToBigInt(answers.at(index)?.returnData ?? '0x0')
  return { soldUnits: at(0) - at(-2), boughtUnits: at(-1) - at(1) }
}

function describe({ sell, buy, venue, maxSlippageBps }: Swap): string {
  const side = ({ token, amount }: Swap['sell']) =>
    `${amount?.type === 'exact' ? `${amount.units} units of ` : ''}${token.symbol}`
  return `${side(sell)} for ${side(buy)}${venue === undefined ? '' : ` on ${venue}`} within ${maxSlippageBps} bps`
}
