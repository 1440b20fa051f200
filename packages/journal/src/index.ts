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
