// One file because the order of reads and calls inside one simulated block is
// one thing: taking the answers apart depends on how they were put together.
import {
  type Address,
  type AllowanceChange,
  type AssetAddress,
  type AssetDelta,
  type HealthChange,
  type Hex,
  isSameAddress,
  type PositionDelta,
  type SimulateOptions,
  type SimulationResult,
  type Token,
  toDecimal,
} from '@behest/spec'
import {
  type ContractFunctionReturnType,
  encodeFunctionData,
  getAddress,
  hexToBigInt,
  size,
  slice,
} from 'viem'
import { aaveOracleAbi, aavePoolAbi } from '../abi/abis.js'
import type { TokenDirectory } from '../chain/createTokenDirectory.js'
import { getMorphoHealth, toHealthChange } from '../chain/toHealthChange.js'
import {
  type LiquidationPrice,
  toLiquidationPrices,
  toMorphoLiquidationPrices,
} from '../chain/toLiquidationPrices.js'
import type { ChainClient } from '../client/createChainClient.js'
import { decodeAnswer } from '../client/decodeAnswer.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import {
  toAavePositions,
  toAaveReserve,
  toReserveRead,
} from '../lens/aaveReserve.js'
import {
  balanceRead,
  multiTokenRead,
  type Read,
  toUint,
} from '../lens/balanceRead.js'
import { callLens } from '../lens/callLens.js'
import { aaveLens, morphoLens, readLens } from '../lens/lenses.js'
import {
  type MorphoState,
  toBorrowedUnits,
  toMorphoRates,
  toPositionDeltas,
} from '../lens/morphoState.js'
import { decodeRevert } from '../revert/decodeRevert.js'
import { SimulationTooWideError, SimulationUnreliableError } from './errors.js'
import {
  type AllowanceProbe,
  findTouched,
  getAllowanceKey,
  type MultiToken,
  toErc20Probe,
} from './findTouched.js'
import { readNextBlockTime } from './readNextBlockTime.js'
import {
  requestSimulation,
  type SimulationBlock,
  type SimulationCall,
  type SimulationOutcome,
} from './requestSimulation.js'

export type SimulateCallsOptions = SimulateOptions & {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  readonly directory: TokenDirectory
}

/** More than this is no plan of ours, and could fill a block with reads. */
const mostTouched = 96

/** What is measured around the calls. */
type Measured = {
  readonly accounts: readonly Address[]
  readonly assets: readonly AssetAddress[]
  readonly multiTokens: readonly MultiToken[]
  readonly allowances: readonly AllowanceProbe[]
  readonly morphoMarkets: readonly Hex[]
  readonly aaveReserves: readonly Address[]
}

/** What was measured at one boundary between steps; see `listReads`. */
type Snapshot = {
  readonly answers: readonly Hex[]
  readonly markets: readonly MorphoState[]
}

type Pass = {
  readonly snapshots: readonly Snapshot[]
  readonly outcomes: readonly (readonly SimulationOutcome[])[]
  /** The whole of the account's position at Aave afterwards, where touched. */
  readonly aave: AaveAnswer | undefined
}

type AaveAnswer = ContractFunctionReturnType<
  typeof aaveLens.abi,
  'view',
  'readAave'
>

