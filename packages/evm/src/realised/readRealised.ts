import {
  type Address,
  type AssetAddress,
  type AssetDelta,
  type Hex,
  isSameAddress,
  type PositionDelta,
  type RealisedChanges,
  type Token,
  toDecimal,
} from '@behest/spec'
import type { TokenDirectory } from '../chain/createTokenDirectory.js'
import type { ChainClient } from '../client/createChainClient.js'
import { StateGoneError, toChainError } from '../client/errors.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import {
  toAavePositions,
  toAaveReserve,
  toReserveRead,
} from '../lens/aaveReserve.js'
import { balanceRead, toUint } from '../lens/balanceRead.js'
import { callLens } from '../lens/callLens.js'
import { morphoLens, readLens } from '../lens/lenses.js'
import { type MorphoState, toPositionDeltas } from '../lens/morphoState.js'
import { findTouched } from '../simulation/findTouched.js'
import { decodeMorphoChanges, decodeTransfers } from './decodeTransfers.js'
import { RealisedUnknownError } from './errors.js'
import { fetchReceipt, type MinedTransaction } from './fetchReceipt.js'
import { traceNative } from './traceNative.js'

export type ReadRealisedOptions = {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  readonly directory: TokenDirectory
  readonly account: Address
  readonly otherAccounts: readonly Address[]
  /** Measured in any case; tokens in the logs are added. */
  readonly tokens: readonly AssetAddress[]
  readonly transactions: readonly Hex[]
}

/** Units by account and asset, in the order of both lists. */
type Grid = readonly (readonly bigint[])[]

type Scope = ReadRealisedOptions & {
  readonly mined: readonly MinedTransaction[]
  readonly accounts: readonly Address[]
  readonly assets: readonly AssetAddress[]
  readonly markets: readonly Hex[]
}

/**
 * Measures what mined transactions changed.
 *
 * Balances right before each of their blocks are held against those right after
 * it; what other people's transactions in the same block did is in the
 * difference. Fees are added back to whoever paid them. Where the node no longer
 * has the state, or the account sent something else in the same block, logs and
 * traces stand in for it.
 *
 * @returns Changes that are not zero.
 * @throws {TransactionNotMinedError} when a transaction has no receipt.
 * @throws {RealisedUnknownError} when neither state nor trace is left.
 * @throws {ChainReadError} when the node refuses.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function readRealised(
  options: ReadRealisedOptions,
): Promise<RealisedChanges> {
  const { client, deployment, directory, account, otherAccounts } = options
  const mined = await Promise.all(
    [...new Set(options.transactions)].map((hash) =>
      fetchReceipt(client, hash),
    ),
  )
  const accounts = unique([account, ...otherAccounts])
  const touched = findTouched({
    deployment,
    account,
    accounts,
    calls: [],
    logs: mined.flatMap(({ logs }) => logs),
  })
  const scope: Scope = {
    ...options,
    mined,
    accounts,
    assets: unique<AssetAddress>([
      'native',
      ...options.tokens,
      ...touched.tokens.values(),
    ]),
    markets: [...touched.morphoMarkets],
  }
  const { grid, positions } = await readChanges(scope)
  const tokens = await directory.describe(scope.assets)
  const deltas = accounts.flatMap((one, row) =>
    scope.assets.flatMap((asset, column): readonly AssetDelta[] => {
      const units = grid[row]?.[column] ?? 0n
      const token = tokens.get(asset)
      if (units === 0n || token === undefined) return []
      return [
        {
          account: one,
          token: token.address,
          symbol: token.symbol,
          units,
          decimal: toDecimal(units, token.decimals),
        },
      ]
    }),
  )
  const aave = await readAavePositions(scope, deltas, [...touched.aaveReserves])
  return { deltas, positions: [...aave, ...positions] }
}

type Measurement = {
  readonly grid: Grid
  readonly positions: readonly PositionDelta[]
}

async function readChanges(scope: Scope): Promise<Measurement> {
  try {
    if (!(await isShared(scope))) return await measure(scope)
  } catch (error) {
    if (error instanceof StateGoneError) return decode(scope)
    throw error
  }
  return decode(scope).catch((error: unknown) => {
    // A node without traces: the blocks as a whole are what there is.
    if (error instanceof RealisedUnknownError) return measure(scope)
    throw error
  })
}

/**
 * Tells whether a sender sent more in these blocks than what is measured: two
 * payments of one person in one block must not be held against each other.
 */
