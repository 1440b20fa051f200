import { type Devnet, start } from '@behest/devnet'
import { type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createContractSignatures } from './createContractSignatures.js'

const account: Hex = `0x${'c0'.repeat(20)}`
// isValidSignature of an account that stands behind the one hash which it has
// in its first slot: magic * (hash == storage[0]), shifted to the left.
const code: Hex = '0x600435600054146316 26ba7e0260e01b60005260206000f3'.replace(
  ' ',
  '',
) as Hex
const loop: Hex = '0x5b600056'

let devnet: Devnet
beforeAll(async () => {
  devnet = await start({})
})
afterAll(async () => {
  await devnet.stop()
})

describe('createContractSignatures', () => {
  test('default: a contract stands behind what it approved, and nothing else', async () => {
    const { control } = devnet
    const hash = keccak256(toHex('a message'))
    await control.setCode({ address: account, bytecode: code })
    await control.setStorageAt({ address: account, index: 0, value: hash })
    const isSigned = createContractSignatures(devnet.url)
    const ask = (asked: Hex, by: Hex = account) =>
      isSigned({ account: by, hash: asked, signature: '0x1234' })
    expect(await ask(hash)).toBe(true)
    expect(await ask(keccak256(toHex('another')))).toBe(false)
    expect(await ask(hash, `0x${'c1'.repeat(20)}`)).toBe(false)
    await control.setCode({ address: account, bytecode: loop })
    expect(await ask(hash)).toBe(false)
  })

  test('error: a chain that is away is no refusal of the account', async () => {
    const isSigned = createContractSignatures('http://127.0.0.1:9')
    await expect(
      isSigned({ account, hash: keccak256('0x'), signature: '0x' }),
    ).rejects.toMatchObject({ code: 'REGISTRY_NOT_READY' })
  })
})
