/**
 * One file because it is one list: every way in which a node, or the network in
 * front of it, is wrong.
 */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from '@behest/spec'
import { hexToNumber, keccak256, numberToHex } from 'viem'
import type { Random } from './createRandom.js'

/** How often each thing goes wrong, as a share of all requests. */
export type FaultRates = {
  /** Never reaches the node. */
  readonly requestLost: number
  /** Reaches the node; the answer does not come back. */
  readonly replyLost: number
  /** Reaches the node twice, the second time later. */
  readonly doubled: number
  readonly tooMany: number
  readonly unavailable: number
  /** Reaches the node late, after requests that were made after it. */
  readonly delayed: number
  /** As a delay, for longer than anybody waits. */
  readonly hung: number
  /** Answered by a node that is a few blocks behind. */
  readonly lagging: number
  /** Answered by a node of another chain. */
  readonly wrongChain: number
  /** A receipt of a transaction that is in no block. */
  readonly phantom: number
}

/** One of the faults that the proxy makes. */
export type RpcFault = keyof FaultRates

export const calm: FaultRates = {
  requestLost: 0,
  replyLost: 0,
  doubled: 0,
  tooMany: 0,
  unavailable: 0,
  delayed: 0,
  hung: 0,
  lagging: 0,
  wrongChain: 0,
  phantom: 0,
}

/** A raw transaction that came by, and when. */
export type SeenRaw = {
  readonly hash: Hex
  readonly raw: Hex
  readonly atMs: number
}

/** A node's HTTP address behind which everything may go wrong. */
export type RpcProxy = {
  readonly url: string
  /** May be replaced at any time. */
  rates: FaultRates
  /** How many of each fault were made. */
  readonly faults: Readonly<Record<RpcFault, number>>
  readonly requests: () => number
  /** Broadcasts that the node took and whose answer was then lost. */
  readonly appliedAndLost: () => number
  readonly seen: readonly SeenRaw[]
  /** Says for so long, whenever it is asked, that it is of another chain, in ms. */
  readonly pretend: (milliseconds: number) => void
  /** Passes requests on to another node from now on. */
  readonly setTarget: (url: string) => void
  readonly stop: () => Promise<void>
}

type RpcRequest = {
  readonly id: number
  readonly method: string
  readonly params?: readonly unknown[]
}

type RpcAnswer = { result?: unknown; error?: unknown }

/** How long a made-up receipt is told, in ms. */
const phantomMs = 800

/**
 * Starts a proxy in front of a node.
 *
 * @param options.targetUrl - The node.
 * @param options.random - Decides what goes wrong.
 * @param options.getHead - The node's newest block.
 * @param options.identityBlock - The block that names the chain.
 * @param options.onRaw - Told of each raw transaction before the node is.
 */
