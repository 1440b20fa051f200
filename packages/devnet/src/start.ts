import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BehestError } from '@behest/spec'
import {
  type Address,
  type Chain,
  createTestClient,
  defineChain,
  encodeFunctionData,
  type Hex,
  type HttpTransport,
  http,
  parseAbi,
  parseUnits,
  type TestClient,
  toHex,
} from 'viem'
import { type DevnetAccounts, devnetAccounts } from './accounts.js'
import {
  type DevnetAddresses,
  readAddresses,
  type TokenSymbol,
} from './addresses.js'
import { requestRpc } from './requestRpc.js'
import { createStateSaver } from './saveState.js'
import { type AnvilExit, spawnAnvil } from './spawnAnvil.js'
import { getExitFile, readSavedState, readSnapshotState } from './stateFile.js'
import { waitForStateOwner, writeStateOwner } from './stateOwner.js'

/** Thrown when `revert` is given an id that is unknown or already used. */
export class DevnetRevertError extends BehestError {
  readonly code = 'DEVNET_REVERT_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly snapshotId: string }) {
    super(
      `The local chain has no snapshot "${facts.snapshotId}". Take a new one: each is used up by one revert, and by a revert to an older one.`,
      { facts },
    )
  }
}

/** Thrown when a transaction of `setPrice` is not mined, or reverts. */
export class DevnetTransactionError extends BehestError {
  readonly code = 'DEVNET_TRANSACTION_FAILED'
  readonly retry = 'never'

  constructor(facts: { readonly hash: Hex; readonly reason: string }) {
    super(
      `Transaction ${facts.hash} of the local chain ${facts.reason}. Check that automatic mining is on.`,
      { facts },
    )
  }
}

/** Thrown when an option of `start` cannot be honoured. */
export class DevnetOptionError extends BehestError {
  readonly code = 'DEVNET_OPTION_INVALID'
  readonly retry = 'never'

  constructor(facts: {
    readonly option: string
    readonly value: string
    readonly reason: string
  }) {
    super(
      `The local chain cannot start with ${facts.option} ${facts.value}: ${facts.reason}. Correct the option.`,
      { facts },
    )
  }
}

/** How the local chain is started. */
export type StartOptions = {
  /** Port on 127.0.0.1; a free one when absent or 0. */
  readonly port?: number
  /**
   * `instant`: a block per transaction, and none without one. `mixed`: also one
   * block a second, so that chain time goes on and nothing stays pending.
   */
  readonly mining?: 'instant' | 'mixed'
  /** Chain time to start from, in Unix seconds; the clock's when absent. */
  readonly timestampUnixSeconds?: number
  /** Keeps the chain in this file: a chain started with it again goes on. */
  readonly stateFile?: string
  /**
   * Another chain id, for tests of what happens on the wrong chain. Permits,
   * Safe transactions and delegations are then refused by the contracts.
   */
  readonly chainId?: number
}

/** A running local chain. */
export type Devnet = {
  readonly url: string
  /** viem's description of the chain, with Multicall3. */
  readonly chain: Chain
  readonly addresses: DevnetAddresses
  readonly accounts: DevnetAccounts
  /** Anvil's process id. */
  readonly processId: number
  /** Resolves when the chain's process has ended, whoever ended it. */
  readonly exited: Promise<AnvilExit>
  /** Ends the chain; with a state file, after saving it. */
  readonly stop: () => Promise<void>
  /** Anvil's own methods, each with its types: mine, set code, and so on. */
  readonly control: TestClient<'anvil', HttpTransport, Chain>
  /** Lets so many seconds go by, and mines the block that shows it. */
  readonly passTime: (seconds: number) => Promise<void>
  /** Takes a snapshot in memory and gives its id. */
  readonly snapshot: () => Promise<Hex>
  /** Goes back to a snapshot, chain time included. Uses the id up. */
  readonly revert: (snapshotId: Hex) => Promise<void>
  /** Sets what an account owns of one token. */
  readonly deal: (options: {
    readonly account: Address
    readonly token: TokenSymbol | Address | 'native'
    /** The new balance, in the token's smallest unit. */
    readonly amountUnits: bigint
  }) => Promise<void>
  /**
   * Moves a price feed. Aave and Morpho follow it, the pools do not.
   */
  readonly setPrice: (options: {
    readonly symbol: TokenSymbol
    /** US dollars per whole token, as a decimal number: `1100.5`. */
    readonly usd: string
  }) => Promise<void>
}

/** Older state is gone; without pruning memory grows with every block. */
const keptStates = 32

const feedAbi = parseAbi(['function updateAnswer(int256 answer)'])

/** A price change is one transaction on an idle node: milliseconds. */
const receiptTimeoutMs = 10_000

/**
 * Starts the local chain with the real protocols on it.
 *
 * Loads the committed snapshot, so it needs no compiler, no contract package and
 * no network. No process outlives this one, even when it is killed.
 *
 * @param options.port - Port on 127.0.0.1; a free one when absent or 0.
 * @param options.mining - `instant` when absent.
 * @param options.timestampUnixSeconds - Chain time to start from, in Unix
 *   seconds; it must be later than the snapshot's.
 * @param options.stateFile - File that keeps the chain between two starts. One
 *   chain at a time may use it.
 * @param options.chainId - 31337 when absent.
 * @returns The running chain.
 * @throws {DevnetOptionError} when `timestampUnixSeconds` is too early.
 * @throws {DevnetStateInUseError} when a running chain uses `stateFile`.
 * @throws {DevnetStateDamagedError} when `stateFile` cannot be read.
 * @throws {DevnetBinaryMissingError} when anvil is not installed.
 * @throws {DevnetPortTakenError} when the port is taken.
 * @throws {DevnetStartError} when anvil ends before it is ready.
 */
