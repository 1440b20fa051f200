export {
  createIdempotency,
  type Idempotency,
  type KeptAnswer,
} from './intents/createIdempotency.js'
export {
  createIntentStore,
  type IntentStore,
  type StoredArtifact,
} from './intents/createIntentStore.js'
export type { Leases } from './intents/createLeases.js'
export type { IntentMessage, Mailbox } from './intents/createMailbox.js'
export {
  ApprovalConflictError,
  CursorMalformedError,
  IdempotencyInProgressError,
  IdempotencyKeyReusedError,
  IntentChangedError,
  IntentExistsError,
  IntentNotFoundError,
  MessageConflictError,
} from './intents/errors.js'
export {
  type Migration,
  MigrationMismatchError,
  type MigrationSet,
  runMigrations,
  toSchemaChecksum,
} from './migrations/runMigrations.js'
export {
  type ConnectionErrorListener,
  connectClient,
  createPool,
  type DatabaseConnection,
  toConnectionString,
} from './postgres/connect.js'
export {
  DatabaseTooOldError,
  DatabaseUnreachableError,
  DatabaseUnsafeError,
  DataFolderError,
  PostgresBinaryMissingError,
  PostgresStartError,
  PostgresStopError,
} from './postgres/errors.js'
export {
  assertSafeServer,
  type Database,
  type OpenDatabaseOptions,
  openDatabase,
} from './postgres/openDatabase.js'
export {
  type EmbeddedPostgres,
  type PostgresEvent,
  type StartPostgresOptions,
  startPostgres,
} from './postgres/startPostgres.js'
export { journalSchema } from './schema.js'
