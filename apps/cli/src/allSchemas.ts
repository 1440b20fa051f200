import {
  conversationSchema,
  holderSchema,
  idempotencySchema,
  journalSchema,
  type MigrationSet,
  paymentSchema,
  reservationSchema,
  signInSchema,
  standingSchema,
  webhookSchema,
} from '@behest/journal'
import { registryMigrations } from '@behest/registry'

/** Every schema that a database of ours may hold: a backup must be able to make it. */
export const allSchemas: readonly MigrationSet[] = [
  journalSchema,
  idempotencySchema,
  conversationSchema,
  webhookSchema,
  standingSchema,
  paymentSchema,
  reservationSchema,
  signInSchema,
  holderSchema,
  registryMigrations,
]
