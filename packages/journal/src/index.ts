export { type Grant, readGrants } from './allowances/readGrants.js'
export {
  BackupNamespaceUnknownError,
  BackupUnreadableError,
  RestoreTargetNotEmptyError,
} from './backup/errors.js'
export { type RestoredSender, restoreBackup } from './backup/restoreBackup.js'
export { writeBackup } from './backup/writeBackup.js'
export {
  type Chat,
  type ChatStore,
  createChatStore,
} from './conversation/createChatStore.js'
export {
  type ContextStore,
  createContextStore,
} from './conversation/createContextStore.js'
export {
  conversationSchema,
  createResponseStore,
  type ResponseStore,
} from './conversation/createResponseStore.js'
export { createHolderLegs, type HolderLegs } from './holder/createHolderLegs.js'
export { createHolderPort, type HolderDesk } from './holder/createHolderPort.js'
export {
  createHolderWatch,
  type HolderWatch,
} from './holder/createHolderWatch.js'
export {
  HolderCallRefusedError,
  HolderLegNotFoundError,
  HolderLegStateError,
  HolderMayHaveSentError,
  HolderTransactionOtherError,
} from './holder/errors.js'
export type { HolderChain, SeenTransaction } from './holder/holderChain.js'
export { holderSchema } from './holder/holderSchema.js'
export {
  answerRequestOnce,
  IdempotencyKeyInvalidError,
} from './intents/answerRequestOnce.js'
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
export type { ClaimedIntent, Leases } from './intents/createLeases.js'
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
  PlanBegunError,
} from './intents/errors.js'
export {
  type Migration,
  MigrationMismatchError,
  type MigrationSet,
  runMigrations,
  toSchemaChecksum,
} from './migrations/runMigrations.js'
export {
  type OperationsReport,
  readOperations,
} from './operations/readOperations.js'
export {
  createOrderStore,
  type OrderStore,
  type StoredOrder,
  type StoredRun,
} from './orders/createOrderStore.js'
export { OrderConflictError, OrderNotFoundError } from './orders/errors.js'
export { standingSchema } from './orders/standingSchema.js'
export {
  createFaultPoint,
  type FaultPoint,
  type FaultPointName,
  faultPoints,
} from './outbox/createFaultPoint.js'
export {
  type BusySender,
  createOutbox,
  type Outbox,
  type SignNextResult,
} from './outbox/createOutbox.js'
export {
  createOutboxWorker,
  type OutboxEvent,
  type OutboxWorker,
  type OutboxWorkerOptions,
  type WorkerClock,
} from './outbox/createOutboxWorker.js'
export { createSender, SenderMissingError } from './outbox/createSender.js'
export {
  ApprovalExpiredError,
  ChainChangedError,
  LegConflictError,
  PlanNotApprovedError,
  SenderLockLostError,
  SigningEndedError,
} from './outbox/errors.js'
export {
  type Fees,
  getFirstFees,
  getReplacementFees,
} from './outbox/fees.js'
export {
  type Attempt,
  isSettled,
  type Leg,
  type LegState,
  toLegResult,
} from './outbox/leg.js'
export type {
  ChainHead,
  OutboxChain,
  OutboxReceipt,
  SignTransaction,
  UnsignedTransaction,
} from './outbox/outboxChain.js'
export type { SenderLock } from './outbox/senderLock.js'
export { createPaymentLedger } from './payments/createPaymentLedger.js'
export { createReservationStore } from './payments/createReservationStore.js'
export { paymentSchema } from './payments/paymentSchema.js'
export { reservationSchema } from './payments/reservationSchema.js'
export {
  createPolicyStore,
  PolicyMissingError,
  PolicyReplayedError,
  type PolicyStore,
} from './policies/createPolicyStore.js'
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
  readServerReport,
  type ServerReport,
} from './postgres/openDatabase.js'
export {
  type EmbeddedPostgres,
  type PostgresEvent,
  type StartPostgresOptions,
  startPostgres,
} from './postgres/startPostgres.js'
export {
  DatabaseAwayError,
  toDatabaseError,
} from './postgres/toDatabaseError.js'
export {
  type Advance,
  createIntentRunner,
  type Drive,
  driveHere,
  type IntentRunner,
  type IntentRunnerOptions,
  type Progress,
} from './runner/createIntentRunner.js'
export {
  createWorkflows,
  type Workflows,
  WorkflowsRunningError,
} from './runner/createWorkflows.js'
export {
  type ExecutorSlot,
  takeExecutorSlot,
} from './runner/takeExecutorSlot.js'
export { idempotencySchema, journalSchema } from './schema.js'
export {
  createSessionStore,
  type SessionStore,
  signInSchema,
} from './sign-in/createSessionStore.js'
export {
  createWebhookStore,
  type DueWebhook,
  type Webhook,
  WebhookLimitError,
  type WebhookStore,
} from './webhooks/createWebhookStore.js'
export { webhookSchema } from './webhooks/webhookSchema.js'
