import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeystoreAccount, unlockKeystore } from '@behest/evm'
import { BehestError } from '@behest/spec'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { KeyName } from './createFirewall.js'
import { SignerLockedError } from './errors.js'

/** Every key of the signer: those of the firewall, and the payer's. */
export type VaultKeyName = KeyName | 'payer'

/** Keys in encrypted files, open for a while only. */
export type KeyVault = {
  readonly unlock: (name: VaultKeyName) => Promise<PrivateKeyAccount>
  /** Lets go of every key that is open. */
  readonly lock: () => void
}

/**
 * Creates the vault of a folder of keystores. A key is decrypted when it is
 * needed, held for a while after its last use, and then let go; the password is
 * read anew each time and never held, so taking its file away locks the signer
 * for good. A keystore that is not there is made.
 *
 * @param options.holdMs - How long a key stays open after its last use.
 */
export function createKeyVault(options: {
  readonly folder: string
  readonly passwordFile: string
  readonly chainId: number
  readonly holdMs: number
}): KeyVault {
  const { folder, passwordFile, chainId, holdMs } = options
  const held = new Map<
    VaultKeyName,
    { readonly account: Promise<PrivateKeyAccount>; timer: NodeJS.Timeout }
  >()

  const letGo = (name: VaultKeyName): NodeJS.Timeout =>
    setTimeout(() => held.delete(name), holdMs).unref()

  const open = async (name: VaultKeyName): Promise<PrivateKeyAccount> => {
    const path = join(folder, `${name}.json`)
    const password = readPassword(passwordFile, name)
    return existsSync(path)
      ? unlockKeystore({ path, password, chainId })
      : createKeystoreAccount({ path, password, chainId })
  }

  return {
    unlock: (name) => {
      const found = held.get(name)
      if (found) {
        clearTimeout(found.timer)
        found.timer = letGo(name)
        return found.account
      }
      const account = open(name).catch((error: unknown) => {
        held.delete(name)
        throw error
      })
      held.set(name, { account, timer: letGo(name) })
      return account
    },
    lock: () => {
      for (const { timer } of held.values()) clearTimeout(timer)
      held.clear()
    },
  }
}

function readPassword(file: string, key: string): string {
  let password: string
  try {
    password = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new SignerLockedError({
      key,
      reason: BehestError.isInstance(error)
        ? error.code
        : 'its password cannot be read',
    })
  }
  if (password === '')
    throw new SignerLockedError({ key, reason: 'its password is empty' })
  return password
}
