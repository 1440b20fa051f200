import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openChain, type TestChain } from '@behest/agent-testing'
import { createChainPort } from '@behest/evm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { swapAndCompare, toSwap } from '../../test/swaps.js'
import { createSwapRouteAgent } from '../createSwapRouteAgent.js'
import { createPoolReader, type PoolReader } from './createPoolReader.js'

let chain: TestChain
let server: Server
let methods: string[] = []
let read: PoolReader

beforeAll(async () => {
  chain = await openChain()
  // Stands between the reader and the node, and counts.
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const asked = JSON.parse(body.toString()) as { method: string }
    methods.push(asked.method)
    const answer = await fetch(chain.devnet.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    response.setHeader('content-type', 'application/json')
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  read = createPoolReader(
    createChainPort({
      rpcUrl: `http://127.0.0.1:${port}`,
      deployment: chain.deployment,
    }),
  )
})
afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  await chain?.devnet.stop()
})

async function readNow() {
  const head = await chain.port.readHead()
  methods = []
  const state = await read({
    blockNumber: head.number,
    blockHash: head.hash,
    tokens: [],
  })
  return { state, pools: state.getPools(['uniswap-v2', 'uniswap-v3']) }
}

describe('createPoolReader', () => {
  test('default: two requests at once for all pools, none for the same block', async () => {
    const cold = await readNow()
    expect(methods.toSorted()).toEqual(['eth_call', 'eth_getBlockByNumber'])
    expect(cold.pools.length).toBeGreaterThan(5)
    const warm = await readNow()
    expect(methods).toEqual([])
    expect(warm.pools).toBe(cold.pools)
  })

  test('behavior: a block in which no pool moved keeps the pools', async () => {
    const before = await readNow()
    await chain.devnet.control.mine({ blocks: 1 })
    const after = await readNow()
    expect(methods).not.toContain('eth_call')
    expect(methods.length).toBe(3)
    expect(after.pools).toBe(before.pools)
  })

  test('behavior: a block in which one moved reads them anew', async () => {
    const before = await readNow()
    await swapAndCompare(
      chain,
      createSwapRouteAgent(chain.port),
      toSwap(chain, '1 ETH', 'USDC'),
    )
    const after = await readNow()
    expect(methods).toContain('eth_call')
    expect(after.pools).not.toEqual(before.pools)
  })

  test('behavior: another branch is read anew', async () => {
    const snapshot = await chain.devnet.snapshot()
    await swapAndCompare(
      chain,
      createSwapRouteAgent(chain.port),
      toSwap(chain, '2 ETH', 'USDC'),
    )
    const before = await readNow()
    await chain.devnet.revert(snapshot)
    // The swap never happened on this branch, and no log tells so.
    await chain.devnet.control.mine({ blocks: 8 })
    const after = await readNow()
    expect(methods).toContain('eth_call')
    expect(after.pools).not.toEqual(before.pools)
  })
})
