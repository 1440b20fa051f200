import { type FileHandle, open } from 'node:fs/promises'
import { BehestError, type Hex, isSameAddress } from '@behest/spec'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { assertNoDevelopmentKey } from './assertNoDevelopmentKey.js'
import {
  KeystoreMalformedError,
  KeystoreModeError,
  KeystorePasswordError,
} from './errors.js'
import {
  decryptKey,
  type KeystoreJson,
  keystoreSchema,
} from './keystoreJson.js'

export type UnlockKeystoreOptions = {
  readonly path: string
  readonly password: string
  /** The chain that the account is for. */
  readonly chainId: number
}

/** More is no keystore. */
const mostBytes = 64 * 1024

/**
 * Unlocks the account in a keystore file.
 *
 * Takes about half a second by design; see `createKeystoreUnlock` for once per
 * process.
 *
 * @param options.path - A version 3 keystore with scrypt, mode 0600.
 * @param options.password - As it was when the keystore was made.
 * @param options.chainId - The chain that the account is for.
 * @returns viem's account. It holds the key in memory.
 * @throws {KeystoreMalformedError} when the file is missing or no keystore.
 * @throws {KeystoreModeError} when others may read it.
 * @throws {KeystorePasswordError} when the password is wrong.
 * @throws {DevelopmentKeyRefusedError} when everybody knows the key.
 */
export async function unlockKeystore(
  options: UnlockKeystoreOptions,
): Promise<PrivateKeyAccount> {
  const { path, password, chainId } = options
  const keystore = await readKeystore(path)
  const privateKey = await decryptKey(keystore, password)
  if (privateKey === null)
    throw new KeystorePasswordError({ path, problem: 'is wrong' })
  const account = toAccount(path, privateKey)
  const { address } = keystore
  if (
    address !== undefined &&
    !isSameAddress(account.address, `0x${address.replace(/^0x/, '')}`)
  )
    throw new KeystoreMalformedError({
      path,
      problem: 'its key belongs to another address than it says',
    })
  assertNoDevelopmentKey({ address: account.address, chainId })
  return account
}

/**
 * Creates an unlock that does its work once, however often it is asked.
 *
 * @param options - As for `unlockKeystore`.
 * @returns A function that gives the account; after a failure it tries again.
 */
export function createKeystoreUnlock(
  options: UnlockKeystoreOptions,
): () => Promise<PrivateKeyAccount> {
  let unlocking: Promise<PrivateKeyAccount> | undefined
  return () => {
    unlocking ??= unlockKeystore(options).catch((error: unknown) => {
      unlocking = undefined
      throw error
    })
    return unlocking
  }
}

function toAccount(path: string, privateKey: Hex): PrivateKeyAccount {
  try {
    return privateKeyToAccount(privateKey)
  } catch {
    // The cause would hold the key's bytes.
    throw new KeystoreMalformedError({
      path,
      problem: 'what it holds is no private key',
    })
  }
}

async function readKeystore(path: string): Promise<KeystoreJson> {
  let text: string
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    // Mode and contents of one file: between two looks it could be exchanged.
    await assertPrivate(path, file)
    text = await file.readFile('utf8')
  } catch (error) {
    if (BehestError.isInstance(error)) throw error
    throw new KeystoreMalformedError({
      path,
      problem: 'it cannot be read',
      cause: error,
    })
  } finally {
    await file?.close()
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new KeystoreMalformedError({ path, problem: 'it is not JSON', cause })
  }
  const parsed = keystoreSchema.safeParse(json)
  if (!parsed.success)
    throw new KeystoreMalformedError({
      path,
      problem: z.prettifyError(parsed.error).slice(0, 300),
    })
  return parsed.data
}

async function assertPrivate(path: string, file: FileHandle): Promise<void> {
  const stats = await file.stat()
  if (!stats.isFile() || stats.size > mostBytes)
    throw new KeystoreMalformedError({
      path,
      problem: 'it is not a file of at most 64 KiB',
    })
  // Windows keeps rights elsewhere.
  if (process.getuid === undefined) return
  if (stats.uid !== process.getuid())
    throw new KeystoreModeError({ path, problem: 'belongs to another user' })
  if ((stats.mode & 0o077) !== 0)
    throw new KeystoreModeError({
      path,
      problem: `has mode ${(stats.mode & 0o777).toString(8).padStart(4, '0')}, so others may read it`,
    })
}