/**
 * Simulates whole steps at one block and measures what they change.
 *
 * Everything happens inside one simulated block, right after `blockNumber` and
 * at its most likely time: reads, the first step's calls, reads, the second
 * step's calls, reads. So no interest accrues between two measurements. A first
 * pass shows by its logs what the calls touch; when that is more than was
 * measured already, a second pass measures it all.
 *
 * @returns Balances, positions, allowances, health and rates, before and after.
 * @throws {SimulationTooWideError} when the calls touch too much to measure.
 * @throws {SimulationUnreliableError} when a balance cannot be read any more.
 * @throws {StateGoneError} when the node dropped the block's state.
 * @throws {ChainReadError} when the node cannot simulate.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function simulateCalls(
  options: SimulateCallsOptions,
): Promise<SimulationResult> {
  const { client, deployment, directory, account, blockNumber, steps } = options
  const timestampUnixSeconds = await readNextBlockTime({
    client,
    blockNumber,
    blockSeconds: deployment.blockSeconds,
  })
  const block: SimulationBlock = {
    client,
    blockNumber,
    timestampUnixSeconds,
    code: {
      [readLens.address]: readLens.code,
      [morphoLens.address]: morphoLens.code,
      [aaveLens.address]: aaveLens.code,
    },
  }
  const first = getFirstGuess(options)
  let pass = await runPass(block, options, first)
  const measured = widen(
    first,
    findTouched({
      deployment,
      account,
      accounts: first.accounts,
      calls: steps.flatMap(({ calls }) => calls),
      logs: pass.outcomes.flat().flatMap(({ logs }) => logs),
    }),
  )
  if (measured !== first) pass = await runPass(block, options, measured)

  const reserves = pickReserves(measured, pass)
  const assets = [
    ...measured.assets,
    ...measured.multiTokens.map(({ token }) => token),
    ...measured.allowances.map(({ token }) => token),
    ...measured.aaveReserves,
    ...(pass.snapshots[0]?.markets ?? []).flatMap(({ params }) => [
      params.loanToken,
      params.collateralToken,
    ]),
  ]
  const held = listHeld(pass.aave)
  const [tokens, loanPrices] = await Promise.all([
    directory.describe(
      [...assets, ...held.map(({ asset }) => asset)],
      blockNumber,
    ),
    readLoanPrices(options, measured, pass),
  ])
  const describe = (asset: AssetAddress): Token =>
    tokens.get(asset) ?? {
      chainId: deployment.chainId,
      address: asset,
      symbol: asset.slice(0, 10),
      decimals: 0,
    }

  return {
    steps: steps.map(({ stepId, calls }, index) => {
      const deltas = toDeltas(measured, pass, index, describe)
      return {
        stepId,
        calls: calls.map((_, callIndex) =>
          toCallResult(pass.outcomes[index]?.[callIndex]),
        ),
        deltas,
        positions: [
          ...toAavePositions({
            deltas,
            reserves: reserves.map(({ asset, reserve }) => ({
              token: describe(asset),
              reserve,
            })),
          }),
          ...toMorphoPositions(measured, pass, index, describe),
        ],
      }
    }),
    allowances: toAllowances(
      measured,
      pass,
      timestampUnixSeconds,
      describe,
      deployment,
    ),
    health: toHealth({ measured, pass, describe, loanPrices }),
    rates: [
      ...reserves.map(({ asset, reserve }) => ({
        venue: 'aave',
        market: asset,
        token: asset,
        supplyPerYear: toDecimal(reserve.supplyRateRay, 27),
        borrowPerYear: toDecimal(reserve.borrowRateRay, 27),
      })),
      ...(pass.snapshots.at(-1)?.markets ?? [])
        .filter(({ id }) => measured.morphoMarkets.includes(id))
        .map((market) => {
          const { supplyWad, borrowWad } = toMorphoRates(market)
          return {
            venue: 'morpho',
            market: market.id,
            token: market.params.loanToken,
            supplyPerYear: toDecimal(supplyWad, 18),
            borrowPerYear: toDecimal(borrowWad, 18),
          }
        }),
    ],
  }
}

/** What is measured before anything is known: enough for most swaps. */
function getFirstGuess(options: SimulateCallsOptions): Measured {
  const { account, otherAccounts, tokens, allowances, deployment } = options
  return {
    accounts: unique([account, ...otherAccounts]),
    assets: unique<AssetAddress>([
      'native',
      ...deployment.tokens.map(({ address }) => address),
      ...tokens,
    ]),
    multiTokens: [],
    allowances: allowances.map(({ token, spender }) =>
      toErc20Probe(account, token, spender),
    ),
    morphoMarkets: [],
    aaveReserves: [],
  }
}

