import {
  copyFile,
  mkdtemp,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, type Hex, http } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAddresses } from './addresses.js'
import { requestRpc } from './requestRpc.js'
import { type Devnet, type StartOptions, start } from './start.js'
import {
  DevnetStateDamagedError,
  dropEmptyBlocks,
  getExitFile,
} from './stateFile.js'
import { DevnetStateInUseError, waitForStateOwner } from './stateOwner.js'
import { until } from './testing/runDevnetProgram.js'

let folder: string
let stateFile: string
let devnets: Devnet[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behest-devnet-test-'))
  stateFile = join(folder, 'state.json')
  devnets = []
})
afterEach(async () => {
  for (const devnet of devnets) await devnet.stop()
  await rm(folder, { recursive: true, force: true })
})

async function startKept(options: StartOptions = {}): Promise<Devnet> {
  const devnet = await start({ stateFile, ...options })
  devnets.push(devnet)
  return devnet
}

/** Pays, and waits for the block: what is only pending is not part of a state. */
async function pay(devnet: Devnet): Promise<Hex> {
  const hash = await requestRpc<Hex>(devnet.url, 'eth_sendTransaction', [
    {
      from: devnet.accounts[1].address,
      to: devnet.accounts[2].address,
      value: '0x1',
    },
  ])
  await until(() => isMined(devnet, hash))
  return hash
}

async function isMined(devnet: Devnet, hash: Hex): Promise<boolean> {
  const receipt = await requestRpc<{ readonly status: Hex } | null>(
    devnet.url,
    'eth_getTransactionReceipt',
    [hash],
  )
  return receipt?.status === '0x1'
}

describe('stateFile', () => {
  test('behavior: a stopped chain goes on, with its receipts', async () => {
    const first = await startKept()
    const hash = await pay(first)
    await first.stop()
    const second = await startKept()
    expect(await isMined(second, hash)).toBe(true)
    const next = await pay(second)
    expect(await isMined(second, next)).toBe(true)
  })

  test('behavior: a chain killed with SIGKILL goes on', async () => {
    const first = await startKept()
    const hash = await pay(first)
    // Saved within a moment, without waiting for an interval.
    await until(async () =>
      readFile(stateFile).then(
        () => true,
        () => false,
      ),
    )
    process.kill(first.processId, 'SIGKILL')
    await first.exited
    const second = await startKept()
    expect(await isMined(second, hash)).toBe(true)
  })

  test('behavior: half an exit file is passed over', async () => {
    const first = await startKept()
    const hash = await pay(first)
    await first.stop()
    await copyFile(getExitFile(stateFile), stateFile)
    await truncate(getExitFile(stateFile), 1_000_000)
    const soon = Date.now() / 1000 + 10
    await utimes(getExitFile(stateFile), soon, soon)
    const second = await startKept()
    expect(await isMined(second, hash)).toBe(true)
  })

  test('behavior: old empty blocks are dropped, transactions stay', async () => {
    const first = await startKept()
    const hash = await pay(first)
    await first.control.mine({ blocks: 500 })
    await first.stop()

    const second = await startKept()
    const saved = JSON.parse(await readFile(stateFile, 'utf8'))
    expect(saved.blocks.length).toBeLessThan(100)
    expect(await isMined(second, hash)).toBe(true)
    const reader = createPublicClient({
      chain: second.chain,
      transport: http(second.url),
    })
    const { blockNumber } = await reader.getTransactionReceipt({ hash })
    const block = await reader.getBlock({ blockNumber })
    expect(block.transactions).toEqual([hash])
  })

  test('error: DevnetStateDamagedError', async () => {
    await writeFile(stateFile, '{"accounts":')
    await expect(startKept()).rejects.toThrow(DevnetStateDamagedError)
  })

  test('error: DevnetStateInUseError while the other chain runs', async () => {
    await startKept()
    await expect(waitForStateOwner(stateFile, 50)).rejects.toThrow(
      DevnetStateInUseError,
    )
  })

  test('behavior: waits for a chain that is ending', async () => {
    const first = await startKept()
    const hash = await pay(first)
    const ending = first.stop()
    const second = await startKept()
    expect(await isMined(second, hash)).toBe(true)
    await ending
  })
})

describe('dropEmptyBlocks', () => {
  test('default', () => {
    const block = (number: number, transactions: readonly unknown[] = []) => ({
      header: { number },
      transactions,
    })
    const first = readAddresses().snapshot.blockNumber + 1
    const state = {
      best_block_number: 1_000,
      blocks: [
        block(0),
        block(1),
        block(2, ['0x']),
        block(first),
        block(936),
        block(937),
      ],
    }
    const { blocks } = dropEmptyBlocks(state)
    expect(blocks.map((one) => one.header.number)).toEqual([0, 2, first, 937])
  })
})
