import { BehestError } from '@behest/spec'

/** Thrown when a key that everybody knows would be used where money is real. */
export class DevelopmentKeyRefusedError extends BehestError {
  readonly code = 'DEVELOPMENT_KEY_REFUSED'
  readonly retry = 'never'

  constructor(facts: { readonly address: string; readonly chainId: number }) {
    super(
      `${facts.address} is a well-known development account: anybody can empty it on chain ${facts.chainId}. Create a key of your own with createKeystoreAccount.`,
      { facts },
    )
  }
}

/** Thrown when others may read a keystore, or it belongs to somebody else. */
export class KeystoreModeError extends BehestError {
  readonly code = 'KEYSTORE_MODE_WRONG'
  readonly retry = 'never'

  constructor(facts: { readonly path: string; readonly problem: string }) {
    super(
      `Keystore ${facts.path} ${facts.problem}. Make it yours alone: chmod 600, and check who read it.`,
      { facts },
    )
  }
}

/** Thrown when a keystore would be written over another file. */
export class KeystoreExistsError extends BehestError {
  readonly code = 'KEYSTORE_EXISTS'
  readonly retry = 'never'

  constructor(facts: { readonly path: string; readonly cause?: unknown }) {
    super(
      `${facts.path} is there already, and a key that is overwritten is lost. Choose another path.`,
      { facts: { path: facts.path }, cause: facts.cause },
    )
  }
}

/** Thrown when a keystore cannot be written. */
export class KeystoreUnwritableError extends BehestError {
  readonly code = 'KEYSTORE_UNWRITABLE'
  readonly retry = 'never'

  constructor(facts: { readonly path: string; readonly cause: unknown }) {
    super(
      `${facts.path} cannot be written, so no key was made. Check its folder and the space that is left.`,
      { facts: { path: facts.path }, cause: facts.cause },
    )
  }
}

/** Thrown when a keystore cannot be read or is none. */
export class KeystoreMalformedError extends BehestError {
  readonly code = 'KEYSTORE_MALFORMED'
  readonly retry = 'never'

  constructor(facts: {
    readonly path: string
    readonly problem: string
    readonly cause?: unknown
  }) {
    super(
      `${facts.path} is not a keystore that can be used: ${facts.problem}. Name a version 3 keystore with scrypt, or restore it from a copy.`,
      {
        facts: { path: facts.path, problem: facts.problem },
        cause: facts.cause,
      },
    )
  }
}

/** Thrown when a keystore's password is wrong or empty. */
export class KeystorePasswordError extends BehestError {
  readonly code = 'KEYSTORE_PASSWORD_WRONG'
  readonly retry = 'ask-user'

  constructor(facts: { readonly path: string; readonly problem: string }) {
    super(
      `The password for ${facts.path} ${facts.problem}. Give the one that the keystore was made with.`,
      { facts },
    )
  }
}