/** Gives the very same object back when there is nothing to add. */
function widen(
  first: Measured,
  touched: ReturnType<typeof findTouched>,
): Measured {
  const has = new Set(first.assets.map((asset) => asset.toLowerCase()))
  const tokens = [...touched.tokens.values()].filter(
    (token) => !has.has(token.toLowerCase()),
  )
  const allowances = new Map(
    first.allowances.map((probe) => [getAllowanceKey(probe), probe]),
  )
  const known = allowances.size
  for (const [key, probe] of touched.allowances)
    if (!allowances.has(key)) allowances.set(key, probe)
  const added =
    tokens.length +
    touched.multiTokens.size +
    (allowances.size - known) +
    touched.morphoMarkets.size +
    touched.aaveReserves.size
  if (added > mostTouched)
    throw new SimulationTooWideError({ touched: added, most: mostTouched })
  if (added === 0) return first
  return {
    accounts: first.accounts,
    assets: [...first.assets, ...tokens],
    multiTokens: [...touched.multiTokens.values()],
    allowances: [...allowances.values()],
    morphoMarkets: [...touched.morphoMarkets],
    aaveReserves: [...touched.aaveReserves],
  }
}

/**
 * One boundary's reads, always in this order: balances (account by account,
 * asset by asset), kinds of ERC-1155, then allowances, Aave's account data and
 * Aave's reserves.
 */
function listReads(measured: Measured, pool: Address): readonly Read[] {
  const { accounts, assets, multiTokens, allowances, aaveReserves } = measured
  const [account] = accounts
  return [
    ...accounts.flatMap((one) => [
      ...assets.map((asset) => balanceRead(asset, one)),
      ...multiTokens.map((token) => multiTokenRead(token, one)),
    ]),
    ...allowances.map(({ target, data }) => ({ target, data })),
    ...(account === undefined
      ? []
      : [
          {
            target: pool,
            data: encodeFunctionData({
              abi: aavePoolAbi,
              functionName: 'getUserAccountData',
              args: [account],
            }),
          },
        ]),
    ...aaveReserves.map((reserve) => toReserveRead(pool, reserve)),
  ]
}

async function runPass(
  block: SimulationBlock,
  options: SimulateCallsOptions,
  measured: Measured,
): Promise<Pass> {
  const { account, steps, deployment } = options
  const reads: SimulationCall[] = [
    {
      to: readLens.address,
      data: encodeFunctionData({
        abi: readLens.abi,
        functionName: 'read',
        args: [listReads(measured, deployment.aaveV3.pool)],
      }),
    },
  ]
  if (measured.morphoMarkets.length > 0)
    reads.push({
      to: morphoLens.address,
      data: encodeFunctionData({
        abi: morphoLens.abi,
        functionName: 'readMorpho',
        args: [
          deployment.morpho.morpho,
          measured.morphoMarkets,
          measured.accounts,
          [],
        ],
      }),
    })
  // Once, at the end: it is the largest read, and only its outcome is shown.
  const tail: SimulationCall[] =
    measured.aaveReserves.length === 0
      ? []
      : [
          {
            to: aaveLens.address,
            data: encodeFunctionData({
              abi: aaveLens.abi,
              functionName: 'readAave',
              args: [deployment.aaveV3.pool, deployment.aaveV3.oracle, account],
            }),
          },
        ]
  const calls = steps.map((step) =>
    step.calls.map(
      (call): SimulationCall => ({
        from: account,
        to: call.to,
        valueWei: call.valueWei,
        data: call.data,
      }),
    ),
  )
  const skipped = new Set<SimulationCall>()
  for (;;) {
    const list = [...reads]
    for (const group of calls)
      list.push(...group.filter((call) => !skipped.has(call)), ...reads)
    list.push(...tail)
    const outcomes = await requestSimulation(block, list)
    if (outcomes !== 'underfunded')
      return takeApart(outcomes, calls, skipped, reads.length)
    skipped.add(await findUnderfunded(block, calls.flat(), skipped))
  }
}

/**
 * Finds the first call that sends more native coin than its sender has.
 *
 * Such a call makes a node refuse the whole block, since no block could hold it.
 * It counts as failed, and the others are measured without it.
 */
async function findUnderfunded(
  block: SimulationBlock,
  calls: readonly SimulationCall[],
  skipped: ReadonlySet<SimulationCall>,
): Promise<SimulationCall> {
  const tried: SimulationCall[] = []
  for (const call of calls) {
    if (skipped.has(call)) continue
    tried.push(call)
    if ((await requestSimulation(block, tried)) === 'underfunded') return call
  }
  throw new SimulationUnreliableError({
    token: 'native',
    account: calls[0]?.from ?? 'unknown',
  })
}

