import { BehestError } from '@behest/spec'

/** Thrown when a file is no whole backup, or not one that this program can read. */
export class BackupUnreadableError extends BehestError {
  readonly code = 'BACKUP_UNREADABLE'
  readonly retry = 'never'

  constructor(facts: { reason: string }) {
    super(
      `The backup cannot be restored: ${facts.reason}. Nothing was written. Take the backup before it, or the program that wrote it.`,
      { facts },
    )
  }
}

/** Thrown when a backup is to be restored where something is already. */
export class RestoreTargetNotEmptyError extends BehestError {
  readonly code = 'RESTORE_TARGET_NOT_EMPTY'
  readonly retry = 'never'

  constructor(facts: { tables: string }) {
    super(
      `The database holds tables already (${facts.tables}). Restore into an empty one: another BEHEST_DATA, or a new database in DATABASE_URL.`,
      { facts },
    )
  }
}

/** Thrown when a database holds tables that this program knows nothing of. */
export class BackupNamespaceUnknownError extends BehestError {
  readonly code = 'BACKUP_NAMESPACE_UNKNOWN'
  readonly retry = 'never'

  constructor(facts: { namespace: string }) {
    super(
      `The database holds the schema "${facts.namespace}", which this program could not restore. Make the backup with the program that wrote it.`,
      { facts },
    )
  }
}
