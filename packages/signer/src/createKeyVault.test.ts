import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeyVault } from './createKeyVault.js'
import { SignerLockedError } from './errors.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-vault-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('createKeyVault', () => {
  test('default: a key opens, is let go after a while, and opens again', async () => {
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'a long password\n')
    const vault = createKeyVault({
      folder,
      passwordFile,
      chainId: 1,
      holdMs: 60_000,
    })
    const first = await vault.unlock('account')
    expect(await vault.unlock('account')).toBe(first)
    expect(existsSync(join(folder, 'account.json'))).toBe(true)
    expect(readFileSync(join(folder, 'account.json'), 'utf8')).toContain(
      'scrypt',
    )
    vault.lock()
    const again = await vault.unlock('account')
    expect(again).not.toBe(first)
    expect(again.address).toBe(first.address)
    vault.lock()
    rmSync(passwordFile)
    await expect(vault.unlock('account')).rejects.toBeInstanceOf(
      SignerLockedError,
    )
  }, 30_000)

  test('behavior: a key is let go when its time is over', async () => {
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'a long password\n')
    const vault = createKeyVault({
      folder,
      passwordFile,
      chainId: 1,
      holdMs: 1,
    })
    const first = await vault.unlock('engine')
    await new Promise((resolve) => setTimeout(resolve, 20))
    rmSync(passwordFile)
    await expect(vault.unlock('engine')).rejects.toBeInstanceOf(
      SignerLockedError,
    )
    expect(first.address).toMatch(/^0x/)
  }, 30_000)
})