async function isShared(scope: Scope): Promise<boolean> {
  const { client, mined } = scope
  const shared = await Promise.all(
    mined.map(async ({ from, blockNumber }) => {
      const [before, after] = await Promise.all(
        [blockNumber - 1n, blockNumber].map((block) =>
          readSentCount(client, from, block),
        ),
      )
      const measured = mined.filter(
        (one) =>
          one.blockNumber === blockNumber && isSameAddress(one.from, from),
      )
      return (after ?? 0) - (before ?? 0) > measured.length
    }),
  )
  return shared.includes(true)
}

async function readSentCount(
  client: ChainClient,
  address: Address,
  blockNumber: bigint,
): Promise<number> {
  try {
    return await client.getTransactionCount({ address, blockNumber })
  } catch (error) {
    throw toChainError(error, { method: 'eth_getTransactionCount' })
  }
}

/** By state: balances around each block. */
async function measure(scope: Scope): Promise<Measurement> {
  const { mined, accounts, assets } = scope
  const blocks = [...new Set(mined.map(({ blockNumber }) => blockNumber))]
  const around = await Promise.all(
    blocks.flatMap((block) => [
      readGrid(scope, block - 1n),
      readGrid(scope, block),
    ]),
  )
  const grid = accounts.map((account, row) =>
    assets.map((asset, column) => {
      let units = 0n
      for (let at = 0; at < around.length; at += 2)
        units +=
          (around[at + 1]?.[row]?.[column] ?? 0n) -
          (around[at]?.[row]?.[column] ?? 0n)
      return asset === 'native' ? units + sumFees(mined, account) : units
    }),
  )
  const positions = await Promise.all(
    blocks.map((block) => readMorphoPositions(scope, block)),
  )
  return { grid, positions: await addUp(scope, positions.flat()) }
}

function sumFees(mined: readonly MinedTransaction[], account: Address): bigint {
  return mined
    .filter(({ from }) => isSameAddress(from, account))
    .reduce((sum, { feeWei }) => sum + feeWei, 0n)
}

async function readGrid(scope: Scope, blockNumber: bigint): Promise<Grid> {
  const { client, accounts, assets } = scope
  const answers = await callLens({
    client,
    lens: readLens,
    functionName: 'read',
    args: [
      accounts.flatMap((account) =>
        assets.map((asset) => balanceRead(asset, account)),
      ),
    ],
    blockNumber,
  })
  return accounts.map((_, row) =>
    assets.map(
      (_, column) => toUint(answers[row * assets.length + column]) ?? 0n,
    ),
  )
}

/**
 * What moved in Morpho positions over one block. Both sides are valued as of
 * the block itself: interest on what was there before is nobody's doing.
 */
async function readMorphoPositions(
  scope: Scope,
  blockNumber: bigint,
): Promise<readonly PositionDelta[]> {
  const { markets, accounts } = scope
  if (markets.length === 0) return []
  const [before, after] = await Promise.all([
    readMarkets(scope, blockNumber - 1n),
    readMarkets(scope, blockNumber),
  ])
  const describe = await describeMarkets(scope, after)
  return after.flatMap((market, column) =>
    accounts.flatMap((account, row) => {
      const shares = market.positions[row]
      const earlier = before[column]?.positions[row]
      if (shares === undefined || earlier === undefined) return []
      return toPositionDeltas({
        account,
        before: { market, shares: earlier },
        after: { market, shares },
        loanToken: describe(market.params.loanToken),
        collateralToken: describe(market.params.collateralToken),
      })
    }),
  )
}

async function readMarkets(
  scope: Scope,
  blockNumber?: bigint,
): Promise<readonly MorphoState[]> {
  const { client, deployment, markets, accounts } = scope
  const [, , states] = await callLens({
    client,
    lens: morphoLens,
    functionName: 'readMorpho',
    args: [deployment.morpho.morpho, markets, accounts, []],
    blockNumber,
  })
  return states
}

