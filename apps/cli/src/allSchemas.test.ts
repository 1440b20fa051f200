import * as journal from '@behest/journal'
import * as registry from '@behest/registry'
import { expect, test } from 'vitest'
import { allSchemas } from './allSchemas.js'

test('behavior: every schema that there is can be restored', () => {
  const exported = Object.values({ ...journal, ...registry }).filter(
    (value): value is journal.MigrationSet =>
      typeof value === 'object' && value !== null && 'migrations' in value,
  )
  expect(exported.length).toBeGreaterThan(3)
  expect(new Set(allSchemas.map(({ namespace }) => namespace))).toEqual(
    new Set(exported.map(({ namespace }) => namespace)),
  )
})
