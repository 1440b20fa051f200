import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Hex } from '@behest/spec'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAddress,
} from 'viem/accounts'
import { assertNoDevelopmentKey } from './assertNoDevelopmentKey.js'
import {
  KeystoreExistsError,
  KeystorePasswordError,
  KeystoreUnwritableError,
} from './errors.js'
import { encryptKey } from './keystoreJson.js'
import { type UnlockKeystoreOptions, unlockKeystore } from './unlockKeystore.js'

export type CreateKeystoreAccountOptions = UnlockKeystoreOptions & {
  /** A key to keep; a new random one if absent. */
  readonly privateKey?: Hex
}

/**
 * Creates a keystore file and gives the account in it.
 *
 * The file is complete or not there at all, never overwrites another, and is
 * read back and unlocked before its account is given to anybody.
 *
 * @param options.path - Where to write; its folder is made with mode 0700.
 * @param options.password - Any text that is not empty.
 * @param options.chainId - The chain that the account is for.
 * @param options.privateKey - A key to keep.
 * @returns The account, as `unlockKeystore` gives it.
 * @throws {KeystorePasswordError} when the password is empty.
 * @throws {DevelopmentKeyRefusedError} when everybody knows the key.
 * @throws {KeystoreExistsError} when something is at `path` already.
 * @throws {KeystoreUnwritableError} when the file cannot be written.
 */
export async function createKeystoreAccount(
  options: CreateKeystoreAccountOptions,
): Promise<PrivateKeyAccount> {
  const { path, password, chainId } = options
  if (password === '')
    throw new KeystorePasswordError({ path, problem: 'is empty' })
  const privateKey = options.privateKey ?? generatePrivateKey()
  assertNoDevelopmentKey({ address: privateKeyToAddress(privateKey), chainId })
  // Asked before the half second of encryption; the link below is what counts.
  if (existsSync(path)) throw new KeystoreExistsError({ path })
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new KeystoreUnwritableError({ path, cause })
  }
  const json = JSON.stringify(await encryptKey(privateKey, password), null, 2)
  await writeNew(path, `${json}\n`)
  return unlockKeystore(options)
}

async function writeNew(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}.new`
  let isBegun = false
  try {
    const file = await open(fresh, 'wx', 0o600)
    isBegun = true
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    // Unlike a rename, a link never replaces what is there.
    await link(fresh, path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new KeystoreExistsError({ path, cause })
    throw new KeystoreUnwritableError({ path, cause })
  } finally {
    if (isBegun) await rm(fresh, { force: true })
  }
}