export async function start(options: StartOptions = {}): Promise<Devnet> {
  const { port = 0, mining = 'instant', stateFile } = options
  const addresses = readAddresses()
  const chainId = options.chainId ?? addresses.chainId
  assertTimestamp(options.timestampUnixSeconds, addresses)

  if (stateFile !== undefined) await waitForStateOwner(stateFile)
  const state =
    stateFile === undefined
      ? await readSnapshotState()
      : await readSavedState(stateFile)
  const folder = await mkdtemp(join(tmpdir(), 'behest-devnet-'))
  const flags = [
    '--chain-id',
    String(chainId),
    '--prune-history',
    String(keptStates),
    '--load-state',
    join(folder, 'state.json'),
  ]
  if (mining === 'mixed') flags.push('--mixed-mining', '--block-time', '1')
  if (options.timestampUnixSeconds !== undefined)
    flags.push('--timestamp', String(options.timestampUnixSeconds))
  if (stateFile !== undefined)
    flags.push('--dump-state', getExitFile(stateFile))

  const anvil = await (async () => {
    try {
      await writeFile(join(folder, 'state.json'), state)
      return await spawnAnvil({ port, flags })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })()
  const { url, processId, exited } = anvil
  const request = <Result>(method: string, params: readonly unknown[] = []) =>
    requestRpc<Result>(url, method, params)

  // The loaded state's last block may be months old, and the next one jumps to
  // the present: a deadline counted from the old one would be over by then.
  await request('evm_mine')

  if (stateFile !== undefined) await writeStateOwner(stateFile, processId)
  const saver =
    stateFile === undefined
      ? null
      : createStateSaver({
          url,
          stateFile,
          fromBlock: BigInt(await request<Hex>('eth_blockNumber')),
        })
  // A saver whose chain is gone would ask for ever.
  if (saver !== null) void exited.then(saver.stop)

  const chain = toChain({ url, chainId, addresses })
  const control = createTestClient({
    mode: 'anvil',
    chain,
    transport: http(url),
  })
  return {
    url,
    chain,
    control,
    passTime: async (seconds) => {
      await control.increaseTime({ seconds })
      await control.mine({ blocks: 1 })
    },
    addresses,
    accounts: devnetAccounts,
    processId,
    exited,
    stop: async () => {
      await saver?.stop()
      // What anvil writes as it ends is taken over by the next start: from now
      // on the file may belong to another chain.
      await anvil.stop()
    },
    snapshot: () => request<Hex>('evm_snapshot'),
    revert: async (snapshotId) => {
      if (!(await request<boolean>('evm_revert', [snapshotId])))
        throw new DevnetRevertError({ snapshotId })
    },
    deal: async ({ account, token, amountUnits }) => {
      const amount = toHex(amountUnits)
      if (token === 'native')
        await request('anvil_setBalance', [account, amount])
      else
        await request('anvil_dealERC20', [
          account,
          token.startsWith('0x')
            ? token
            : addresses.tokens[token as TokenSymbol],
          amount,
        ])
    },
    setPrice: async ({ symbol, usd }) => {
      const hash = await request<Hex>('eth_sendTransaction', [
        {
          from: devnetAccounts[0].address,
          to: addresses.priceFeeds[symbol],
          gas: toHex(200_000),
          data: encodeFunctionData({
            abi: feedAbi,
            functionName: 'updateAnswer',
            args: [parseUnits(usd, 8)],
          }),
        },
      ])
      await assertMined(url, hash)
    },
  }
}

function assertTimestamp(
  timestampUnixSeconds: number | undefined,
  addresses: DevnetAddresses,
): void {
  const earliest = addresses.snapshot.timestampUnixSeconds
  if (timestampUnixSeconds === undefined || timestampUnixSeconds > earliest)
    return
  throw new DevnetOptionError({
    option: 'timestampUnixSeconds',
    value: String(timestampUnixSeconds),
    reason: `the snapshot ends at ${earliest}`,
  })
}

function toChain(options: {
  readonly url: string
  readonly chainId: number
  readonly addresses: DevnetAddresses
}): Chain {
  return defineChain({
    id: options.chainId,
    name: 'Behest Devnet',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [options.url] } },
    contracts: { multicall3: { address: options.addresses.multicall3 } },
    testnet: true,
  })
}

async function assertMined(url: string, hash: Hex): Promise<void> {
  const deadlineMs = Date.now() + receiptTimeoutMs
  while (Date.now() < deadlineMs) {
    const receipt = await requestRpc<{ readonly status: Hex } | null>(
      url,
      'eth_getTransactionReceipt',
      [hash],
    )
    if (receipt?.status === '0x1') return
    if (receipt !== null)
      throw new DevnetTransactionError({ hash, reason: 'reverted' })
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new DevnetTransactionError({
    hash,
    reason: `was not mined within ${receiptTimeoutMs} ms`,
  })
}
