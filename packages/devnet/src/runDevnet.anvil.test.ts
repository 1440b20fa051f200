import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { devnetAccounts } from './accounts.js'
import { requestRpc } from './requestRpc.js'
import { isAnvilRunning } from './stateOwner.js'
import {
  readReadyLine,
  runDevnetProgram,
  until,
} from './testing/runDevnetProgram.js'

let folder: string
let children: ChildProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behest-devnet-test-'))
  children = []
})
afterEach(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  await rm(folder, { recursive: true, force: true })
})

function run(...args: string[]): ChildProcess {
  const child = runDevnetProgram(args)
  children.push(child)
  return child
}

const [from, to] = [devnetAccounts[1].address, devnetAccounts[2].address]

async function isMined(url: string, hash: Hex): Promise<boolean> {
  const receipt = await requestRpc<{ readonly status: Hex } | null>(
    url,
    'eth_getTransactionReceipt',
    [hash],
  )
  return receipt?.status === '0x1'
}

async function pay(url: string): Promise<Hex> {
  const hash = await requestRpc<Hex>(url, 'eth_sendTransaction', [
    { from, to, value: '0x1' },
  ])
  await until(() => isMined(url, hash))
  return hash
}

describe('runDevnet', () => {
  test('behavior: killed with SIGKILL, it leaves no anvil', async () => {
    const child = run('--port', '0')
    const { processId } = await readReadyLine(child)
    expect(isAnvilRunning(processId)).toBe(true)
    child.kill('SIGKILL')
    await until(() => !isAnvilRunning(processId))
    expect(isAnvilRunning(processId)).toBe(false)
  })

  test('behavior: SIGTERM ends it in order', async () => {
    const child = run('--port', '0')
    const { processId, chainId } = await readReadyLine(child)
    expect(chainId).toBe(31337)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(isAnvilRunning(processId)).toBe(false)
  })

  test('behavior: it ends with its supervisor, whose pipe closes', async () => {
    const child = run('--port', '0')
    const { processId } = await readReadyLine(child)
    child.stdin?.end()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(isAnvilRunning(processId)).toBe(false)
  })

  test('behavior: it fails when its chain is killed', async () => {
    const child = run('--port', '0')
    const { processId } = await readReadyLine(child)
    process.kill(processId, 'SIGKILL')
    expect(await once(child, 'exit')).toEqual([1, null])
  })

  test('behavior: killed and started again, it goes on', async () => {
    const state = join(folder, 'chain', 'state.json')
    const first = run('--port', '0', '--state', state)
    const before = await readReadyLine(first)
    const hash = await pay(before.url)
    first.kill('SIGKILL')
    await once(first, 'exit')

    const second = run('--port', '0', '--state', state)
    const after = await readReadyLine(second)
    expect(await isMined(after.url, hash)).toBe(true)
  })

  test('error: bad usage', async () => {
    const child = run('--port', 'eighty')
    expect(await once(child, 'exit')).toEqual([2, null])
  })
})
