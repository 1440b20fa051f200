import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeystoreAccount, unlockKeystore } from '@behest/evm'
import { BehestError } from '@behest/spec'

/**
 * Opens the purse that pays agents for their quotes. It is the house's own and
 * holds no user's money, so it stands outside the signer.
 *
 * @throws {PasswordMissingError} when its password cannot be read.
 */
export async function unlockPayer(options: {
  readonly dataFolder: string
  readonly passwordFile: string | undefined
  readonly chainId: number
}) {
  const keyFolder = join(options.dataFolder, 'keys')
  const path = join(keyFolder, 'payer.json')
  const keystore = {
    path,
    password: readPassword(options.passwordFile ?? join(keyFolder, 'password')),
    chainId: options.chainId,
  }
  return existsSync(path)
    ? unlockKeystore(keystore)
    : createKeystoreAccount(keystore)
}

function readPassword(file: string): string {
  try {
    const password = readFileSync(file, 'utf8').trim()
    if (password !== '') return password
  } catch {
    // Said below: missing and empty are mended in the same way.
  }
  throw new PasswordMissingError({ file })
}

/** Thrown when the password of the payer's keystore cannot be read. */
export class PasswordMissingError extends BehestError {
  readonly code = 'PASSWORD_MISSING'
  readonly retry = 'never'

  constructor(facts: { file: string }) {
    super(
      `There is no password in ${facts.file}. Put one there (mode 0600), or name another file in BEHEST_PASSWORD_FILE.`,
      { facts },
    )
  }
}
