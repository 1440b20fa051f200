// One file because it is one position: what a canary says that its account has,
// and the calls that bring it about where the quote is carried out.
import type { ChainDeployment, MorphoMarket } from '@behest/evm'
import {
  type Address,
  type Capability,
  type Hex,
  isSameAddress,
  type PriorChanges,
  type Token,
  toDecimal,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'

const token = parseAbi([
  'function approve(address spender, uint256 units) returns (bool)',
])
const pool = parseAbi([
  'function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
  'function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)',
  'function getUserAccountData(address user) view returns (uint256, uint256, uint256, uint256, uint256, uint256)',
])
const morpho = parseAbi([
  'struct MarketParams { address loanToken; address collateralToken; address oracle; address irm; uint256 lltv; }',
  'function supply(MarketParams marketParams, uint256 assets, uint256 shares, address onBehalf, bytes data)',
  'function supplyCollateral(MarketParams marketParams, uint256 assets, address onBehalf, bytes data)',
  'function borrow(MarketParams marketParams, uint256 assets, uint256 shares, address onBehalf, address receiver)',
  'function position(bytes32 id, address user) view returns (uint256, uint128, uint128)',
])
const variableRate = 2n
/** Whole tokens: worth more than any canary borrows, less than caps leave. */
const pledgedTokens = 50n

type Position = PriorChanges['positions'][number]
type Call = { readonly to: Address; readonly data: Hex }

/** Actions that can be asked only of an account that has something already. */
export type PositionAction = 'withdraw' | 'borrow' | 'repay'

/**
 * Builds what a canary says that earlier steps of its plan did, so that there is
 * something to withdraw, to borrow against, or to repay. Engines ask in the same
 * way for the later steps of a plan, so an agent cannot tell the two apart.
 *
 * @param options.units - What will be asked for, in smallest units.
 * @returns `undefined` where the agent's venue is none that can be tried here.
 */
export function buildCanaryPosition(options: {
  readonly action: PositionAction
  readonly capability: Capability
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly token: Token
  readonly units: bigint
}): PriorChanges | undefined {
  const {
    action,
    capability,
    deployment,
    account,
    token: asked,
    units,
  } = options
  if (asked.address === 'native') return undefined
  const underlying = { ...asked, address: asked.address }
  const venue = ['aave', 'morpho'].find((name) =>
    capability.venues.some((one) => one.toLowerCase() === name),
  )
  if (venue === undefined || capability.venues.length > 1) return undefined
  const market = deployment.morpho.markets.find(({ loanToken }) =>
    isSameAddress(loanToken, asked.address),
  )
  if (venue === 'morpho' && market === undefined) return undefined
  const pledge = deployment.tokens.find(({ address, symbol }) =>
    venue === 'morpho'
      ? isSameAddress(address, market?.collateralToken ?? '')
      : symbol !== asked.symbol &&
        (isSameAddress(address, deployment.wrappedNative) ||
          isSameAddress(asked.address, deployment.wrappedNative)),
  )
  if (pledge === undefined || pledge.address === 'native') return undefined
  const place = (
    kind: Position['kind'],
    held: { symbol: string; address: Address; decimals: number },
    moved: bigint,
  ): Position => ({
    account,
    venue,
    market: venue === 'morpho' ? (market?.id ?? '') : held.address,
    kind,
    token: held.address,
    symbol: held.symbol,
    units: moved,
    decimal: toDecimal(moved, held.decimals),
  })
  const pledged = place(
    venue === 'morpho' ? 'collateral' : 'supplied',
    { ...pledge, address: pledge.address },
    pledgedTokens * 10n ** BigInt(pledge.decimals),
  )
  // Twice what is asked for: all of it is another question than a part.
  const positions: Readonly<Record<PositionAction, readonly Position[]>> = {
    withdraw: [place('supplied', underlying, 2n * units)],
    borrow: [pledged],
    repay: [pledged, place('borrowed', underlying, 2n * units)],
  }
  return {
    positions: [...positions[action]],
    // What was borrowed is still there to be repaid.
    wallet:
      action === 'repay' ? [{ token: asked.address, units: 2n * units }] : [],
  }
}

/** How a position is brought about, and what of it is looked at afterwards. */
export type EncodedPosition = {
  /** Tokens that the account must have for it. */
  readonly lent: readonly Address[]
  readonly calls: readonly Call[]
  /** Answers with what the account owes in its second word. */
  readonly debt: readonly Call[]
}

/**
 * Encodes the calls that bring about what a canary said.
 *
 * @returns `undefined` where that is not known here.
 */
export function encodeCanaryPosition(options: {
  readonly prior: PriorChanges
  readonly account: Address
  readonly deployment: ChainDeployment
}): EncodedPosition | undefined {
  const { prior, account, deployment } = options
  const lent: Address[] = []
  const calls: Call[] = []
  const debt: Call[] = []
  for (const position of prior.positions) {
    const market = deployment.morpho.markets.find(
      ({ id }) => id.toLowerCase() === position.market.toLowerCase(),
    )
    const encoded =
      position.venue === 'aave'
        ? encodeAave(position, account, deployment)
        : position.venue === 'morpho' && market !== undefined
          ? encodeMorpho(position, account, deployment, market)
          : undefined
    if (encoded === undefined || position.units <= 0n) return undefined
    if (position.kind === 'borrowed') debt.push(encoded.debt)
    else {
      lent.push(position.token as Address)
      calls.push({
        to: position.token as Address,
        data: encodeFunctionData({
          abi: token,
          functionName: 'approve',
          args: [encoded.call.to, position.units],
        }),
      })
    }
    calls.push(encoded.call)
  }
  return { lent, calls, debt }
}

function encodeAave(
  position: Position,
  account: Address,
  { aaveV3 }: ChainDeployment,
): { readonly call: Call; readonly debt: Call } {
  const to = aaveV3.pool
  const asset = position.token as Address
  return {
    call: {
      to,
      data:
        position.kind === 'borrowed'
          ? encodeFunctionData({
              abi: pool,
              functionName: 'borrow',
              args: [asset, position.units, variableRate, 0, account],
            })
          : encodeFunctionData({
              abi: pool,
              functionName: 'supply',
              args: [asset, position.units, account, 0],
            }),
    },
    debt: {
      to,
      data: encodeFunctionData({
        abi: pool,
        functionName: 'getUserAccountData',
        args: [account],
      }),
    },
  }
}

function encodeMorpho(
  position: Position,
  account: Address,
  deployment: ChainDeployment,
  { id, ...market }: MorphoMarket,
): { readonly call: Call; readonly debt: Call } {
  const to = deployment.morpho.morpho
  const { units } = position
  const data: Readonly<Record<Position['kind'], () => Hex>> = {
    supplied: () =>
      encodeFunctionData({
        abi: morpho,
        functionName: 'supply',
        args: [market, units, 0n, account, '0x'],
      }),
    collateral: () =>
      encodeFunctionData({
        abi: morpho,
        functionName: 'supplyCollateral',
        args: [market, units, account, '0x'],
      }),
    borrowed: () =>
      encodeFunctionData({
        abi: morpho,
        functionName: 'borrow',
        args: [market, units, 0n, account, account],
      }),
  }
  return {
    call: { to, data: data[position.kind]() },
    debt: {
      to,
      data: encodeFunctionData({
        abi: morpho,
        functionName: 'position',
        args: [id, account],
      }),
    },
  }
}
