import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createKeystoreAccount, unlockKeystore } from '@behest/evm'
import { BehestError } from '@behest/spec'
import type { PrivateKeyAccount } from 'viem/accounts'
import { ensurePasswordFile } from '../stack/startStack.js'

/** Whose key signs. */
export type Author = {
  /** `agent`: a keystore that was named; `owner`: this machine's own key. */
  readonly type: 'agent' | 'owner'
  readonly signer: PrivateKeyAccount
}

/**
 * Unlocks the key that signs for an author: the keystore that was named, or the
 * owner's key of this data folder, which is made when it is first wanted.
 *
 * @param options.keystore - Path of a version 3 keystore.
 * @param options.passwordFile - Its password; the file `password` beside the
 *   keystore if absent.
 * @param options.chainId - Chain of the registry's signing domain.
 * @throws {PasswordFileUnreadableError} when there is no password.
 * @throws the errors of `unlockKeystore` and `createKeystoreAccount`.
 */
export async function unlockAuthor(options: {
  readonly keystore: string | undefined
  readonly passwordFile: string | undefined
  readonly dataFolder: string
  readonly chainId: number
}): Promise<Author> {
  const { keystore, dataFolder, chainId } = options
  if (keystore !== undefined) {
    const file = options.passwordFile ?? join(dirname(keystore), 'password')
    const password = readPassword(file)
    return {
      type: 'agent',
      signer: await unlockKeystore({ path: keystore, password, chainId }),
    }
  }
  const path = join(dataFolder, 'keys', 'owner.json')
  const password = readPassword(ensurePasswordFile(dataFolder))
  return {
    type: 'owner',
    signer: existsSync(path)
      ? await unlockKeystore({ path, password, chainId })
      : await createKeystoreAccount({ path, password, chainId }),
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new PasswordFileUnreadableError({ file, cause })
  }
}

/** Thrown when the file with a keystore's password cannot be read. */
export class PasswordFileUnreadableError extends BehestError {
  readonly code = 'PASSWORD_FILE_UNREADABLE'
  readonly retry = 'never'

  constructor(facts: { readonly file: string; readonly cause: unknown }) {
    super(
      `The keystore's password cannot be read from ${facts.file}. Name its file with --password-file.`,
      { facts: { file: facts.file }, cause: facts.cause },
    )
  }
}
