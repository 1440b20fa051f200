import { restoreBackup, writeBackup } from '@behest/journal'
import { createTestDatabase } from '@behest/journal/testing'
import { expect, test } from 'vitest'
import { allSchemas } from './allSchemas.js'

test('behavior: a backup of every schema can be restored', async () => {
  const source = await createTestDatabase({ schemas: allSchemas })
  const empty = await createTestDatabase()
  try {
    const lines: string[] = []
    await writeBackup({
      pool: source.pool,
      sets: allSchemas,
      now: () => new Date(0),
      write: async (line) => void lines.push(line),
    })
    await restoreBackup({
      pool: empty.pool,
      sets: allSchemas,
      lines: (async function* () {
        yield* lines
      })(),
      readNonce: async () => undefined,
    })
    const readSteps = async ({ pool }: typeof source) =>
      (
        await pool.query(
          'select namespace, version, checksum from schema_version order by 1, 2',
        )
      ).rows
    expect(await readSteps(empty)).toEqual(await readSteps(source))
  } finally {
    await source.drop()
    await empty.drop()
  }
})
