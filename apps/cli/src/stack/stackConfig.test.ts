import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import {
  readStackRecord,
  removeStackRecord,
  type StackRecord,
  writeStackRecord,
} from './stackRecord.js'

let folder: string
let runFolder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-config-'))
  runFolder = join(folder, 'run')
  mkdirSync(runFolder)
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const record: StackRecord = {
  processId: process.pid,
  host: '127.0.0.1',
  intentPort: 21_001,
  registryPort: 21_002,
  chainPort: 21_003,
  rpcUrl: 'http://127.0.0.1:21003',
}
const read = (more: Record<string, string> = {}) => {
  const { intentUrl, registryUrl, rpcUrl, chainPort } = readStackConfig({
    BEHEST_DATA: folder,
    ...more,
  })
  return { intentUrl, registryUrl, rpcUrl, chainPort }
}
const usual = {
  intentUrl: 'http://127.0.0.1:4000',
  registryUrl: 'http://127.0.0.1:4100',
  rpcUrl: 'http://127.0.0.1:8545',
  chainPort: 8545,
}
const found = {
  intentUrl: 'http://127.0.0.1:21001',
  registryUrl: 'http://127.0.0.1:21002',
  rpcUrl: 'http://127.0.0.1:21003',
  chainPort: 21_003,
}

describe('readStackConfig', () => {
  test('default: the usual ports where nothing runs', () => {
    expect(read()).toEqual(usual)
  })

  test('behavior: where the stack of the data folder runs, unless the environment says', () => {
    writeStackRecord(runFolder, record)
    expect(read()).toEqual(found)
    expect(read({ BEHEST_INTENT_PORT: '21009' })).toEqual({
      ...found,
      intentUrl: 'http://127.0.0.1:21009',
    })
    removeStackRecord(runFolder)
    expect(read()).toEqual(usual)
  })

  test('behavior: a chain that was given to the stack is the chain', () => {
    const { chainPort: _, ...without } = record
    writeStackRecord(runFolder, { ...without, rpcUrl: 'https://rpc.example/' })
    expect(read()).toEqual({
      ...found,
      rpcUrl: 'https://rpc.example/',
      chainPort: undefined,
    })
    expect(read({ BEHEST_RPC_PORT: '21008' })).toEqual({
      ...found,
      rpcUrl: 'http://127.0.0.1:21008',
      chainPort: 21_008,
    })
  })

  test('behavior: whoever is gone, or wrote nonsense, runs nowhere', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeStackRecord(runFolder, { ...record, processId: pid })
    expect(readStackRecord(runFolder)).toBeUndefined()
    expect(read()).toEqual(usual)
    for (const text of ['', '{"processId":', '{"processId":-1}', 'null']) {
      writeFileSync(join(runFolder, 'stack.json'), text)
      expect(read()).toEqual(usual)
    }
  })

  test('behavior: a stack removes its own record and no other', () => {
    writeStackRecord(runFolder, { ...record, processId: process.ppid })
    removeStackRecord(runFolder)
    expect(readStackRecord(runFolder)?.processId).toBe(process.ppid)
  })

  test('error: PortInvalidError', () => {
    for (const port of ['0', '65536', '4000x', '-1'])
      expect(() => read({ BEHEST_INTENT_PORT: port })).toThrow(
        expect.objectContaining({ code: 'PORT_INVALID' }),
      )
  })
})