async function describeMarkets(
  scope: Scope,
  markets: readonly MorphoState[],
): Promise<(address: Address) => Token> {
  const assets = markets.flatMap(({ params }) => [
    params.loanToken,
    params.collateralToken,
  ])
  const tokens = await scope.directory.describe(assets)
  return (address) =>
    tokens.get(address) ?? {
      chainId: scope.deployment.chainId,
      address,
      symbol: address.slice(0, 10),
      decimals: 0,
    }
}

/** By logs and traces: for blocks whose state is gone. */
async function decode(scope: Scope): Promise<Measurement> {
  const { client, deployment, mined, accounts, assets, markets } = scope
  const native = await Promise.all(
    mined.map(({ hash }) => traceNative({ client, hash, accounts })),
  )
  const logged = mined.flatMap(({ logs }) =>
    decodeTransfers(logs, deployment.wrappedNative),
  )
  const grid = accounts.map((account, row) =>
    assets.map((asset) =>
      asset === 'native'
        ? native.reduce((sum, wei) => sum + (wei[row] ?? 0n), 0n)
        : logged
            .filter(
              (change) =>
                isSameAddress(change.asset, asset) &&
                isSameAddress(change.account, account),
            )
            .reduce((sum, { units }) => sum + units, 0n),
    ),
  )
  // A market's tokens never change, so any state tells them.
  const states = markets.length === 0 ? [] : await readMarkets(scope)
  const describe = await describeMarkets(scope, states)
  const positions = mined
    .flatMap(({ logs }) => decodeMorphoChanges(logs, deployment.morpho.morpho))
    .flatMap(({ account, market, kind, units }): readonly PositionDelta[] => {
      const state = states.find(({ id }) => id === market)
      const owner = accounts.find((one) => isSameAddress(one, account))
      if (state === undefined || owner === undefined) return []
      const token = describe(
        kind === 'collateral'
          ? state.params.collateralToken
          : state.params.loanToken,
      )
      return [
        {
          account: owner,
          venue: 'morpho',
          market,
          kind,
          token: token.address,
          symbol: token.symbol,
          units,
          decimal: toDecimal(units, token.decimals),
        },
      ]
    })
  return { grid, positions: await addUp(scope, positions) }
}

async function readAavePositions(
  scope: Scope,
  deltas: readonly AssetDelta[],
  reserves: readonly Address[],
): Promise<readonly PositionDelta[]> {
  if (reserves.length === 0) return []
  const { client, deployment, directory } = scope
  const [answers, tokens] = await Promise.all([
    callLens({
      client,
      lens: readLens,
      functionName: 'read',
      args: [
        reserves.map((asset) => toReserveRead(deployment.aaveV3.pool, asset)),
      ],
    }),
    directory.describe(reserves),
  ])
  return toAavePositions({
    deltas,
    reserves: reserves.flatMap((asset, index) => {
      const reserve = toAaveReserve(answers[index] ?? '0x')
      const token = tokens.get(asset)
      return reserve === undefined || token === undefined
        ? []
        : [{ token, reserve }]
    }),
  })
}

/** One line per account, market and kind, over all blocks. */
async function addUp(
  scope: Scope,
  positions: readonly PositionDelta[],
): Promise<readonly PositionDelta[]> {
  const tokens = await scope.directory.describe(
    positions.map(({ token }) => token),
  )
  const sums = new Map<string, PositionDelta>()
  for (const position of positions) {
    const { account, market, kind, token } = position
    const key = `${account}:${market}:${kind}`.toLowerCase()
    const units = position.units + (sums.get(key)?.units ?? 0n)
    const decimal = toDecimal(units, tokens.get(token)?.decimals ?? 0)
    sums.set(key, { ...position, units, decimal })
  }
  return [...sums.values()].filter(({ units }) => units !== 0n)
}

function unique<Item extends string>(items: readonly Item[]): readonly Item[] {
  const seen = new Map(items.map((item) => [item.toLowerCase(), item]))
  return [...seen.values()]
}
