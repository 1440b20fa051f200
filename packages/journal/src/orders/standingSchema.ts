import type { MigrationSet } from '../migrations/runMigrations.js'
import { policyTables } from '../policies/policyTables.js'
import { orderEnds, orderTables } from './orderTables.js'

/** The tables of what stands: run them with `runMigrations`. */
export const standingSchema: MigrationSet = {
  namespace: 'standing',
  migrations: [
    { version: 1, name: 'orders', sql: orderTables },
    { version: 2, name: 'policies', sql: policyTables },
    { version: 3, name: 'order-ends', sql: orderEnds },
  ],
}
