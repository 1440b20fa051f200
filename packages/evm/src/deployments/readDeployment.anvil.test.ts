import { type Devnet, readAddresses, start } from '@behest/devnet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChainUnknownError, readDeployment } from './readDeployment.js'
import { toLocalDeployment } from './toLocalDeployment.js'

const local = toLocalDeployment(readAddresses())
let ours: Devnet
let foreign: Devnet

beforeAll(async () => {
  ;[ours, foreign] = await Promise.all([start(), start({ chainId: 31_338 })])
})
afterAll(async () => {
  await Promise.all([ours?.stop(), foreign?.stop()])
})

describe('readDeployment', () => {
  test('default: the chain is known by the id that its node serves', async () => {
    const found = await readDeployment({ rpcUrl: ours.url, local })
    expect(found.name).toBe('local')
  })

  test('error: a chain that nothing is known of is refused, with what is known', async () => {
    await expect(
      readDeployment({ rpcUrl: foreign.url, local }),
    ).rejects.toThrow(ChainUnknownError)
    await expect(
      readDeployment({ rpcUrl: foreign.url, local }),
    ).rejects.toThrow(/31338.*ethereum \(1\)/s)
  })

  test('error: another chain than the one that was named is refused', async () => {
    await expect(
      readDeployment({ rpcUrl: ours.url, local, name: 'base' }),
    ).rejects.toMatchObject({ code: 'CHAIN_UNKNOWN' })
  })

  test('error: nobody there', async () => {
    await expect(
      readDeployment({ rpcUrl: 'http://127.0.0.1:9', local }),
    ).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
  })
})
