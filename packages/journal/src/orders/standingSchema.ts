import type { MigrationSet } from '../migrations/runMigrations.js'
import { policyTables } from '../policies/policyTables.js'
import { orderTables } from './orderTables.js'

/** The tables of what stands: run them with `runMigrations`. */
export const standingSchema: MigrationSet = {
  namespace: 'standing',
  migrations: [
    { version: 1, name: 'orders', sql: orderTables },
    { version: 2, name: 'policies', sql: policyTables },
  ],
}