const underfunded: SimulationOutcome = {
  succeeded: false,
  gasUsed: 0n,
  data: '0x',
  message: 'underfunded',
  logs: [],
}

function takeApart(
  outcomes: readonly SimulationOutcome[],
  calls: readonly (readonly SimulationCall[])[],
  skipped: ReadonlySet<SimulationCall>,
  readCount: number,
): Pass {
  let at = 0
  const take = (): SimulationOutcome => outcomes[at++] ?? underfunded
  const takeSnapshot = (): Snapshot => {
    const read = take()
    const morpho = readCount > 1 ? take() : undefined
    return {
      answers: decodeAnswer({
        abi: readLens.abi,
        functionName: 'read',
        data: read.data,
      }),
      markets:
        morpho === undefined
          ? []
          : decodeAnswer({
              abi: morphoLens.abi,
              functionName: 'readMorpho',
              data: morpho.data,
            })[2],
    }
  }
  const snapshots = [takeSnapshot()]
  const results = calls.map((group) => {
    const taken = group.map((call) =>
      skipped.has(call) ? underfunded : take(),
    )
    snapshots.push(takeSnapshot())
    return taken
  })
  return { snapshots, outcomes: results, aave: toAaveAnswer(outcomes[at]) }
}

/** Without it the plan is as good as with it: prices are only shown. */
function toAaveAnswer(
  outcome: SimulationOutcome | undefined,
): AaveAnswer | undefined {
  return outcome === undefined || !outcome.succeeded || outcome.data === '0x'
    ? undefined
    : decodeAnswer({
        abi: aaveLens.abi,
        functionName: 'readAave',
        data: outcome.data,
      })
}

function toCallResult(outcome: SimulationOutcome | undefined) {
  if (outcome === undefined || outcome.succeeded)
    return { succeeded: true, gasUsed: outcome?.gasUsed ?? 0n }
  return {
    succeeded: false,
    gasUsed: outcome.gasUsed,
    reason:
      outcome === underfunded
        ? 'the account has less native coin than the call sends'
        : decodeRevert(outcome.data, outcome.message),
  }
}

function toDeltas(
  measured: Measured,
  pass: Pass,
  index: number,
  describe: (asset: AssetAddress) => Token,
): readonly AssetDelta[] {
  const { accounts, assets, multiTokens } = measured
  const before = pass.snapshots[index]?.answers ?? []
  const after = pass.snapshots[index + 1]?.answers ?? []
  const width = assets.length + multiTokens.length
  return accounts.flatMap((account, row) =>
    [...assets, ...multiTokens].flatMap((item, column) => {
      const at = row * width + column
      const token = describe(typeof item === 'string' ? item : item.token)
      const units = subtract(before[at], after[at], token, account)
      if (units === 0n) return []
      return [
        {
          account,
          token: token.address,
          symbol:
            typeof item === 'string'
              ? token.symbol
              : `${token.symbol} #${item.id}`.slice(0, 64),
          units,
          decimal: toDecimal(
            units,
            typeof item === 'string' ? token.decimals : 0,
          ),
        },
      ]
    }),
  )
}

/** A token that comes into being had 0 before; one that goes silent is a lie. */
function subtract(
  before: Hex | undefined,
  after: Hex | undefined,
  token: Token,
  account: Address,
): bigint {
  const left = toUint(before)
  const right = toUint(after)
  if (right === undefined) {
    if (left === undefined || left === 0n) return 0n
    throw new SimulationUnreliableError({ token: token.address, account })
  }
  return right - (left ?? 0n)
}

function pickReserves(measured: Measured, pass: Pass) {
  const { aaveReserves } = measured
  const answers = pass.snapshots.at(-1)?.answers ?? []
  return aaveReserves.flatMap((asset, index) => {
    const answer = answers[answers.length - aaveReserves.length + index]
    const reserve = toAaveReserve(answer ?? '0x')
    return reserve === undefined ? [] : [{ asset, reserve }]
  })
}

