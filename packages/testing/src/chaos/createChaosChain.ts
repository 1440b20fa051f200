import { start } from '@behest/devnet'
import { type ChainDeployment, toLocalDeployment } from '@behest/evm'
import { type Address, BehestError, type Hex } from '@behest/spec'
import { hexToNumber, numberToHex } from 'viem'
import type { Random } from './createRandom.js'

/** A local chain whose every block is made, and taken back, by the harness. */
export type ChaosChain = {
  readonly url: string
  readonly deployment: ChainDeployment
  readonly processId: number
  readonly devnet: Awaited<ReturnType<typeof start>>
  /** Asks the chain itself, past every fault. */
  readonly request: <Result>(
    method: string,
    params?: readonly unknown[],
  ) => Promise<Result>
  /** Many questions in one request; answers in their order. */
  readonly requestAll: <Result>(
    calls: readonly { method: string; params: readonly unknown[] }[],
  ) => Promise<readonly Result[]>
  /** Keeps blocks from being made or taken back while `work` reads. */
  readonly hold: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly mine: () => Promise<void>
  /**
   * Replaces the newest blocks. Their transactions come back in other blocks,
   * vanish for good, or each sender's first few come back.
   */
  readonly reorg: (options: {
    readonly depth: number
    readonly fate: 'return' | 'vanish' | 'mixed'
    readonly random: Random
  }) => Promise<{ readonly transactions: number }>
  /** Removes waiting transactions from the node's pool; gives how many. */
  readonly drop: (options: {
    readonly share: number
    readonly random: Random
  }) => Promise<number>
  readonly setBaseFee: (wei: bigint) => Promise<void>
  /** Moves the chain's own clock ahead. */
  readonly skipSeconds: (seconds: number) => Promise<void>
  /** The newest block, as far as the harness has made them. */
  readonly getHead: () => number
  /** The highest time that any block had, in Unix seconds. */
  readonly getNewestTimestamp: () => number
  /** No block above this number was there at that time of the wall clock, in ms. */
  readonly getHighestBlockAt: (atMs: number) => number
  /** Remembers bytes, so that a reorg can put their transaction elsewhere. */
  readonly rememberRaw: (hash: Hex, raw: Hex) => void
  readonly stop: () => Promise<void>
}

type BlockAnswer = {
  readonly number: Hex
  readonly timestamp: Hex
  readonly transactions: readonly {
    readonly hash: Hex
    readonly from: Address
    readonly nonce: Hex
  }[]
}

/** Thrown when the local chain refuses what the harness asks of it. */
export class ChaosChainError extends BehestError {
  readonly code = 'CHAOS_CHAIN_REFUSED'
  readonly retry = 'never'

  constructor(facts: { readonly method: string; readonly reason: string }) {
    super(
      `The chain of the chaos harness refused ${facts.method}: ${facts.reason}. The run does not count; correct the harness.`,
      { facts },
    )
  }
}

/**
 * Starts a local chain that mines only when told.
 *
 * @param options.depth - Blocks, its own included, that make a transaction final.
 */
export async function createChaosChain(options: {
  readonly depth: number
}): Promise<ChaosChain> {
  const devnet = await start()
  const { url } = devnet
  const deployment: ChainDeployment = {
    ...toLocalDeployment(devnet.addresses),
    finalityDepth: options.depth,
  }
  const raws = new Map<Hex, Hex>()
  const heights: { atMs: number; number: number }[] = []
  let head = 0
  let newestTimestamp = 0
  let queue: Promise<unknown> = Promise.resolve()

  async function post(body: unknown): Promise<unknown> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.json()
  }

  async function requestAll<Result>(
    calls: readonly { method: string; params: readonly unknown[] }[],
  ): Promise<readonly Result[]> {
    if (calls.length === 0) return []
    const answers = (await post(
      calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })),
    )) as { id: number; result?: Result; error?: { message: string } }[]
    const sorted = [...answers].sort((a, b) => a.id - b.id)
    return sorted.map(({ result, error }, index) => {
      if (error !== undefined)
        throw new ChaosChainError({
          method: calls[index]?.method ?? '?',
          reason: error.message,
        })
      return result as Result
    })
  }

  const request = async <Result>(
    method: string,
    params: readonly unknown[] = [],
  ): Promise<Result> =>
    (await requestAll<Result>([{ method, params }]))[0] as Result

  /** One at a time: a reorg between two reads would look like a broken rule. */
  function hold<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = queue.then(work)
    queue = done.catch(() => {})
    return done
  }

  async function readNewest(): Promise<void> {
    const block = await request<BlockAnswer>('eth_getBlockByNumber', [
      'latest',
      false,
    ])
    head = hexToNumber(block.number)
    newestTimestamp = Math.max(newestTimestamp, hexToNumber(block.timestamp))
  }

  await request('evm_setAutomine', [false])
  await readNewest()
  const first = head
  heights.push({ atMs: 0, number: head })

  return {
    url,
    deployment,
    processId: devnet.processId,
    devnet,
    request,
    requestAll,
    hold,
    mine: () =>
      hold(async () => {
        heights.push({ atMs: Date.now(), number: head + 1 })
        await request('evm_mine')
        await readNewest()
      }),

    reorg: ({ depth, fate, random }) =>
      hold(async () => {
        const deep = Math.min(depth, head - first)
        if (deep < 1) return { transactions: 0 }
        const blocks = await requestAll<BlockAnswer>(
          Array.from({ length: deep }, (_, index) => ({
            method: 'eth_getBlockByNumber',
            params: [numberToHex(head - deep + 1 + index), true],
          })),
        )
        const taken = blocks.flatMap(({ transactions }) => transactions)
        const pairs: [Hex, number][] = []
        const stopped = new Set<Address>()
        let offset = random.between(0, deep - 1)
        for (const { hash, from } of taken) {
          // A later nonce cannot come back without the ones before it.
          if (fate === 'mixed' && random.chance(0.4)) stopped.add(from)
          const raw = raws.get(hash)
          if (fate === 'vanish' || raw === undefined) stopped.add(from)
          if (stopped.has(from) || raw === undefined) continue
          if (offset < deep - 1 && random.chance(0.3)) offset++
          pairs.push([raw, offset])
        }
        await request('anvil_reorg', [deep, pairs])
        await readNewest()
        return { transactions: taken.length }
      }),

    drop: ({ share, random }) =>
      hold(async () => {
        type Pool = Record<
          string,
          Record<string, Record<string, { hash: Hex }>>
        >
        const pool = await request<Pool>('txpool_content')
        const hashes = Object.values(pool)
          .flatMap((senders) => Object.values(senders))
          .flatMap((nonces) => Object.values(nonces))
          .map(({ hash }) => hash)
          .filter(() => random.chance(share))
        await requestAll(
          hashes.map((hash) => ({
            method: 'anvil_dropTransaction',
            params: [hash],
          })),
        )
        return hashes.length
      }),

    setBaseFee: (wei) =>
      hold(async () => {
        await request('anvil_setNextBlockBaseFeePerGas', [numberToHex(wei)])
      }),

    skipSeconds: (seconds) =>
      hold(async () => {
        await request('evm_increaseTime', [numberToHex(seconds)])
      }),

    getHead: () => head,
    getNewestTimestamp: () => newestTimestamp,
    getHighestBlockAt: (atMs) => {
      let highest = first
      for (const height of heights) {
        if (height.atMs > atMs) break
        highest = Math.max(highest, height.number)
      }
      return highest
    },
    rememberRaw: (hash, raw) => raws.set(hash, raw),
    stop: devnet.stop,
  }
}