export async function createRpcProxy(options: {
  readonly targetUrl: string
  readonly random: Random
  readonly getHead: () => number
  readonly identityBlock: number
  readonly onRaw: (seen: SeenRaw) => Promise<void>
}): Promise<RpcProxy> {
  const { random, getHead } = options
  let target = options.targetUrl
  let requests = 0
  let appliedAndLost = 0
  let pretendsUntilMs = 0
  const faults = { ...calm }
  const seen: SeenRaw[] = []
  const seenHashes = new Set<Hex>()
  const phantoms = new Map<
    Hex,
    {
      readonly block: number
      readonly blockHash: Hex
      readonly untilMs: number
    }
  >()

  async function forward(request: RpcRequest): Promise<RpcAnswer> {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', ...request }),
    })
    return (await response.json()) as RpcAnswer
  }

  /** What a node says that is `lag` blocks behind. */
  async function forwardLagging(
    request: RpcRequest,
    lag: number,
  ): Promise<RpcAnswer> {
    const newest = Math.max(getHead() - lag, 0)
    const [first, second] = request.params ?? []
    const isTag = first === 'latest' || first === 'pending'
    switch (request.method) {
      case 'eth_blockNumber':
        return { result: numberToHex(newest) }
      case 'eth_getBlockByNumber':
        if (isTag)
          return forward({ ...request, params: [numberToHex(newest), second] })
        return hexToNumber(first as Hex) > newest
          ? { result: null }
          : forward(request)
      case 'eth_getTransactionCount':
        return second === 'latest' || second === 'pending'
          ? forward({ ...request, params: [first, numberToHex(newest)] })
          : forward(request)
      case 'eth_getTransactionReceipt': {
        const answer = await forward(request)
        const receipt = answer.result as { blockNumber?: Hex } | null
        return receipt?.blockNumber !== undefined &&
          hexToNumber(receipt.blockNumber) > newest
          ? { result: null }
          : answer
      }
      default:
        return forward(request)
    }
  }

  /** Changes an answer to what a node of another chain would say. */
  function toWrongChain(request: RpcRequest, answer: RpcAnswer): RpcAnswer {
    if (request.method === 'eth_chainId') return { result: '0x1' }
    const block = answer.result as { number?: Hex; hash?: Hex } | null
    return block?.number !== undefined &&
      hexToNumber(block.number) === options.identityBlock
      ? { result: { ...block, hash: keccak256('0x0bad') } }
      : answer
  }

  function canBeWrongChain({ method, params }: RpcRequest): boolean {
    return (
      method === 'eth_chainId' ||
      (method === 'eth_getBlockByNumber' &&
        params?.[0] === numberToHex(options.identityBlock))
    )
  }

  function withPhantoms(request: RpcRequest, answer: RpcAnswer): RpcAnswer {
    const { method, params } = request
    const nowMs = Date.now()
    if (method === 'eth_getTransactionReceipt' && answer.result === null) {
      const hash = params?.[0] as Hex
      let phantom = phantoms.get(hash)
      const isKnown = seenHashes.has(hash)
      if (
        phantom === undefined &&
        isKnown &&
        random.chance(proxy.rates.phantom)
      ) {
        faults.phantom++
        // Deep enough to be believed at once.
        const block = Math.max(getHead() - 6, 0)
        const blockHash = keccak256(hash)
        phantom = { block, blockHash, untilMs: nowMs + phantomMs }
        phantoms.set(hash, phantom)
      }
      if (phantom !== undefined && phantom.untilMs > nowMs)
        return { result: toPhantomReceipt(hash, phantom) }
    }
    if (method === 'eth_getBlockByNumber' && answer.result !== null) {
      const block = answer.result as { number: Hex }
      const phantom = [...phantoms.values()].find(
        (one) =>
          one.untilMs > nowMs &&
          one.block === hexToNumber(block.number ?? '0x0'),
      )
      if (phantom !== undefined)
        return { result: { ...block, hash: phantom.blockHash } }
    }
    return answer
  }

  /** The fault of one request, or none. */
  function drawFault(request: RpcRequest): RpcFault | undefined {
    let left = random.next()
    for (const fault of Object.keys(calm) as RpcFault[]) {
      if (fault === 'phantom') continue
      left -= proxy.rates[fault]
      if (left >= 0) continue
      if (fault === 'wrongChain' && !canBeWrongChain(request)) return undefined
      return fault
    }
    return undefined
  }

  async function serve(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const request = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest
    requests++
    const isBroadcast = request.method === 'eth_sendRawTransaction'
    if (isBroadcast) {
      const raw = request.params?.[0] as Hex
      const one = { hash: keccak256(raw), raw, atMs: Date.now() }
      seen.push(one)
      seenHashes.add(one.hash)
      await options.onRaw(one)
    }
    const reply = (status: number, body: unknown) => {
      if (outgoing.destroyed) return
      outgoing.writeHead(status, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify(body))
    }
    const answer = (answered: RpcAnswer) =>
      reply(200, {
        ...withPhantoms(request, answered),
        jsonrpc: '2.0',
        id: request.id,
      })
    const fault =
      Date.now() < pretendsUntilMs && canBeWrongChain(request)
        ? 'wrongChain'
        : drawFault(request)
    if (fault !== undefined) faults[fault]++
    switch (fault) {
      case 'requestLost':
        outgoing.destroy()
        return
      case 'replyLost': {
        const { error } = await forward(request)
        if (isBroadcast && error === undefined) appliedAndLost++
        outgoing.destroy()
        return
      }
      case 'doubled': {
        const first = await forward(request)
        void sleep(random.between(5, 800))
          .then(() => forward(request))
          .catch(() => {})
        return answer(first)
      }
      case 'tooMany':
        return reply(429, { error: 'Too Many Requests' })
      case 'unavailable':
        return reply(503, { error: 'Service Unavailable' })
      case 'delayed':
        await sleep(random.between(20, 600))
        return answer(await forward(request))
      case 'hung':
        await sleep(random.between(3_000, 5_000))
        return answer(await forward(request))
      case 'lagging':
        return answer(await forwardLagging(request, random.between(1, 6)))
      case 'wrongChain':
        return answer(toWrongChain(request, await forward(request)))
      default:
        return answer(await forward(request))
    }
  }

  const server = createServer((incoming, outgoing) => {
    // A client that was killed in the middle, or a node that is stopping.
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  )
  const { port } = server.address() as AddressInfo
  const proxy: RpcProxy = {
    url: `http://127.0.0.1:${port}`,
    rates: calm,
    faults,
    requests: () => requests,
    appliedAndLost: () => appliedAndLost,
    seen,
    pretend: (milliseconds) => {
      pretendsUntilMs = Date.now() + milliseconds
    },
    setTarget: (url) => {
      target = url
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

function toPhantomReceipt(
  hash: Hex,
  phantom: { readonly block: number; readonly blockHash: Hex },
) {
  const zero = '0x0000000000000000000000000000000000000000'
  return {
    type: '0x2',
    status: '0x1',
    transactionHash: hash,
    transactionIndex: '0x0',
    blockHash: phantom.blockHash,
    blockNumber: numberToHex(phantom.block),
    from: zero,
    to: zero,
    contractAddress: null,
    cumulativeGasUsed: '0x5208',
    gasUsed: '0x5208',
    effectiveGasPrice: '0x1',
    logs: [],
    logsBloom: `0x${'00'.repeat(256)}`,
  }
}