function toMorphoPositions(
  measured: Measured,
  pass: Pass,
  index: number,
  describe: (asset: AssetAddress) => Token,
): readonly PositionDelta[] {
  const before = pass.snapshots[index]?.markets ?? []
  const after = pass.snapshots[index + 1]?.markets ?? []
  return measured.accounts.flatMap((account, row) =>
    after.flatMap((market, column) => {
      const earlier = before[column]
      const shares = market.positions[row]
      const earlierShares = earlier?.positions[row]
      if (!earlier || !shares || !earlierShares) return []
      return toPositionDeltas({
        account,
        before: { market: earlier, shares: earlierShares },
        after: { market, shares },
        loanToken: describe(market.params.loanToken),
        collateralToken: describe(market.params.collateralToken),
      })
    }),
  )
}

function toAllowances(
  measured: Measured,
  pass: Pass,
  timestampUnixSeconds: number,
  describe: (asset: AssetAddress) => Token,
  deployment: ChainDeployment,
): readonly AllowanceChange[] {
  const { accounts, assets, multiTokens, allowances } = measured
  const start = accounts.length * (assets.length + multiTokens.length)
  const read = (snapshot: Snapshot | undefined, index: number): bigint =>
    toAllowanceUnits(
      allowances[index],
      snapshot?.answers[start + index] ?? '0x',
      timestampUnixSeconds,
    )
  return allowances.flatMap((probe, index): readonly AllowanceChange[] => {
    const beforeUnits = read(pass.snapshots[0], index)
    const afterUnits = read(pass.snapshots.at(-1), index)
    if (!probe.isNamed && beforeUnits === afterUnits) return []
    return [
      {
        token: probe.token,
        symbol: isSameAddress(probe.token, deployment.morpho.morpho)
          ? 'Morpho Blue'
          : describe(probe.token).symbol,
        spender: probe.spender,
        kind: probe.kind,
        beforeUnits,
        afterUnits,
      },
    ]
  })
}

function toAllowanceUnits(
  probe: AllowanceProbe | undefined,
  answer: Hex,
  timestampUnixSeconds: number,
): bigint {
  if (probe === undefined || size(answer) < 32) return 0n
  const first = hexToBigInt(slice(answer, 0, 32))
  switch (probe.rule) {
    case 'number':
      return first
    case 'flag':
      return first === 0n ? 0n : 1n
    case 'spender':
      return isSameAddress(getAddress(slice(answer, 12, 32)), probe.spender)
        ? 1n
        : 0n
    case 'permit2': {
      if (size(answer) < 64) return 0n
      // One that ends with this block cannot be used after it.
      const expiration = hexToBigInt(slice(answer, 32, 64))
      return expiration > BigInt(timestampUnixSeconds) ? first : 0n
    }
  }
}

function toHealth(options: {
  readonly measured: Measured
  readonly pass: Pass
  readonly describe: (asset: AssetAddress) => Token
  readonly loanPrices: ReadonlyMap<string, bigint>
}): readonly HealthChange[] {
  const { measured, pass, describe, loanPrices } = options
  const { accounts, aaveReserves, morphoMarkets } = measured
  const [account] = accounts
  if (account === undefined) return []
  const readAave = (snapshot: Snapshot | undefined): bigint | undefined => {
    const answers = snapshot?.answers ?? []
    const answer = answers[answers.length - aaveReserves.length - 1] ?? '0x'
    return size(answer) < 192 ? undefined : hexToBigInt(slice(answer, 160, 192))
  }
  const readMorpho = (market: MorphoState | undefined): bigint | undefined => {
    const position = market?.positions[0]
    if (market === undefined || position === undefined) return undefined
    return getMorphoHealth({
      collateralUnits: position.collateral,
      borrowedUnits: toBorrowedUnits(market, position.borrowShares),
      price: market.price,
      lltv: market.params.lltv,
    })
  }
  const first = pass.snapshots[0]
  const last = pass.snapshots.at(-1)
  const toMorphoPrices = (
    market: MorphoState | undefined,
  ): readonly LiquidationPrice[] => {
    const position = market?.positions[0]
    if (market === undefined || position === undefined) return []
    const loan = market.params.loanToken
    return toMorphoLiquidationPrices({
      collateralUnits: position.collateral,
      borrowedUnits: toBorrowedUnits(market, position.borrowShares),
      lltv: market.params.lltv,
      collateral: describe(market.params.collateralToken),
      loanDecimals: describe(loan).decimals,
      loanPriceUsdE8: loanPrices.get(loan) ?? 0n,
    })
  }
  const aave = toChange({
    venue: 'aave',
    before: readAave(first),
    after: readAave(last),
    liquidationPrices: toAavePrices(pass.aave, describe),
  })
  return [
    // Untouched and unchanged is no news, though there may be a loan.
    ...(aave !== undefined &&
    (aaveReserves.length > 0 || aave.before !== aave.after)
      ? [aave]
      : []),
    ...morphoMarkets.flatMap((id, index) => {
      const change = toChange({
        venue: 'morpho',
        market: id,
        before: readMorpho(first?.markets[index]),
        after: readMorpho(last?.markets[index]),
        liquidationPrices: toMorphoPrices(last?.markets[index]),
      })
      return change === undefined ? [] : [change]
    }),
  ]
}

