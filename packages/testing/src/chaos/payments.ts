import {
  aavePoolAbi,
  type ChainDeployment,
  erc20Abi,
  swapRouter02Abi,
} from '@behest/evm'
import type { Address, LegOrder } from '@behest/spec'
import {
  encodeFunctionData,
  encodePacked,
  getAddress,
  type Hex,
  keccak256,
  toHex,
} from 'viem'
import type { Random } from './createRandom.js'

/** What a leg does when it is mined, so that doing it twice can be seen. */
export type Effect =
  /** This address gets this much: it has nothing before. */
  | { readonly type: 'pays'; readonly to: Address; readonly valueWei: bigint }
  /** It reverts: nothing but gas is spent. */
  | { readonly type: 'reverts' }
  /** An allowance that the next leg uses up. */
  | { readonly type: 'allows' }
  /** So much of a token leaves the sender; this address gets some of another. */
  | {
      readonly type: 'trades'
      readonly token: Address
      readonly units: bigint
      readonly got: Address
      readonly to: Address
      /** Exactly so much, or anything above nothing. */
      readonly gotUnits?: bigint
    }

/** One leg, and what must be seen of it on the chain. */
export type ExpectedLeg = {
  readonly order: LegOrder
  readonly effect: Effect
  /** Whether its deadline may pass before it is mined. */
  readonly patience: 'long' | 'short'
}

/** Legs that one approval is for, in order. */
export type Plan = {
  readonly planHash: Hex
  readonly intentId: string
  readonly legs: readonly ExpectedLeg[]
}

/** The most that a payment's gas may cost, in wei per gas. */
export const capWei = 60_000_000_000n

const withdraw = '0x2e1a7d4d' as const

type PlanOptions = {
  readonly name: string
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly random: Random
  /** The chain's own time, in Unix seconds. */
  readonly nowUnixSeconds: number
}

/** Makes up a plan: mostly one payment, sometimes two or three in order. */
export function buildPaymentPlan(options: PlanOptions): Plan {
  const { random } = options
  const count = random.chance(0.15) ? random.between(2, 3) : 1
  const isShort = random.chance(0.25)
  return buildPlan(
    options,
    Array.from({ length: count }, (_, index) => {
      const to = toRecipient(`${options.name}/${index}`)
      const valueWei = BigInt(random.between(1_000, 1_000_000))
      return random.chance(0.04)
        ? {
            to: options.deployment.wrappedNative,
            data: `${withdraw}${'f'.repeat(64)}` as Hex,
            valueWei: 0n,
            gasLimit: 80_000n,
            effect: { type: 'reverts' } as const,
          }
        : {
            to,
            data: '0x' as Hex,
            valueWei,
            gasLimit: 21_000n,
            effect: { type: 'pays', to, valueWei } as const,
          }
    }),
    isShort ? random.between(8, 40) : undefined,
  )
}

/** A real swap: exact allowance, then USDC for ETH's token, to an own recipient. */
export function buildSwapPlan(options: PlanOptions, units: bigint): Plan {
  const { deployment } = options
  const usdc = getToken(deployment, 'USDC')
  const router = deployment.uniswapV3.swapRouter02
  const to = toRecipient(`${options.name}/swap`)
  return buildPlan(options, [
    toAllowance(usdc, router, units),
    {
      to: router,
      data: encodeFunctionData({
        abi: swapRouter02Abi,
        functionName: 'exactInput',
        args: [
          {
            path: encodePacked(
              ['address', 'uint24', 'address'],
              [usdc, 500, deployment.wrappedNative],
            ),
            recipient: to,
            amountIn: units,
            amountOutMinimum: 1n,
          },
        ],
      }),
      valueWei: 0n,
      gasLimit: 400_000n,
      effect: {
        type: 'trades',
        token: usdc,
        units,
        got: deployment.wrappedNative,
        to,
      },
    },
  ])
}

/** A real deposit: exact allowance, then USDC into the lending pool for another. */
export function buildSupplyPlan(
  options: PlanOptions & { readonly receiptToken: Address },
  units: bigint,
): Plan {
  const { deployment } = options
  const usdc = getToken(deployment, 'USDC')
  const to = toRecipient(`${options.name}/supply`)
  return buildPlan(options, [
    toAllowance(usdc, deployment.aaveV3.pool, units),
    {
      to: deployment.aaveV3.pool,
      data: encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'supply',
        args: [usdc, units, to, 0],
      }),
      valueWei: 0n,
      gasLimit: 500_000n,
      effect: {
        type: 'trades',
        token: usdc,
        units,
        got: options.receiptToken,
        to,
      },
    },
  ])
}

export function getToken(deployment: ChainDeployment, symbol: string): Address {
  const token = deployment.tokens.find((one) => one.symbol === symbol)
  if (token === undefined || token.address === 'native')
    throw new RangeError(`The chain lists no token ${symbol}.`)
  return token.address
}

type Call = Pick<LegOrder, 'to' | 'data' | 'valueWei' | 'gasLimit'> & {
  readonly effect: Effect
}

function toAllowance(token: Address, spender: Address, units: bigint): Call {
  return {
    to: token,
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [spender, units],
    }),
    valueWei: 0n,
    gasLimit: 100_000n,
    effect: { type: 'allows' },
  }
}

function buildPlan(
  options: PlanOptions,
  calls: readonly Call[],
  patienceSeconds?: number,
): Plan {
  const planHash = keccak256(toHex(options.name))
  const intentId = `intent ${options.name}`
  return {
    planHash,
    intentId,
    legs: calls.map(({ effect, ...call }, callIndex) => ({
      effect,
      patience: patienceSeconds === undefined ? 'long' : 'short',
      order: {
        ...call,
        legId: keccak256(toHex(`${options.name}/${callIndex}`)),
        intentId,
        planHash,
        stepId: 's1',
        callIndex,
        chainId: options.deployment.chainId,
        account: options.account,
        maxFeePerGasWei: capWei,
        deadlineUnixSeconds:
          options.nowUnixSeconds + (patienceSeconds ?? 7 * 86_400),
      },
    })),
  }
}

/** An address that nobody has used before. */
function toRecipient(name: string): Address {
  return getAddress(`0x${keccak256(toHex(`to ${name}`)).slice(26)}`)
}