function toChange(options: {
  readonly venue: string
  readonly market?: string
  readonly before: bigint | undefined
  readonly after: bigint | undefined
  readonly liquidationPrices: readonly LiquidationPrice[]
}): HealthChange | undefined {
  const { before, after, ...rest } = options
  if (after === undefined) return undefined
  return toHealthChange({
    ...rest,
    after,
    ...(before === undefined ? {} : { before }),
  })
}

/** What the account has or owes at Aave, reserve by reserve. */
function listHeld(aave: AaveAnswer | undefined) {
  return (aave?.reserves ?? []).filter(
    ({ accountSupplied, accountVariableDebt, accountStableDebt }) =>
      accountSupplied + accountVariableDebt + accountStableDebt > 0n,
  )
}

function toAavePrices(
  aave: AaveAnswer | undefined,
  describe: (asset: AssetAddress) => Token,
): readonly LiquidationPrice[] {
  if (aave === undefined) return []
  const held = listHeld(aave).map((reserve) => ({
    reserve,
    counts:
      ((aave.userConfiguration >> (reserve.id * 2n + 1n)) & 1n) === 1n &&
      reserve.accountSupplied > 0n,
  }))
  // An e-mode category has factors of its own, of which only the average over
  // all collateral is told: with one collateral that is the factor itself.
  const hidesFactors = aave.userEMode !== 0n
  if (hidesFactors && held.filter(({ counts }) => counts).length > 1) return []
  return toLiquidationPrices(
    held.map(({ reserve, counts }) => ({
      symbol: describe(reserve.asset).symbol,
      decimals: Number(reserve.decimals),
      priceUsdE8: reserve.price,
      collateralUnits: counts ? reserve.accountSupplied : 0n,
      debtUnits: reserve.accountVariableDebt + reserve.accountStableDebt,
      liquidationThresholdBps: hidesFactors
        ? Number(aave.account[3])
        : Number((reserve.configuration >> 16n) & 0xffffn),
    })),
  )
}

/** Dollar prices of the loan tokens that are owed at Morpho afterwards. */
async function readLoanPrices(
  options: SimulateCallsOptions,
  measured: Measured,
  pass: Pass,
): Promise<ReadonlyMap<string, bigint>> {
  const loans = unique(
    (pass.snapshots.at(-1)?.markets ?? [])
      .filter(({ id }) => measured.morphoMarkets.includes(id))
      .filter(({ positions }) => (positions[0]?.borrowShares ?? 0n) > 0n)
      .map(({ params }) => params.loanToken),
  )
  if (loans.length === 0) return new Map()
  const answers = await callLens({
    client: options.client,
    lens: readLens,
    functionName: 'read',
    args: [
      loans.map((loan) => ({
        target: options.deployment.aaveV3.oracle,
        data: encodeFunctionData({
          abi: aaveOracleAbi,
          functionName: 'getAssetPrice',
          args: [loan],
        }),
      })),
    ],
    blockNumber: options.blockNumber,
  })
  return new Map(
    loans.map((loan, index) => [loan, toUint(answers[index]) ?? 0n]),
  )
}

function unique<Item extends string>(items: readonly Item[]): readonly Item[] {
  const seen = new Map(items.map((item) => [item.toLowerCase(), item]))
  return [...seen.values()]
}
